use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use diesel_async::AsyncPgConnection;
use domain_shared::StoreError;
use tokio::{task::JoinHandle, time::timeout};
use tokio_postgres::NoTls;

use super::config::Settings;

/// A connection, and whether it is still any good.
pub(super) struct Connection {
    diesel: AsyncPgConnection,
    driver: Driver,
    retired: AtomicBool,
}

/// The task that moves bytes between a connection and the server. Without it the socket is closed.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Connection {
    /// Connects to the server. The connection lives as long as the runtime that this runs on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(super) async fn open(settings: Arc<Settings>) -> Result<Self, StoreError> {
        let limit = settings.timeouts.connect;
        timeout(limit, Self::establish(&settings)).await.map_err(StoreError::unavailable)?
    }

    async fn establish(settings: &Settings) -> Result<Self, StoreError> {
        let (client, connection) = settings.server.connect(NoTls).await.map_err(StoreError::unavailable)?;
        // How it ended is told to whoever waits for an answer then.
        let driver = Driver(tokio::spawn(async { drop(connection.await) }));
        client.batch_execute(&settings.session()).await.map_err(StoreError::unavailable)?;
        let diesel = AsyncPgConnection::try_from(client).await.map_err(StoreError::unavailable)?;
        Ok(Self { diesel, driver, retired: AtomicBool::new(false) })
    }

    /// Whether there is any use in asking over it.
    pub(super) fn is_usable(&self) -> bool {
        !self.retired.load(Ordering::Relaxed) && !self.driver.0.is_finished()
    }

    /// Lets nobody else have it; whoever waits for an answer still gets it.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Relaxed);
    }

    /// Ends it, and with it whatever the server does for it.
    pub(super) fn hang_up(&self) {
        self.retire();
        self.driver.0.abort();
    }
}

impl Deref for Connection {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        &self.diesel
    }
}
