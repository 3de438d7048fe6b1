use std::net::SocketAddr;

use actix_web::web::{Data, ServiceConfig};
use utoipa::OpenApi;

use super::Service;
use crate::{
    compose::{AUTH_SERVICE, AuthService, Presence, Task},
    config::{Config, Store},
    door::Closing,
    http::{
        afterwards::Afterwards,
        auth::{Api, ServiceClients, routes},
        docs,
        health::Dependencies,
        mailbox,
    },
    meters::Meters,
};

impl Service for AuthService {
    fn name(&self) -> &'static str {
        AUTH_SERVICE
    }

    fn address(&self, config: &Config) -> SocketAddr {
        config.auth_address()
    }

    fn metrics_address(&self, config: &Config) -> Option<SocketAddr> {
        config.metrics_address(config.settings.auth_metrics_port)
    }

    fn meters(&self) -> &Meters {
        &self.meters
    }

    fn store<'a>(&self, config: &'a Config) -> Option<&'a Store> {
        config.auth_store.as_ref()
    }

    fn dependencies(&self, closing: Closing) -> Dependencies {
        Dependencies {
            store: self.store.probe.clone(),
            outbox: self.outbox.clone(),
            log: self.store.log.clone(),
            events: self.events.clone(),
            audit: self.store.audit.clone(),
            keys: None,
            shelves: None,
            registry: self.registry.as_ref().map(|registry| registry.health.clone()),
            closing,
        }
    }

    fn document(&self) -> utoipa::openapi::OpenApi {
        docs::document(Api::openapi(), &routes(), false)
    }

    fn routes(&self, app: &mut ServiceConfig, config: &Config, afterwards: &Afterwards) {
        app.app_data(Data::new(self.auth.clone()))
            .app_data(Data::new(self.retries.clone()))
            .app_data(Data::new(self.published.clone()))
            .app_data(Data::new(ServiceClients(config.settings.service_clients.0.clone())))
            .app_data(Data::new(self.logins.clone()))
            .app_data(Data::new(afterwards.clone()));
        routes().serve(app);
        if let Some(folder) = self.outbox.folder.clone().filter(|_| config.shows_mails()) {
            mailbox::routes(app, folder);
        }
    }

    fn presence(&self, config: &Config) -> Option<Presence> {
        let (name, port) = (self.name(), self.address(config).port());
        Some(self.registry.as_ref()?.enter(name, port, self.store.probe.clone()))
    }

    fn tasks(&self) -> Vec<Task> {
        Self::tasks(self)
    }

    fn stop_tasks(&self) {
        self.events.until.cancel();
    }
}
