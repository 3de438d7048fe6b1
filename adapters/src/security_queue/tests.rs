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
            SecurityEvent::LoginFailed { count, .. } | SecurityEvent::AccessDenied { count, .. } => *count,
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
    let (queue, written, until) = (SecurityQueue::default(), Written::default(), CancellationToken::new());
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
async fn a_household_is_one_address() {
    let acts = (0..100).map(|host| (failed(1), from(&format!("2001:db8:1:2::{host:x}")))).collect();
    assert_eq!(written(acts).await.0, [1]);
}

#[tokio::test(start_paused = true)]
async fn so_many_who_are_denied_something_fill_no_disk_either() {
    let acts = (0..2000)
        .map(|user| {
            let denied = SecurityEvent::AccessDenied { user_id: UserId(Uuid::from_u128(user + 1)), count: 1 };
            (denied, Context { actor: Some(Uuid::from_u128(user + 1)), ..from("203.0.113.7") })
        })
        .collect();
    let (_, all) = written(acts).await;
    assert_eq!(all.len(), MOST + 2, "each, the first of the others, and how many more there were");
    let (others, context) = all.last().unwrap();
    let nobody = UserId(Uuid::nil());
    assert_eq!(*others, SecurityEvent::AccessDenied { user_id: nobody, count: 1499 });
    assert_eq!((context.actor, &context.origin), (None, &Origin::default()));
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_from_everywhere_fills_no_disk() {
    let acts = (0..3000).map(|user| (failed(user), from(&format!("2001:db8:0:{user:x}::1")))).collect();
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

#[tokio::test]
async fn what_waits_and_what_was_dropped_is_told() {
    let queue = SecurityQueue::default();
    for user in 0..4098 {
        let _ = queue.note(failed(user), &from("192.0.2.1")).await;
    }
    assert_eq!((queue.waiting(), queue.dropped()), (WAITING, 2));
}
