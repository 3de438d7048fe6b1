use std::net::SocketAddr;

use actix_web::web::{Data, ServiceConfig};
use utoipa::OpenApi;

use super::Service;
use crate::{
    compose::{Presence, ProductService, Task},
    config::{Config, Store},
    door::Closing,
    http::{
        afterwards::Afterwards,
        docs,
        health::Dependencies,
        product::{Api, routes},
    },
    meters::Meters,
};

impl Service for ProductService {
    fn name(&self) -> &'static str {
        "product-service"
    }

    fn address(&self, config: &Config) -> SocketAddr {
        config.product_address()
    }

    fn metrics_address(&self, config: &Config) -> Option<SocketAddr> {
        config.metrics_address(config.settings.product_metrics_port)
    }

    fn meters(&self) -> &Meters {
        &self.meters
    }

    fn store<'a>(&self, config: &'a Config) -> Option<&'a Store> {
        config.product_store.as_ref()
    }

    fn dependencies(&self, closing: Closing) -> Dependencies {
        Dependencies {
            store: self.store.probe.clone(),
            outbox: self.outbox.clone(),
            log: self.store.log.clone(),
            events: self.events.clone(),
            audit: self.store.audit.clone(),
            keys: self.keys.health.clone(),
            shelves: Some(self.shelves.clone()),
            registry: self.registry.as_ref().map(|registry| registry.health.clone()),
            closing,
        }
    }

    fn document(&self) -> utoipa::openapi::OpenApi {
        docs::document(Api::openapi(), &routes(), self.access.public_writes)
    }

    fn routes(&self, app: &mut ServiceConfig, _: &Config, _: &Afterwards) {
        app.app_data(Data::new(self.products.clone()))
            .app_data(Data::new(self.access.clone()))
            .app_data(Data::new(self.retries.clone()))
            .app_data(Data::new(self.streams.clone()));
        routes().serve(app);
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
