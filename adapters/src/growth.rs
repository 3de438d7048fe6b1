//! That the log of a store has grown, told within its process.
use async_trait::async_trait;
use domain_shared::LogWatch;
use tokio::sync::watch;

/// Tells everyone who watches. Clones tell the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Growth(watch::Sender<()>);

impl Growth {
    /// Events were added.
    pub(crate) fn tell(&self) {
        self.0.send_replace(());
    }

    /// Someone who notices from now on.
    pub(crate) fn watch(&self) -> Box<dyn LogWatch> {
        Box::new(Watch(self.0.subscribe()))
    }
}

struct Watch(watch::Receiver<()>);

#[async_trait]
impl LogWatch for Watch {
    async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            // The store is gone: nothing will ever be added.
            std::future::pending::<()>().await;
        }
    }
}
