//! auth-service.
use std::process::ExitCode;

fn main() -> ExitCode {
    bins::command::main::<bins::command::AuthProgram>()
}
