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
use domain_auth::{SecurityEvent, SecurityLog};
use domain_shared::{Context, Origin, StoreError};
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// For how long acts that are alike share an entry.
const WINDOW: Duration = Duration::from_mins(1);

/// How many kinds of acts, each of somebody and from somewhere, have entries of their own within a window. All others of
/// a kind share one, which says neither.
const MOST: usize = 500;

/// How many acts may wait to be written down. More are dropped; the database is slow then, and they are many.
const WAITING: usize = 4096;

type Act = (SecurityEvent, Context);

/// Takes acts in at once, and writes them down later. Of acts that are alike, by the same account and from the same
/// address, the first is written down, then once a minute how many more there were.
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
    /// Writes down what comes until it is told to stop, and then what is left; only the first who calls this does.
    pub async fn run(&self, log: &impl SecurityLog, until: &CancellationToken) {
        let receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut receiver) = receiver else { return std::future::pending().await };
        let mut windows: HashMap<Alike, Window> = HashMap::new();
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
                    let dropped = self.dropped.swap(0, Ordering::Relaxed);
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
    let mut alike = (event, context.actor, context.origin.client.address.clone());
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

#[cfg(test)]
mod tests {
    use domain_auth::{LoginFailure, UserId};
    use domain_shared::{Client, Clock, IdGenerator};

    use super::*;
    use crate::system::{SystemClock, UuidV7};

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<Act>>>);

    #[async_trait]
    impl SecurityLog for Written {
        async fn note(&self, event: SecurityEvent, context: &Context) -> Result<(), StoreError> {
            self.0.lock().unwrap().push((event, context.clone()));
            Ok(())
        }
    }

    impl Written {
        fn counts(&self) -> Vec<u64> {
            let count = |(event, _): &Act| match event {
                SecurityEvent::LoginFailed { count, .. } => *count,
                other => panic!("{other:?}"),
            };
            self.0.lock().unwrap().iter().map(count).collect()
        }
    }

    fn failed(user: u128) -> SecurityEvent {
        let user_id = Some(UserId(Uuid::from_u128(user)));
        SecurityEvent::LoginFailed { user_id, reason: LoginFailure::WrongPassword, count: 1 }
    }

    fn from(address: &str) -> Context {
        let client = Client { address: Some(address.to_owned()), user_agent: None };
        Context {
            command_id: UuidV7.next_id(),
            at: SystemClock.now(),
            actor: None,
            traceparent: None,
            origin: Origin { client, session: None },
        }
    }

    /// What is written of `acts`, at once and within a few minutes after.
    async fn written(acts: Vec<Act>) -> (Vec<u64>, Vec<Act>) {
        let (queue, written) = (SecurityQueue::default(), Written::default());
        for (event, context) in acts {
            queue.note(event, &context).await.unwrap();
        }
        let running = tokio::spawn({
            let (queue, written) = (queue.clone(), written.clone());
            async move { queue.run(&written, &CancellationToken::new()).await }
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        let at_once = written.counts();
        tokio::time::sleep(WINDOW * 3).await;
        running.abort();
        let all = written.0.lock().unwrap().clone();
        (at_once, all)
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_left_when_it_is_told_to_stop_is_written_down_too() {
        let (queue, written, until) =
            (SecurityQueue::default(), Written::default(), CancellationToken::new());
        let acts = [failed(1), failed(1), failed(2)].map(|event| (event, from("192.0.2.1")));
        for (event, context) in acts {
            queue.note(event, &context).await.unwrap();
        }
        until.cancel();
        queue.run(&written, &until).await;
        assert_eq!(written.counts().iter().sum::<u64>(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn of_acts_that_are_alike_the_first_is_told_and_then_how_many_more_there_were() {
        let acts = (0..100).map(|_| (failed(1), from("203.0.113.7"))).collect();
        let (at_once, all) = written(acts).await;
        assert_eq!(at_once, [1]);
        assert_eq!(
            all.iter().map(|(event, _)| event.clone()).collect::<Vec<_>>(),
            [failed(1), failed(1).times(99)]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn another_account_or_address_is_another_act() {
        let acts = vec![
            (failed(1), from("203.0.113.7")),
            (failed(2), from("203.0.113.7")),
            (failed(1), from("203.0.113.8")),
        ];
        assert_eq!(written(acts).await.0, [1, 1, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_from_everywhere_fills_no_disk() {
        let acts = (0..3000).map(|user| (failed(user), from(&format!("2001:db8::{user:x}")))).collect();
        let (at_once, all) = written(acts).await;
        assert_eq!(at_once.len(), MOST + 1);
        let (others, context) = all.last().unwrap();
        assert!(
            matches!(others, SecurityEvent::LoginFailed { user_id: None, count: 2499, .. }),
            "all others share an entry: {others:?}"
        );
        assert_eq!(context.origin, Origin::default());
    }

    #[tokio::test]
    async fn when_too_many_wait_nobody_else_does() {
        let queue = SecurityQueue::default();
        for _ in 0..WAITING {
            queue.note(failed(1), &from("203.0.113.7")).await.unwrap();
        }
        queue.note(failed(1), &from("203.0.113.7")).await.unwrap_err();
    }
}
