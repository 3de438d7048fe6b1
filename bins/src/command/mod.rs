//! The command line: what each program can be told to do.
mod create_superuser;
mod dead_letters;
mod logging;
mod program;
mod projections;

pub use create_superuser::CreateSuperuser;
pub use dead_letters::DeadLettersCommand;
pub use program::{AuthProgram, PanalProgram, ProductProgram, main};
pub use projections::Projections;
