//! Starts a program: its settings, its log, its runtime; then what it was told to do.
use std::{process::ExitCode, sync::Arc};

use adapters::traces::Exporting;

use super::{AuthTask, Program, Task, banner::banner, health, logging};
use crate::{
    compose::{ComposeError, Outbox},
    config::{self, Config, Settings},
    serve::serve,
    terminal::{complain, say},
};

/// Runs the program `P` with this process's arguments and environment.
#[must_use]
pub fn main<P: Program>() -> ExitCode {
    let program = match Config::parse::<P>(std::env::args_os()) {
        Ok(program) => program,
        Err(refusal) if refusal.is_error => return fail(&refusal),
        Err(help) => {
            say(&help.to_string());
            return ExitCode::SUCCESS;
        }
    };
    let (settings, task) = program.into_parts();
    let traces = match config::traces(&settings, P::command().get_name()) {
        Ok(traces) => traces,
        Err(refusal) => return fail(&refusal),
    };
    logging::start(&settings);
    allow_many_files();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let exporting = match traces.map(|there| Exporting::start(there, runtime.handle().clone())).transpose() {
        Ok(exporting) => exporting,
        Err(error) => return fail(&*error),
    };
    let done = runtime.block_on(run::<P>(settings, task));
    if let Some(exporting) = exporting {
        // While there still are threads that could send something.
        exporting.stop();
    }
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&*error),
    }
}

async fn run<P: Program>(settings: Settings, task: AuthTask) -> Result<(), ComposeError> {
    match &task {
        AuthTask::Any(Task::Migrate) => {
            // Opening a store brings its tables up to date.
            P::stores(&settings).await?;
            say("the tables are up to date");
            return Ok(());
        }
        AuthTask::Any(Task::Health) => {
            health::check::<P>(&settings)?;
            say("ready");
            return Ok(());
        }
        AuthTask::Any(Task::DeadLetters(command)) => {
            let stores = P::stores(&settings).await?;
            say(&command.run(&stores.dead_letters(&settings)?, stores.security().as_ref()).await?);
            return Ok(());
        }
        AuthTask::Any(Task::Projections(command)) => {
            return command.run(&P::stores(&settings).await?.audits()).await;
        }
        AuthTask::Clients(command) => {
            say(&command.run()?);
            return Ok(());
        }
        AuthTask::Any(Task::Serve)
        | AuthTask::Audit(_)
        | AuthTask::CreateSuperuser(_)
        | AuthTask::EraseUser(_)
        | AuthTask::ExportUser(_)
        | AuthTask::Keys(_) => {}
    }
    let config = Arc::new(Config::new::<P>(settings)?);
    let outbox = Outbox::open(&config)?;
    let services = P::services(&task, &config, &outbox).await?;
    if services.is_empty() {
        return Ok(());
    }
    if config.is_development() {
        say(&banner(&services, &config, &outbox));
    }
    Ok(serve(&services, &config).await?)
}

/// Every connection is a file or two, and the usual limit is for programs that have few.
fn allow_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // If it isn't allowed the usual limit stays.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    complain(&format!("error: {}", text.trim_start_matches("error: ")));
    ExitCode::FAILURE
}
