use std::sync::Arc;

use actix_web::web::Bytes;
use domain_shared::{EventLog, StoreError};
use futures_util::{Stream, stream::unfold};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Wanted, feed::Feed};
use crate::door::Closing;

/// How many streams a process serves at once.
const MOST: usize = 100;

/// How many of them read the log at the same time. However many there are, they leave the store to others.
const READERS: usize = 2;

/// The event streams of one service. Clones share their limits.
#[derive(Clone)]
pub struct Streams {
    pub(super) log: Arc<dyn EventLog>,
    pub(super) source: &'static str,
    places: Arc<Semaphore>,
    pub(super) readers: Arc<Semaphore>,
}

/// A place among the streams that a process serves; it is free again when this is dropped.
pub struct Place(
    #[expect(dead_code, reason = "all that matters is when it is dropped")] OwnedSemaphorePermit,
);

/// What a stream is to be like.
pub struct Order {
    /// The position after which it begins; `None` for now.
    pub after: Option<u64>,
    /// What it tells.
    pub wanted: Wanted,
    /// Whether its reader may still see it, as is asked every now and then. It ends once they may not.
    pub is_welcome: Box<dyn Fn() -> bool>,
}

impl Streams {
    /// Those of the service `source` over `log`.
    #[must_use]
    pub fn of(log: Arc<dyn EventLog>, source: &'static str) -> Self {
        let limit = |most| Arc::new(Semaphore::new(most));
        Self { log, source, places: limit(MOST), readers: limit(READERS) }
    }

    /// A place for one more; `None` if all are taken.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        Arc::clone(&self.places).try_acquire_owned().ok().map(Place)
    }

    /// Opens a stream, which goes on until `closing` begins. It reads on only when it is asked for more, so however slow
    /// its reader is, nothing piles up.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if it can't be told where it begins.
    pub async fn open(
        &self,
        place: Place,
        order: Order,
        closing: Closing,
    ) -> Result<impl Stream<Item = Bytes> + use<>, StoreError> {
        let feed = Feed::open(self, order, closing).await?;
        Ok(unfold((feed, place), async |(mut feed, place)| {
            feed.next().await.map(|text| (Bytes::from(text), (feed, place)))
        }))
    }
}
