//! The command line: what each program can be told to do.
mod audit;
mod banner;
mod clients;
mod create_superuser;
mod dead_letters;
mod erase_user;
mod export_user;
mod health;
mod in_trace;
mod keys;
mod logging;
mod program;
mod projections;
mod start;
mod who;

pub use audit::AuditCommand;
pub use clients::Clients;
pub use create_superuser::CreateSuperuser;
pub use dead_letters::DeadLettersCommand;
pub use erase_user::EraseUser;
pub use export_user::ExportUser;
pub use keys::Keys;
pub use program::{AuthProgram, PanalProgram, ProductProgram};
use program::{AuthTask, Program, Task};
pub use projections::Projections;
pub use start::main;
