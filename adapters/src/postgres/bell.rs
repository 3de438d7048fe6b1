//! Tells every instance when events were added.
//!
//! NOTIFY in the transaction that adds them would have all commits wait for each other. So whoever has committed rings in
//! its own process, at once, and one connection of the process tells the others, once for all that was rung meanwhile.
use std::{future::poll_fn, sync::Arc, time::Duration};

use domain_shared::LogWatch;
use tokio::{
    runtime::Handle,
    sync::{Notify, OnceCell},
    task::AbortHandle,
};
use tokio_postgres::{AsyncMessage, Client, NoTls};

use super::config::Settings;
use crate::growth::Growth;

/// The bell of one store.
#[derive(Debug)]
pub(super) struct Bell {
    settings: Arc<Settings>,
    runtime: Handle,
    rung: Arc<Rung>,
    wire: OnceCell<Wire>,
}

#[derive(Debug, Default)]
struct Rung {
    here: Growth,
    elsewhere: Notify,
}

/// The task that connects us with the other instances.
#[derive(Debug)]
struct Wire(AbortHandle);

impl Drop for Wire {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Bell {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        Self { settings, runtime: Handle::current(), rung: Arc::default(), wire: OnceCell::new() }
    }

    pub(super) fn ring(&self) {
        self.rung.here.tell();
        self.rung.elsewhere.notify_one();
    }

    /// Listens from now on.
    pub(super) fn watch(&self) -> Box<dyn LogWatch> {
        if !self.wire.initialized() {
            let task = self.runtime.spawn(stay_connected(Arc::clone(&self.settings), Arc::clone(&self.rung)));
            // Of two who are first at once, one wire stays; the other is cut when it is dropped.
            let _ = self.wire.set(Wire(task.abort_handle()));
        }
        self.rung.here.watch()
    }
}

async fn stay_connected(settings: Arc<Settings>, rung: Arc<Rung>) {
    const PAUSE: Duration = Duration::from_secs(1);
    loop {
        // Whatever the cause, readers look for themselves meanwhile.
        let _ = connected(&settings, &rung).await;
        tokio::time::sleep(PAUSE).await;
    }
}

async fn connected(settings: &Settings, rung: &Rung) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = settings.server.connect(NoTls).await?;
    let heard = async {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notification(_))) => rung.here.tell(),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            }
        }
    };
    tokio::select! {
        heard = heard => heard,
        told = tell(&client, &settings.schema, rung) => told,
    }
}

/// Listens, then tells the others whenever we have rung. Our own notice comes back to us, which does no harm.
async fn tell(client: &Client, schema: &str, rung: &Rung) -> Result<(), tokio_postgres::Error> {
    const BREATH: Duration = Duration::from_millis(5);
    client.batch_execute(&format!("LISTEN \"panal_{schema}\"")).await?;
    rung.here.tell();
    loop {
        rung.elsewhere.notified().await;
        client.batch_execute(&format!("NOTIFY \"panal_{schema}\"")).await?;
        tokio::time::sleep(BREATH).await;
    }
}
