//! Both services in one process.
use std::process::ExitCode;

fn main() -> ExitCode {
    bins::command::main::<bins::command::PanalProgram>()
}
