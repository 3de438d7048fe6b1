//! What all who follow a log have in common: round after round while there is something, then waiting for news.
use std::{error::Error, time::Duration};

use async_trait::async_trait;
use domain_shared::LogWatch;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::{backoff::Backoff, told::Told};

/// Someone who goes through a log.
#[async_trait]
pub(crate) trait Rounds: Send {
    /// Deals with the next events.
    async fn round(&mut self) -> Result<Round, Box<dyn Error + Send + Sync>>;

    /// Says why nothing came of a round; not again while it is for the same reason.
    fn report(&self, error: &(dyn Error + 'static));
}

/// What came of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Round {
    /// As much was dealt with as can be at once, so there may be more.
    Full,
    /// Something was dealt with that can wait for more: so it costs less.
    Some,
    /// There was nothing.
    Empty,
}

/// When the next round is due.
pub(crate) struct Pace<'a> {
    /// Tells of events.
    pub(crate) news: Box<dyn LogWatch>,
    /// How often to look for events that nobody told of.
    pub(crate) poll: Duration,
    /// How long to wait after a round of which nothing came.
    pub(crate) backoff: Backoff,
    /// Tells to stop.
    pub(crate) until: &'a CancellationToken,
}

impl<'a> Pace<'a> {
    /// That of those who are on their own.
    pub(crate) fn steady(news: Box<dyn LogWatch>, until: &'a CancellationToken) -> Self {
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
        Self { news, poll: Duration::from_millis(250), backoff, until }
    }

    /// Has `work` done until told to stop, and whatever was begun by then to the end.
    pub(crate) async fn keep(mut self, work: &mut impl Rounds) {
        /// Nobody notices this.
        const MOST: Duration = Duration::from_millis(50);
        let mut told = Told::default();
        while !self.until.is_cancelled() {
            let began = Instant::now();
            let round = match work.round().await {
                Ok(round) => round,
                Err(error) => {
                    if told.is_news(&*error) {
                        work.report(&*error);
                    }
                    self.until.run_until_cancelled(sleep(self.backoff.pause())).await;
                    continue;
                }
            };
            told.is_over();
            self.backoff.reset();
            match round {
                Round::Full => {}
                // So that it takes a third of the time at most, of its own and of the store's.
                Round::Some => {
                    self.until.run_until_cancelled(sleep((began.elapsed() * 2).min(MOST))).await;
                }
                // Whether told or not, it is time to look.
                Round::Empty => {
                    self.until.run_until_cancelled(timeout(self.poll, self.news.changed())).await;
                }
            }
        }
    }
}
