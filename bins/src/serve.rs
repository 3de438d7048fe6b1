//! Runs services until a signal says stop, then lets what was begun be finished.
use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use actix_web::{
    App, HttpServer,
    dev::{Server, ServerHandle},
    middleware::from_fn,
    web::{self, Data},
};
use tokio::{task::JoinSet, time::Instant};
use utoipa::OpenApi;

use crate::{
    compose::{AuthService, Beside, ProductService, Task},
    config::Config,
    door::{Closing, Door, close_all},
    http::{
        self,
        admission::AllowedHosts,
        afterwards::Afterwards,
        auth::ServiceClients,
        client::TrustedProxies,
        health::Dependencies,
        metrics::Metrics,
        service::{self, Identity},
    },
};

/// A service, ready to be served.
#[derive(Clone)]
pub enum Service {
    /// auth-service.
    Auth(Box<AuthService>),
    /// product-service.
    Product(Box<ProductService>),
}

/// How long requests in flight may take once the process is told to stop.
const DRAIN_SECONDS: u64 = 20;

/// How long whatever is done beside serving may take after that to end what it is at. With this, the process is gone within
/// the half minute after which it would be killed.
const FINISH: Duration = Duration::from_secs(6);

impl Service {
    const fn name(&self) -> &'static str {
        match self {
            Self::Auth(_) => "auth-service",
            Self::Product(_) => "product-service",
        }
    }

    const fn address(&self, config: &Config) -> SocketAddr {
        match self {
            Self::Auth(_) => config.auth_address(),
            Self::Product(_) => config.product_address(),
        }
    }

    fn dependencies(&self, closing: Closing) -> Dependencies {
        match self {
            Self::Auth(auth) => Dependencies {
                store: auth.store.probe.clone(),
                outbox: auth.outbox.clone(),
                log: auth.store.log.clone(),
                events: auth.events.clone(),
                audit: auth.store.audit.clone(),
                keys: None,
                closing,
            },
            Self::Product(product) => Dependencies {
                store: product.store.probe.clone(),
                outbox: product.outbox.clone(),
                log: product.store.log.clone(),
                events: product.events.clone(),
                audit: product.store.audit.clone(),
                keys: product.keys.health.clone(),
                closing,
            },
        }
    }

    fn document(&self) -> utoipa::openapi::OpenApi {
        match self {
            Self::Auth(_) => http::docs::document(http::auth::Api::openapi(), &http::auth::routes(), false),
            Self::Product(product) => http::docs::document(
                http::product::Api::openapi(),
                &http::product::routes(),
                product.access.public_writes,
            ),
        }
    }

    fn routes(
        &self,
        config: &mut web::ServiceConfig,
        shows_mails: bool,
        known: &(Data<ServiceClients>, Data<Afterwards>),
    ) {
        match self {
            Self::Auth(auth) => {
                config
                    .app_data(Data::new(auth.auth.clone()))
                    .app_data(Data::new(auth.retries.clone()))
                    .app_data(Data::new(auth.published.clone()))
                    .app_data(known.0.clone())
                    .app_data(known.1.clone());
                http::auth::routes().serve(config);
                if let Some(folder) = auth.outbox.folder.clone().filter(|_| shows_mails) {
                    http::mailbox::routes(config, folder);
                }
            }
            Self::Product(product) => {
                config
                    .app_data(Data::new(product.products.clone()))
                    .app_data(Data::new(product.access.clone()))
                    .app_data(Data::new(product.retries.clone()))
                    .app_data(Data::new(product.streams.clone()));
                http::product::routes().serve(config);
            }
        }
    }

    /// Starts to serve whoever comes in by `door`.
    fn server(
        &self,
        config: &Config,
        door: &Door,
        closing: &Closing,
        afterwards: &Afterwards,
    ) -> io::Result<Server> {
        let identity = Identity { service: self.name(), environment: config.settings.environment.name() };
        let (dependencies, document, shows_mails) =
            (self.dependencies(closing.clone()), self.document(), config.shows_mails());
        let metrics = Metrics::new().map_err(io::Error::other)?;
        if let Self::Auth(auth) = self {
            metrics.include(auth.auth.ports.throttle.refused()).map_err(io::Error::other)?;
        }
        let proxies = Data::new(TrustedProxies(config.settings.trusted_proxies.0.clone()));
        let clients = ServiceClients(config.settings.service_clients.0.clone());
        let known = (Data::new(clients), Data::new(afterwards.clone()));
        let hosts = Data::new(AllowedHosts(config.settings.allowed_hosts.0.clone()));
        let origins: Arc<[String]> = config.settings.allowed_origins.0.clone().into();
        let this = self.clone();
        let app = move || {
            let (this, dependencies) = (this.clone(), dependencies.clone());
            let (metrics, document) = (metrics.clone(), document.clone());
            App::new()
                .wrap(http::cors::cors(&origins))
                // Outside of CORS, whose refusals are failures like any other.
                .wrap(from_fn(http::context::middleware))
                .wrap(from_fn(http::metrics::middleware))
                .wrap(from_fn(http::patience::middleware))
                .app_data(proxies.clone())
                .app_data(hosts.clone())
                .configure(|config| this.routes(config, shows_mails, &known))
                .configure(|config| service::routes(config, identity, dependencies, metrics, document))
        };
        let mut server = HttpServer::new(app)
            .disable_signals()
            .shutdown_timeout(DRAIN_SECONDS)
            .on_connect(http::patience::watch)
            // `patience` does it instead.
            .client_request_timeout(Duration::ZERO)
            // What is left of a body that is too large isn't waited for; `body` has read what an honest client sends.
            .client_disconnect_timeout(Duration::ZERO)
            .keep_alive(http::patience::NEXT)
            .max_connections(4096);
        if let Some(workers) = config.settings.workers {
            server = server.workers(workers);
        }
        Ok(server.listen(door.listener()?)?.run())
    }

    /// What auth-service has for another service in its process, if this is it.
    #[must_use]
    pub fn beside(&self) -> Option<Beside> {
        match self {
            Self::Auth(auth) => Some(Beside { log: auth.store.log.clone(), keys: auth.keys.ring().clone() }),
            Self::Product(_) => None,
        }
    }

    /// What is done beside serving.
    fn tasks(&self) -> Vec<Task> {
        match self {
            Self::Auth(auth) => auth.tasks(),
            Self::Product(product) => product.tasks(),
        }
    }

    /// Tells all of that to stop.
    fn stop_tasks(&self) {
        match self {
            Self::Auth(auth) => auth.events.until.cancel(),
            Self::Product(product) => product.events.until.cancel(),
        }
    }
}

/// Serves all of `services` until SIGTERM or SIGINT, or until one of them fails.
///
/// # Errors
/// If an address can't be bound or a server fails.
pub async fn serve(services: &[Service], config: &Config) -> io::Result<()> {
    let mut tasks = JoinSet::new();
    let mut servers = JoinSet::new();
    let mut handles: Vec<ServerHandle> = Vec::new();
    let (closing, mut doors) = (Closing::default(), Vec::new());
    let afterwards = Afterwards::here();
    for service in services {
        let door = Door::open(service.address(config), closing.clone())?;
        let server = service.server(config, &door, &closing, &afterwards)?;
        doors.push(door);
        tracing::info!(address = %service.address(config), "{} serves", service.name());
        handles.push(server.handle());
        for task in service.tasks() {
            tasks.spawn(task);
        }
        servers.spawn(server);
    }
    tokio::select! {
        () = told_to_stop() => tracing::info!("stopping: requests in flight are finished first"),
        // None of them ever ends by itself; whoever supervises the process starts it again, whole.
        Some(ended) = tasks.join_next() => {
            let error = ended.err().map_or_else(|| io::Error::other("a task beside serving has ended"), io::Error::other);
            return Err(error);
        }
        Some(ended) = servers.join_next() => return ended.unwrap_or_else(|error| Err(io::Error::other(error))),
    }
    close_all(&doors).await;
    for handle in &handles {
        drop(tokio::spawn(handle.stop(true)));
    }
    while let Some(ended) = servers.join_next().await {
        ended.map_err(io::Error::other)??;
    }
    finish(services, &afterwards, tasks).await;
    Ok(())
}

/// Has what is done beside serving end what it is at, so that nothing is done again that has been done. Until now it went
/// on: callers were still served, and what they did had to be told.
async fn finish(services: &[Service], afterwards: &Afterwards, mut tasks: JoinSet<()>) {
    let deadline = Instant::now() + FINISH;
    if !afterwards.finish(FINISH / 2).await {
        tracing::warn!("something that was to be done after an answer takes too long and is broken off");
    }
    services.iter().for_each(Service::stop_tasks);
    let finished = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout_at(deadline, finished).await.is_err() {
        tracing::warn!("something that takes too long is broken off; it is done again at the next start");
    }
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
