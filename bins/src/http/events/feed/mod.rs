//! One client's way through the log.
#[cfg(test)]
mod tests;

use std::{error::Error, sync::Arc, time::Duration};

use domain_shared::{EventLog, LogWatch, StoreError, StoredEvent};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep_until, timeout_at},
};

use super::{Order, Streams, Wanted, sent::server_sent};
use crate::door::Closing;

/// How many events are read at once.
const PAGE: usize = 50;

/// How often it looks for itself, in case news got lost or the log couldn't be read.
const LOOK: Duration = Duration::from_secs(1);

/// How long nothing is said at most, lest somebody on the way take the connection for dead.
const BEAT: Duration = Duration::from_secs(15);

/// Tells one client what happens, as server-sent events (WHATWG HTML, section 9.2).
pub(super) struct Feed {
    log: Arc<dyn EventLog>,
    source: &'static str,
    /// Those who read at the moment.
    readers: Arc<Semaphore>,
    news: Box<dyn LogWatch>,
    wanted: Wanted,
    is_welcome: Box<dyn Fn() -> bool>,
    /// How far the log was read, wanted or not.
    position: u64,
    /// What is said first.
    greeting: Option<String>,
    /// When something is said even if nothing happens.
    beat: Instant,
    closing: Closing,
    /// Whether the log couldn't be read last time.
    is_troubled: bool,
}

impl Feed {
    pub(super) async fn open(streams: &Streams, order: Order, closing: Closing) -> Result<Self, StoreError> {
        let Streams { log, source, readers, .. } = streams.clone();
        // News first: whatever happens after it was asked where the log ends is then heard of.
        let news = log.watch();
        let (position, greeting) = if let Some(position) = order.after {
            (position, ": on\n\n".to_owned())
        } else {
            let end = log.end().await?;
            // Whoever is cut off before anything happens comes back to here.
            (end, on(end))
        };
        let Order { wanted, is_welcome, .. } = order;
        Ok(Self {
            log,
            source,
            readers,
            news,
            wanted,
            is_welcome,
            position,
            greeting: Some(greeting),
            beat: Instant::now() + BEAT,
            closing,
            is_troubled: false,
        })
    }

    /// What is to be said next, once there is something; `None` when it is over.
    pub(super) async fn next(&mut self) -> Option<String> {
        let closing = self.closing.clone();
        tokio::select! {
            biased;
            () = closing.begun() => None,
            text = self.text() => text,
        }
    }

    async fn text(&mut self) -> Option<String> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        loop {
            // However long that takes.
            let page = timeout_at(self.beat, self.read()).await.unwrap_or_default();
            if !(self.is_welcome)() {
                return None;
            }
            let text: String = page
                .iter()
                .filter(|stored| self.wanted.has(&stored.event.kind))
                .map(|stored| server_sent(stored, self.source))
                .collect();
            if let Some(last) = page.last() {
                self.position = last.position;
            }
            let is_beat = Instant::now() >= self.beat;
            if !text.is_empty() || is_beat {
                self.beat = Instant::now() + BEAT;
                return Some(if text.is_empty() { on(self.position) } else { text });
            }
            if page.is_empty() {
                self.wait().await;
            }
        }
    }

    /// The next page; an empty one, too, if the log can't be read.
    async fn read(&mut self) -> Vec<StoredEvent> {
        // It is never closed.
        let turn = self.readers.acquire().await;
        let page = self.log.after(self.position, PAGE).await;
        drop(turn);
        let was_troubled = std::mem::replace(&mut self.is_troubled, page.is_err());
        page.unwrap_or_else(|error| {
            if !was_troubled {
                let error: &(dyn Error + 'static) = &error;
                tracing::warn!(error, "an event stream can't go on; it keeps trying");
            }
            Vec::new()
        })
    }

    /// Waits for something to happen, though not past the next beat.
    async fn wait(&mut self) {
        let look = (Instant::now() + LOOK).min(self.beat);
        if self.is_troubled {
            sleep_until(look).await;
        } else {
            // It is looked in any case.
            let _ = timeout_at(look, self.news.changed()).await;
        }
    }
}

/// A sign of life. It tells how far the log was read, so that whoever wants little doesn't come back to the beginning: an
/// event without data is no event, but its id counts.
fn on(position: u64) -> String {
    format!(": on\nid: {position}\n\n")
}
