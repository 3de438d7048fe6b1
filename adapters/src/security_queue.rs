//! Security-relevant acts on their way to the log. Whoever makes somebody's service refuse things all day must not fill
//! its disk, and must not learn from how long a refusal takes what is written down about it.
use std::{
    collections::HashMap,
    error::Error,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use domain_auth::{SecurityEvent, SecurityLog, UserId};
use domain_shared::{Context, Origin, StoreError};
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

#[cfg(test)]
mod tests;

/// For how long acts that are alike share an entry.
const WINDOW: Duration = Duration::from_mins(1);

/// How many kinds of acts, each of somebody and from somewhere, have entries of their own within a window. All others of
/// a kind share one, which says neither.
const MOST: usize = 500;

/// How many acts may wait to be written down. More are dropped; the database is slow then, and they are many.
const WAITING: usize = 4096;

type Act = (SecurityEvent, Context);

/// Takes acts in at once, and writes them down later. Of acts that are alike, by the same account and from the same
/// place, the first is written down, then once a minute how many more there were.
#[derive(Debug, Clone)]
pub struct SecurityQueue {
    sender: Sender<Act>,
    dropped: Arc<AtomicU64>,
    receiver: Arc<Mutex<Option<Receiver<Act>>>>,
}

impl Default for SecurityQueue {
    fn default() -> Self {
        let (sender, receiver) = channel(WAITING);
        Self { sender, dropped: Arc::default(), receiver: Arc::new(Mutex::new(Some(receiver))) }
    }
}

#[async_trait]
impl SecurityLog for SecurityQueue {
    async fn note(&self, event: SecurityEvent, context: &Context) -> Result<(), StoreError> {
        self.sender.try_send((event, context.clone())).map_err(|error| {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            StoreError::unavailable(error)
        })
    }
}

/// What acts that are alike have in common.
type Alike = (SecurityEvent, Option<Uuid>, Option<String>);

/// Acts that are alike, since the last entry about them.
struct Window {
    opened: Instant,
    held_back: u64,
    newest: Context,
}

impl SecurityQueue {
    /// How many acts wait to be written down.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.sender.max_capacity().saturating_sub(self.sender.capacity())
    }

    /// How many were dropped since too many waited.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Writes down what comes until it is told to stop, and then what is left; only the first who calls this does.
    pub async fn run(&self, log: &impl SecurityLog, until: &CancellationToken) {
        let receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut receiver) = receiver else { return std::future::pending().await };
        let (mut windows, mut told): (HashMap<Alike, Window>, u64) = (HashMap::new(), 0);
        let mut rounds = interval(WINDOW / 12);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                act = receiver.recv() => match act {
                    Some(act) => take_in(act, &mut windows, log).await,
                    None => return,
                },
                _ = rounds.tick() => {
                    close(&mut windows, log).await;
                    let dropped = self.dropped() - told;
                    told += dropped;
                    if dropped > 0 {
                        tracing::warn!(dropped, "security-relevant acts aren't in the log: too many waited");
                    }
                }
                () = until.cancelled() => break,
            }
        }
        while let Ok(act) = receiver.try_recv() {
            take_in(act, &mut windows, log).await;
        }
        for ((event, ..), window) in windows.into_iter().filter(|(_, window)| window.held_back > 0) {
            write(event.times(window.held_back), &window.newest, log).await;
        }
    }
}

async fn take_in((event, mut context): Act, windows: &mut HashMap<Alike, Window>, log: &impl SecurityLog) {
    let mut alike = (event, context.actor, context.origin.client.place());
    if windows.len() >= MOST && !windows.contains_key(&alike) {
        alike = (nobodys(alike.0), None, None);
        context = Context { actor: None, origin: Origin::default(), ..context };
    }
    if let Some(window) = windows.get_mut(&alike) {
        window.held_back += 1;
        window.newest = context;
        return;
    }
    write(alike.0.clone(), &context, log).await;
    windows.insert(alike, Window { opened: Instant::now(), held_back: 0, newest: context });
}

/// The same of nobody in particular, as far as it can be.
fn nobodys(mut event: SecurityEvent) -> SecurityEvent {
    if let SecurityEvent::LoginFailed { user_id, .. }
    | SecurityEvent::CodeRejected { user_id, .. }
    | SecurityEvent::Throttled { user_id, .. }
    | SecurityEvent::PasswordResetRequested { user_id, .. } = &mut event
    {
        *user_id = None;
    }
    if let SecurityEvent::AccessDenied { user_id, .. } = &mut event {
        *user_id = UserId(Uuid::nil());
    }
    event
}

/// Writes down how many acts were held back, and forgets those that weren't followed by any.
async fn close(windows: &mut HashMap<Alike, Window>, log: &impl SecurityLog) {
    windows.retain(|_, window| window.held_back > 0 || window.opened.elapsed() < WINDOW);
    for ((event, ..), window) in windows.iter_mut().filter(|(_, window)| window.opened.elapsed() >= WINDOW) {
        write(event.clone().times(window.held_back), &window.newest, log).await;
        *window = Window { opened: Instant::now(), held_back: 0, newest: window.newest.clone() };
    }
}

async fn write(event: SecurityEvent, context: &Context, log: &impl SecurityLog) {
    if let Err(error) = log.note(event, context).await {
        report(&error);
    }
}

fn report(error: &(dyn Error + 'static)) {
    tracing::warn!(error, "a security-relevant act isn't in the log");
}
