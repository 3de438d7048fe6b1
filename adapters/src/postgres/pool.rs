use std::sync::Arc;

use deadpool::{
    Runtime, Status,
    managed::{self, Metrics, Object, RecycleError, RecycleResult},
};
use domain_shared::StoreError;
use tokio::runtime::Handle;

use super::{Conn, config::Settings, connection::Connection};
use crate::Connections;

pub(super) type Pool = managed::Pool<Manager>;

/// Makes connections on the runtime that the store was made on: the threads that use them may end sooner.
pub(super) struct Manager {
    settings: Arc<Settings>,
    runtime: Handle,
}

impl managed::Manager for Manager {
    type Type = Connection;
    type Error = StoreError;

    async fn create(&self) -> Result<Connection, StoreError> {
        let opening = self.runtime.spawn(Connection::open(Arc::clone(&self.settings)));
        opening.await.map_err(StoreError::unavailable)?
    }

    /// Asks nothing of the server: that would double the cost of a statement.
    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<StoreError> {
        if connection.is_usable() { Ok(()) } else { Err(RecycleError::message("closed")) }
    }
}

/// A pool of at most `size` connections, none of which is made before it is needed.
pub(super) fn pool(settings: &Arc<Settings>, size: usize) -> Result<Pool, StoreError> {
    let (settings, timeouts) = (Arc::clone(settings), settings.timeouts);
    Pool::builder(Manager { settings, runtime: Handle::current() })
        .max_size(size.max(1))
        .wait_timeout(Some(timeouts.pool))
        .create_timeout(Some(timeouts.connect))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(StoreError::unavailable)
}

/// How the connections of `pool` are used.
pub(super) fn used(purpose: &'static str, pool: &Pool) -> Connections {
    let Status { max_size, size, available, waiting } = pool.status();
    Connections { purpose, most: max_size, open: size, idle: available, waiting }
}

/// A pooled connection on loan. Unless it is given back clean it is closed: a request that was cancelled halfway must
/// not leave its transaction open.
pub(super) struct Loan {
    object: Object<Manager>,
    clean: bool,
}

impl Loan {
    pub(super) async fn from(pool: &Pool) -> Result<Self, StoreError> {
        let object = pool.get().await.map_err(StoreError::unavailable)?;
        Ok(Self { object, clean: false })
    }

    pub(super) fn conn(&self) -> Conn<'_> {
        &self.object
    }

    /// Returns it for somebody else. No transaction may be open on it.
    pub(super) fn give_back(mut self) {
        self.clean = true;
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if !self.clean {
            self.object.hang_up();
        }
    }
}
