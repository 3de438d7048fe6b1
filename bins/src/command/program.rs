//! The three programs: the same settings, different services.
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::{
    AuditCommand, Clients, CreateSuperuser, DeadLettersCommand, EraseUser, ExportUser, Keys, Projections,
};
use crate::{
    compose::{AuthService, ComposeError, Outbox, ProductService, Stores},
    config::{self, Config, Runs, Settings},
    serve::Service,
    terminal::say,
};

/// What any program can be told to do.
#[derive(Subcommand, Debug, Clone)]
pub enum Task {
    /// Serve until told to stop (what is done when nothing is said)
    Serve,
    /// Make or update the tables, then stop; needs nothing but the database's URL
    Migrate,
    /// Ask the running service whether it can serve: for health checks of containers
    Health,
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

/// A program: its settings and what it does. Each opens what it runs itself, so that no other service is in it.
pub trait Program: Runs + CommandFactory + FromArgMatches {
    /// What to do, and with which settings.
    fn into_parts(self) -> (Settings, AuthTask);

    /// The stores of its services.
    ///
    /// # Errors
    /// If a setting of theirs is wrong, or one can't be opened.
    fn stores(settings: &Settings) -> impl Future<Output = Result<Stores, ComposeError>>;

    /// Its services, to be served; none if `task` was something else, and is done.
    ///
    /// # Errors
    /// If one can't be opened, or the task can't be done.
    fn services(task: &AuthTask, config: &Config, outbox: &Outbox) -> impl Future<Output = Opened>;
}

/// What came of opening services.
type Opened = Result<Vec<Arc<dyn Service>>, ComposeError>;

impl Runs for AuthProgram {
    const AUTH: bool = true;
    const PRODUCT: bool = false;
}

impl Program for AuthProgram {
    fn into_parts(self) -> (Settings, AuthTask) {
        (self.settings, self.task.unwrap_or(AuthTask::Any(Task::Serve)))
    }

    async fn stores(settings: &Settings) -> Result<Stores, ComposeError> {
        let (auth, _) = config::stores::<Self>(settings)?;
        Stores::default().with_auth(auth, settings).await
    }

    async fn services(task: &AuthTask, config: &Config, outbox: &Outbox) -> Opened {
        let auth = to_be_served(task, config, outbox).await?;
        Ok(auth.into_iter().map(|auth| -> Arc<dyn Service> { Arc::new(auth) }).collect())
    }
}

impl Runs for ProductProgram {
    const AUTH: bool = false;
    const PRODUCT: bool = true;
}

impl Program for ProductProgram {
    fn into_parts(self) -> (Settings, AuthTask) {
        (self.settings, AuthTask::Any(self.task.unwrap_or(Task::Serve)))
    }

    async fn stores(settings: &Settings) -> Result<Stores, ComposeError> {
        let (_, product) = config::stores::<Self>(settings)?;
        Stores::default().with_product(product, settings).await
    }

    async fn services(_: &AuthTask, config: &Config, outbox: &Outbox) -> Opened {
        Ok(vec![Arc::new(ProductService::open(config, outbox.clone(), None).await?)])
    }
}

impl Runs for PanalProgram {
    const AUTH: bool = true;
    const PRODUCT: bool = true;
}

impl Program for PanalProgram {
    fn into_parts(self) -> (Settings, AuthTask) {
        (self.settings, self.task.unwrap_or(AuthTask::Any(Task::Serve)))
    }

    async fn stores(settings: &Settings) -> Result<Stores, ComposeError> {
        let (auth, product) = config::stores::<Self>(settings)?;
        Stores::default().with_auth(auth, settings).await?.with_product(product, settings).await
    }

    async fn services(task: &AuthTask, config: &Config, outbox: &Outbox) -> Opened {
        let Some(auth) = to_be_served(task, config, outbox).await? else { return Ok(Vec::new()) };
        let product = ProductService::open(config, outbox.clone(), Some(auth.beside())).await?;
        Ok(vec![Arc::new(auth), Arc::new(product)])
    }
}

/// auth-service, unless `task` was something other than to serve it, and is done.
async fn to_be_served(
    task: &AuthTask,
    config: &Config,
    outbox: &Outbox,
) -> Result<Option<AuthService>, ComposeError> {
    let service = AuthService::open(config, outbox.clone()).await?;
    let (said, serves) = match task {
        AuthTask::Any(Task::Serve) => return Ok(Some(service)),
        // These need no service, and were done without one.
        AuthTask::Any(_) | AuthTask::Clients(_) => return Ok(None),
        AuthTask::Audit(command) => return command.run(&service).await.map(|()| None),
        AuthTask::CreateSuperuser(command) => (command.run(&service, config).await?, command.then_serve),
        AuthTask::EraseUser(command) => (command.run(&service).await?, false),
        AuthTask::ExportUser(command) => (command.run(&service).await?, false),
        AuthTask::Keys(command) => (command.run(&service, config).await?, false),
    };
    say(&said);
    Ok(serves.then_some(service))
}
