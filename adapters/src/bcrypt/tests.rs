use std::sync::{
    Mutex,
    mpsc::{SyncSender, sync_channel},
};

use domain_shared::ValueObject;

use super::*;

fn bcrypt(cost: u32, queue: usize) -> Bcrypt {
    Bcrypt::new(cost, &SecretKey::new(vec![7; 32]).unwrap(), 1, queue)
}

fn attempt(typed: &str) -> PasswordAttempt {
    PasswordAttempt::parse(typed.to_owned()).unwrap()
}

#[tokio::test]
async fn every_character_counts_beyond_72_bytes_and_after_a_nul() {
    let bcrypt = bcrypt(4, 8);
    let long = "ñ".repeat(127);
    let hash = bcrypt.hash(&Password::parse(format!("{long}a")).unwrap(), None).await.unwrap();
    assert!(bcrypt.verify(&attempt(&format!("{long}a")), Some(&hash), None).await.unwrap());
    assert!(!bcrypt.verify(&attempt(&format!("{long}b")), Some(&hash), None).await.unwrap());
    assert!(!bcrypt.verify(&attempt(&format!("{long}a\0")), Some(&hash), None).await.unwrap());
    assert!(hash.expose().starts_with("$2b$04$"));
}

#[tokio::test]
async fn another_key_makes_another_hash() {
    let (ours, theirs) = (bcrypt(4, 8), Bcrypt::new(4, &SecretKey::new(vec![8; 32]).unwrap(), 1, 8));
    let hash = ours.hash(&Password::parse("correct horse".into()).unwrap(), None).await.unwrap();
    assert!(!theirs.verify(&attempt("correct horse"), Some(&hash), None).await.unwrap());
}

#[tokio::test]
async fn nobody_has_no_password_but_is_checked_all_the_same() {
    let bcrypt = bcrypt(8, 8);
    let hash = bcrypt.hash(&Password::parse("correct horse".into()).unwrap(), None).await.unwrap();
    let easier = Bcrypt { cost: 4, ..bcrypt.clone() }
        .hash(&Password::parse("correct horse".into()).unwrap(), None)
        .await
        .unwrap();
    let worked = || bcrypt.run(None, |_| manners::computed());
    let mut took = Vec::new();
    for hash in [Some(&hash), None, Some(&PasswordHash::unusable()), Some(&easier)] {
        let before = worked().await.unwrap();
        assert!(!bcrypt.verify(&attempt("wrong"), hash, None).await.unwrap());
        took.push(worked().await.unwrap().saturating_sub(before));
    }
    // Not a measurement, only proof that the work is done: without it nobody's check takes microseconds.
    assert!(took.iter().all(|time| *time * 2 > took[0]), "{took:?}");
}

/// A hasher whose only thread is held up until the sender is dropped.
async fn held_up(queue: usize) -> (Bcrypt, SyncSender<()>) {
    let bcrypt = bcrypt(4, queue);
    let (free, held) = sync_channel::<()>(0);
    let (begun, begins) = oneshot::channel();
    let busy = bcrypt.clone();
    tokio::spawn(async move {
        let task = move |_: &mut Manners| {
            begun.send(()).unwrap();
            held.recv().unwrap_err();
        };
        busy.run(None, task).await.unwrap();
    });
    begins.await.unwrap();
    (bcrypt, free)
}

#[tokio::test]
async fn a_full_queue_says_so_at_once() {
    let (bcrypt, free) = held_up(2).await;
    let wrong = attempt("x");
    let waiting = (0..2).map(|_| bcrypt.verify(&wrong, None, None));
    let (waited, refused) = tokio::join!(futures_util::future::join_all(waiting), async {
        let refused = bcrypt.verify(&wrong, None, None).await;
        let Hashing { threads, busy, waiting, refused: turned_away, .. } = bcrypt.hashing();
        assert_eq!((threads, busy, waiting, turned_away), (1, 1, 2, 1), "and that is told");
        drop(free);
        refused
    });
    assert!(matches!(refused, Err(HashError::Busy)), "{refused:?}");
    assert!(waited.iter().all(Result::is_ok), "those who came before are served");
}

#[tokio::test]
async fn how_long_each_waited_and_was_hashed_is_told() {
    let bcrypt = bcrypt(4, 8);
    for _ in 0..3 {
        bcrypt.verify(&attempt("x"), None, None).await.unwrap();
    }
    let Hashing { waiting, refused, waited, took, .. } = bcrypt.hashing();
    assert_eq!((waiting, refused, waited.count, took.count), (0, 0, 3, 3));
    assert!(!took.sum.is_zero(), "{took:?}");
}

#[tokio::test]
async fn nothing_is_hashed_for_somebody_who_has_gone() {
    let (bcrypt, free) = held_up(8).await;
    let (done, hashed) = sync_channel::<()>(1);
    let gone = bcrypt.run(None, move |_| done.send(()));
    assert!(futures_util::FutureExt::now_or_never(gone).is_none(), "it waits, and then is dropped");
    drop(free);
    bcrypt.run(None, |_| ()).await.unwrap();
    assert!(hashed.try_recv().is_err());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn hashing_threads_and_they_alone_let_others_go_first() {
    let niceness = |_: &mut Manners| rustix::process::nice(0).unwrap();
    let (ours, bcrypt) = (rustix::process::nice(0).unwrap(), bcrypt(4, 1));
    assert_eq!(bcrypt.run(None, niceness).await.unwrap(), (ours + 5).min(19));
    assert_eq!(rustix::process::nice(0).unwrap(), ours);
}

#[tokio::test]
async fn many_from_one_place_keep_nobody_elsewhere_from_their_turn() {
    let (bcrypt, free) = held_up(4).await;
    let (outcomes, tried) = (Mutex::new(Vec::new()), attempt("x"));
    let verify = async |place: &'static str| {
        let outcome = bcrypt.verify(&tried, None, Some(place)).await;
        outcomes.lock().unwrap().push((place, outcome.is_ok()));
    };
    let many = (0..8).map(|_| verify("here"));
    tokio::join!(futures_util::future::join_all(many), async {
        let elsewhere = verify("elsewhere");
        futures_util::future::join(elsewhere, async { drop(free) }).await;
    });
    let outcomes = outcomes.into_inner().unwrap();
    let served = |of| outcomes.iter().filter(|outcome| **outcome == (of, true)).count();
    assert_eq!((served("elsewhere"), served("here")), (1, 3), "{outcomes:?}");
}

#[tokio::test]
async fn as_long_as_there_are_harder_hashes_than_those_of_today_nobodys_takes_as_long() {
    let (was, bcrypt) = (bcrypt(9, 8), bcrypt(4, 8));
    let harder = was.hash(&Password::parse("correct horse".into()).unwrap(), None).await.unwrap();
    assert!(bcrypt.verify(&attempt("correct horse"), Some(&harder), None).await.unwrap());
    let worked = || bcrypt.run(None, |_| manners::computed());
    let mut took = Vec::new();
    for hash in [Some(&harder), None] {
        let before = worked().await.unwrap();
        assert!(!bcrypt.verify(&attempt("wrong"), hash, None).await.unwrap());
        took.push(worked().await.unwrap().saturating_sub(before));
    }
    assert!(took[1] * 2 > took[0], "{took:?}");
}
