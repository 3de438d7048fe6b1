//! The command line: what each program can be told to do.
mod create_superuser;
mod logging;
mod program;

pub use create_superuser::CreateSuperuser;
pub use program::{AuthProgram, PanalProgram, ProductProgram, main};
