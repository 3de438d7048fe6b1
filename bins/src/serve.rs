//! Runs services until a signal says stop, then lets what was begun be finished.
mod auth;
mod product;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use actix_web::{
    App, HttpServer,
    dev::{Server, ServerHandle},
    middleware::from_fn,
    web::{Data, ServiceConfig},
};
use futures_util::future::join_all;
use tokio::{task::JoinSet, time::Instant};
use utoipa::openapi::OpenApi;

use crate::{
    compose::{Presence, Task},
    config::{Config, Store},
    door::{Closing, Door, close_all},
    http::{
        self,
        admission::AllowedHosts,
        afterwards::Afterwards,
        client::TrustedProxies,
        docs::Document,
        health::Dependencies,
        metrics::Metrics,
        service::{self, Identity},
    },
    meters::Meters,
};

/// A service, ready to be served. What a program never serves isn't in it, so that each holds its own code alone.
pub trait Service: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// Where it listens.
    fn address(&self, config: &Config) -> SocketAddr;

    /// What it keeps its data in.
    fn store<'a>(&self, config: &'a Config) -> Option<&'a Store>;

    /// What `/health` and `/metrics` look at.
    fn dependencies(&self, closing: Closing) -> Dependencies;

    /// What `/openapi.json` says.
    fn document(&self) -> OpenApi;

    /// Serves its own routes.
    fn routes(&self, app: &mut ServiceConfig, config: &Config, afterwards: &Afterwards);

    /// Where only Prometheus asks, if it is told there.
    fn metrics_address(&self, config: &Config) -> Option<SocketAddr>;

    /// What it counts.
    fn meters(&self) -> &Meters;

    /// Says in the registry of services that it is there, if there is one.
    fn presence(&self, config: &Config) -> Option<Presence>;

    /// What is done beside serving.
    fn tasks(&self) -> Vec<Task>;

    /// Tells all of that to stop.
    fn stop_tasks(&self);
}

/// How long requests in flight may take once the process is told to stop.
const DRAIN_SECONDS: u64 = 16;

/// How long whatever is done beside serving may take after that to end what it is at. With this, the process is gone within
/// the half minute after which it would be killed.
const FINISH: Duration = Duration::from_secs(6);

/// Starts to serve whoever comes to `service` by `door`.
fn server(
    service: &Arc<dyn Service>,
    config: &Arc<Config>,
    door: &Door,
    closing: &Closing,
    afterwards: &Afterwards,
) -> io::Result<Server> {
    let identity = Identity {
        service: service.name(),
        environment: config.settings.environment.name(),
        is_traced: config.settings.is_traced(),
    };
    let dependencies = service.dependencies(closing.clone());
    let document = Document::of(&service.document())?;
    let metrics = Metrics::new(service.meters().clone()).map_err(io::Error::other)?;
    let aside = service.metrics_address(config);
    if let Some(address) = aside {
        tell_prometheus(address, &metrics, &dependencies)?;
    }
    let proxies = Data::new(TrustedProxies(config.settings.trusted_proxies.0.clone()));
    let hosts = Data::new(AllowedHosts(config.settings.allowed_hosts.0.clone()));
    let origins: Arc<[String]> = config.settings.allowed_origins.0.clone().into();
    // The page borrows them for good, and there is one for the life of the process.
    let documents: &'static [_] = config.settings.openapi_documents.0.clone().leak();
    let (service, own, afterwards) = (service.clone(), config.clone(), afterwards.clone());
    let app = move || {
        let (dependencies, metrics, document) = (dependencies.clone(), metrics.clone(), document.clone());
        App::new()
            .wrap(http::cors::cors(&origins))
            // Outside of CORS, whose refusals are failures like any other.
            .wrap(from_fn(http::context::middleware))
            .wrap(from_fn(http::metrics::middleware))
            .wrap(from_fn(http::patience::middleware))
            .app_data(proxies.clone())
            .app_data(hosts.clone())
            .configure(|app| service.routes(app, &own, &afterwards))
            .configure(|app| {
                let metrics = (metrics, aside.is_none());
                service::routes(app, identity, dependencies, metrics, document, documents);
            })
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

/// Serves `/metrics` at an address of its own, for as long as the process lives: also while requests in flight are finished.
fn tell_prometheus(address: SocketAddr, metrics: &Metrics, dependencies: &Dependencies) -> io::Result<()> {
    let (metrics, dependencies) = (metrics.clone(), dependencies.clone());
    let app = move || {
        let (metrics, dependencies) = (metrics.clone(), dependencies.clone());
        App::new().configure(|app| http::metrics::alone(app, metrics, dependencies))
    };
    let server = HttpServer::new(app).disable_signals().workers(1).max_connections(64).bind(address)?;
    tracing::info!(%address, "metrics are told");
    drop(tokio::spawn(server.run()));
    Ok(())
}

/// Serves all of `services` until SIGTERM or SIGINT, or until one of them fails.
///
/// # Errors
/// If an address can't be bound or a server fails.
pub async fn serve(services: &[Arc<dyn Service>], config: &Arc<Config>) -> io::Result<()> {
    let mut tasks = JoinSet::new();
    let mut servers = JoinSet::new();
    let mut handles: Vec<ServerHandle> = Vec::new();
    let (closing, mut doors, mut presences) = (Closing::default(), Vec::new(), Vec::new());
    let afterwards = Afterwards::here();
    for service in services {
        let door = Door::open(service.address(config), closing.clone())?;
        let served = server(service, config, &door, &closing, &afterwards)?;
        doors.push(door);
        let store = service.store(config).map(ToString::to_string);
        tracing::info!(address = %service.address(config), store, "{} serves", service.name());
        handles.push(served.handle());
        for task in service.tasks() {
            tasks.spawn(task);
        }
        servers.spawn(served);
        presences.extend(service.presence(config));
    }
    let told = tokio::select! {
        () = told_to_stop() => Ok(()),
        // None of them ever ends by itself; whoever supervises the process starts it again, whole.
        Some(ended) = tasks.join_next() => {
            Err(ended.err().map_or_else(|| io::Error::other("a task beside serving has ended"), io::Error::other))
        }
        Some(ended) = servers.join_next() => ended.map_err(io::Error::other)?,
    };
    let leaving = join_all(presences.into_iter().map(Presence::leave));
    if let Err(error) = told {
        leaving.await;
        return Err(error);
    }
    tracing::info!("stopping: requests in flight are finished first");
    // Readiness is off first, so that nobody is sent here who would be turned away.
    closing.begin();
    let notice = Duration::from_secs(config.settings.shutdown_notice_seconds.into());
    tokio::join!(tokio::time::sleep(notice), leaving);
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
async fn finish(services: &[Arc<dyn Service>], afterwards: &Afterwards, mut tasks: JoinSet<()>) {
    let deadline = Instant::now() + FINISH;
    if !afterwards.finish(FINISH / 2).await {
        tracing::warn!("something that was to be done after an answer takes too long and is broken off");
    }
    for service in services {
        service.stop_tasks();
    }
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
