//! What a world has at servers that others share, cleared away when the test ends, however it does.
use std::thread;

use adapters::rabbitmq::RabbitConfig;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use lapin::{
    Connection, ConnectionProperties,
    options::{ExchangeDeleteOptions, QueueDeleteOptions},
};
use uuid::Uuid;

use super::place::required;

/// The queues of all reactors.
pub const REACTORS: [&str; 7] = [
    "auth-service.welcome-mail",
    "auth-service.password-changed-mail",
    "auth-service.new-session-mail",
    "auth-service.reset-code-mail",
    "auth-service.token-reuse-mail",
    "product-service.low-stock-mail",
    "product-service.revoke-tokens",
];

/// The queues of dead letters.
pub const DEAD_LETTERS: [&str; 2] = ["auth-service.dead", "product-service.dead"];

/// A database of its own, dropped with this.
pub struct Database {
    pub url: String,
}

impl Database {
    pub async fn fresh() -> Self {
        let base = required("TEST_DATABASE_URL");
        let name = format!("e2e_{}", Uuid::new_v4().simple());
        let mut admin = AsyncPgConnection::establish(&base).await.expect("TEST_DATABASE_URL answers");
        admin.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        let (server, _) = base.rsplit_once('/').unwrap();
        Self { url: format!("{server}/{name}") }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let name = self.url.rsplit_once('/').unwrap().1.to_owned();
        clear(async move {
            let mut admin = AsyncPgConnection::establish(&required("TEST_DATABASE_URL")).await.unwrap();
            admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
        });
    }
}

/// An exchange of its own, deleted with this, and so are the queues that services make for it.
pub struct Exchange {
    pub name: String,
}

impl Exchange {
    pub fn fresh() -> Self {
        Self { name: format!("e2e-{}.events", Uuid::new_v4().simple()) }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let exchange = self.name.clone();
        clear(async move {
            let (url, properties) = (required("TEST_AMQP_URL"), ConnectionProperties::default());
            let connection = Connection::connect(&url, properties).await.unwrap();
            let channel = connection.create_channel().await.unwrap();
            let place = exchange.strip_suffix(".events").unwrap();
            let delays = RabbitConfig::default().retries.delays;
            let mut queues = DEAD_LETTERS.map(str::to_owned).to_vec();
            for reactor in REACTORS {
                queues.push(reactor.to_owned());
                queues.extend(delays.iter().map(|delay| format!("{reactor}.retry.{}", delay.as_millis())));
            }
            for queue in queues {
                let queue = format!("{place}.{queue}").into();
                channel.queue_delete(queue, QueueDeleteOptions::default()).await.unwrap();
            }
            channel.exchange_delete(exchange.into(), ExchangeDeleteOptions::default()).await.unwrap();
            connection.close(200, "OK".into()).await.unwrap();
        });
    }
}

/// Waits for `task`, wherever this is called.
fn clear(task: impl Future<Output = ()> + Send + 'static) {
    let cleared = thread::spawn(|| {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(task);
    });
    assert!(cleared.join().is_ok() || thread::panicking(), "what the test left can't be cleared away");
}
