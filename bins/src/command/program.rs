//! The three programs: the same settings, different services.
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::{
    AuditCommand, Clients, CreateSuperuser, DeadLettersCommand, EraseUser, ExportUser, Keys, Projections,
    banner::banner, logging,
};
use crate::{
    compose::{AuthService, ComposeError, Outbox, ProductService, Stores},
    config::{Config, Runs, Settings},
    serve::{Service, serve},
    terminal::{complain, say},
};

/// What any program can be told to do.
#[derive(Subcommand, Debug, Clone)]
pub enum Task {
    /// Serve until told to stop (what is done when nothing is said)
    Serve,
    /// Make or update the tables, then stop; needs nothing but the database's URL
    Migrate,
    /// Look after deliveries that were given up
    DeadLetters(DeadLettersCommand),
    /// Look after the read models, and compare what is kept with the event log
    #[command(subcommand)]
    Projections(Projections),
}

/// What auth-service can be told to do besides.
#[derive(Subcommand, Debug, Clone)]
pub enum AuthTask {
    #[command(flatten)]
    Any(Task),
    /// Show what happened, by whom and from where; or find out whether somebody has changed the log by hand
    Audit(AuditCommand),
    /// Make a user who may manage others; there is no other way to make one
    CreateSuperuser(CreateSuperuser),
    /// Make a user's personal data unreadable, for good
    EraseUser(EraseUser),
    /// Write everything that is held about a user, as JSON
    ExportUser(ExportUser),
    /// Look after the keys of access tokens
    #[command(subcommand)]
    Keys(Keys),
    /// Look after the services that may ask about tokens
    #[command(subcommand)]
    Clients(Clients),
}

/// Accounts, sign-in by password and e-mailed code, tokens.
#[derive(Parser, Debug)]
#[command(name = "auth-service", version)]
pub struct AuthProgram {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    task: Option<AuthTask>,
}

/// Products, their stock and their price.
#[derive(Parser, Debug)]
#[command(name = "product-service", version)]
pub struct ProductProgram {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    task: Option<Task>,
}

/// Both services in one process, on SQLite unless told otherwise: for trying out and for small places.
#[derive(Parser, Debug)]
#[command(name = "panal", version)]
pub struct PanalProgram {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    task: Option<AuthTask>,
}

/// A program: its settings and what it does.
pub trait Program: CommandFactory + FromArgMatches {
    /// What to do, and with which settings.
    fn into_parts(self) -> (Settings, AuthTask);
    /// Which services it runs.
    const RUNS: Runs;
}

impl Program for AuthProgram {
    fn into_parts(self) -> (Settings, AuthTask) {
        (self.settings, self.task.unwrap_or(AuthTask::Any(Task::Serve)))
    }
    const RUNS: Runs = Runs { auth: true, product: false };
}

impl Program for ProductProgram {
    fn into_parts(self) -> (Settings, AuthTask) {
        (self.settings, AuthTask::Any(self.task.unwrap_or(Task::Serve)))
    }
    const RUNS: Runs = Runs { auth: false, product: true };
}

impl Program for PanalProgram {
    fn into_parts(self) -> (Settings, AuthTask) {
        (self.settings, self.task.unwrap_or(AuthTask::Any(Task::Serve)))
    }
    const RUNS: Runs = Runs { auth: true, product: true };
}

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
    logging::start(&settings);
    allow_many_files();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(run(P::RUNS, settings, task)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&*error),
    }
}

async fn run(runs: Runs, settings: Settings, task: AuthTask) -> Result<(), ComposeError> {
    match &task {
        AuthTask::Any(Task::Migrate) => {
            // Opening a store brings its tables up to date.
            Stores::open(&settings, runs).await?;
            say("the tables are up to date");
            return Ok(());
        }
        AuthTask::Any(Task::DeadLetters(command)) => {
            let stores = Stores::open(&settings, runs).await?;
            say(&command.run(&stores.dead_letters(&settings)?, stores.security().as_ref()).await?);
            return Ok(());
        }
        AuthTask::Any(Task::Projections(command)) => {
            return command.run(&Stores::open(&settings, runs).await?.audits()).await;
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
    let config = &Config::new(settings, runs)?;
    let outbox = Outbox::open(config)?;
    let mut services = Vec::new();
    if runs.auth {
        let service = AuthService::open(config, outbox.clone()).await?;
        if is_all(&task, &service, config).await? {
            return Ok(());
        }
        services.push(Service::Auth(Box::new(service)));
    }
    if runs.product {
        let beside = services.iter().find_map(Service::beside);
        let service = ProductService::open(config, outbox.clone(), beside).await?;
        services.push(Service::Product(Box::new(service)));
    }
    if config.is_development() {
        say(&banner(&services, config, &outbox));
    }
    Ok(serve(&services, config).await?)
}

/// Does what isn't serving; whether that is all there is to do.
async fn is_all(task: &AuthTask, service: &AuthService, config: &Config) -> Result<bool, ComposeError> {
    let (said, is_all) = match task {
        AuthTask::Any(_) | AuthTask::Clients(_) => return Ok(false),
        AuthTask::Audit(command) => return command.run(service).await.map(|()| true),
        AuthTask::CreateSuperuser(command) => (command.run(service).await?, !command.then_serve),
        AuthTask::EraseUser(command) => (command.run(service).await?, true),
        AuthTask::ExportUser(command) => (command.run(service).await?, true),
        AuthTask::Keys(command) => (command.run(service, config).await?, true),
    };
    say(&said);
    Ok(is_all)
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
