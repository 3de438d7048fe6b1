//! bcrypt on threads of its own, which make way for others, so that hashing never holds up anything else.
use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
};

use async_trait::async_trait;
use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    hmac::{self, HMAC_SHA384},
    rand,
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use domain_auth::{HashError, Password, PasswordAttempt, PasswordHash, PasswordHasher};
use tokio::sync::oneshot;

use self::manners::Manners;
use crate::keyed::SecretKey;

mod manners;
mod rounds;

/// bcrypt over a keyed SHA-384 digest of the password in base64 (OWASP Password Storage), so that its limit of 72 bytes and
/// its end at a NUL never matter, and a stolen hash is of no use without the key.
#[derive(Clone)]
pub struct Bcrypt {
    key: hmac::Key,
    cost: u32,
    queue: SyncSender<Job>,
}

type Job = Box<dyn FnOnce(&mut Manners) + Send>;

impl Bcrypt {
    /// A hasher of cost 2^`cost` on `threads` threads, for which at most `queue` jobs wait. Digests are keyed with `key`.
    #[must_use]
    pub fn new(cost: u32, key: &SecretKey, threads: usize, queue: usize) -> Self {
        let (sender, receiver) = sync_channel::<Job>(queue.max(1));
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..threads.max(1) {
            let receiver = receiver.clone();
            thread::spawn(move || work(&receiver));
        }
        Self { key: key.for_hmac(HMAC_SHA384), cost, queue: sender }
    }

    fn digest(&self, password: &str) -> String {
        STANDARD_NO_PAD.encode(hmac::sign(&self.key, password.as_bytes()))
    }

    /// Runs `task` on a hashing thread, unless whoever asked has gone by then.
    async fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Manners) -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let (answer, asked) = oneshot::channel();
        let job: Job = Box::new(move |manners| {
            if !answer.is_closed() {
                drop(answer.send(task(manners)));
            }
        });
        match self.queue.try_send(job) {
            Ok(()) => asked.await.map_err(|error| HashError::Failed(error.into())),
            Err(TrySendError::Full(_)) => Err(HashError::Busy),
            Err(error @ TrySendError::Disconnected(_)) => Err(HashError::Failed(error.to_string().into())),
        }
    }

    /// The hash of `digest` with that cost and salt. It takes as long as one with the cost of today at least.
    async fn bcrypt(&self, digest: String, cost: u32, salt: [u8; 16]) -> Result<String, HashError> {
        let work = self.cost;
        let task = move |manners: &mut Manners| {
            manners.begin();
            rounds::bcrypt(cost, salt, &digest, work, || manners.mind())
        };
        self.run(task).await?.map_err(|error| HashError::Failed(error.into()))
    }
}

/// Does jobs, one after another, until the hasher is gone.
fn work(receiver: &Mutex<Receiver<Job>>) {
    // Requests that need no hashing go first. On Linux niceness is a thread's own.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(5);
    let mut manners = Manners::new();
    loop {
        let job = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(&mut manners),
            Err(_) => return,
        }
    }
}

impl fmt::Debug for Bcrypt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bcrypt({})", self.cost)
    }
}

#[async_trait]
impl PasswordHasher for Bcrypt {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, HashError> {
        let mut salt = [0; 16];
        rand::fill(&mut salt).map_err(|error| HashError::Failed(error.into()))?;
        self.bcrypt(self.digest(password.expose()), self.cost, salt).await.map(PasswordHash::new)
    }

    async fn verify(
        &self,
        attempt: &PasswordAttempt,
        hash: Option<&PasswordHash>,
    ) -> Result<bool, HashError> {
        let digest = self.digest(attempt.expose());
        match hash.and_then(|hash| rounds::parts(hash.expose())) {
            Some(known) => {
                let made = self.bcrypt(digest, known.get_cost(), known.get_salt_raw()).await?;
                Ok(verify_slices_are_equal(made.as_bytes(), known.to_string().as_bytes()).is_ok())
            }
            // Nobody's password is wrong, but as long as anybody's takes.
            None => self.bcrypt(digest, self.cost, [0; 16]).await.map(|_| false),
        }
    }

    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        rounds::parts(hash.expose()).is_some_and(|made_with| made_with.get_cost() < self.cost)
    }
}

#[cfg(test)]
mod tests {
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
        let hash = bcrypt.hash(&Password::parse(format!("{long}a")).unwrap()).await.unwrap();
        assert!(bcrypt.verify(&attempt(&format!("{long}a")), Some(&hash)).await.unwrap());
        assert!(!bcrypt.verify(&attempt(&format!("{long}b")), Some(&hash)).await.unwrap());
        assert!(!bcrypt.verify(&attempt(&format!("{long}a\0")), Some(&hash)).await.unwrap());
        assert!(hash.expose().starts_with("$2b$04$"));
    }

    #[tokio::test]
    async fn another_key_makes_another_hash() {
        let (ours, theirs) = (bcrypt(4, 8), Bcrypt::new(4, &SecretKey::new(vec![8; 32]).unwrap(), 1, 8));
        let hash = ours.hash(&Password::parse("correct horse".into()).unwrap()).await.unwrap();
        assert!(!theirs.verify(&attempt("correct horse"), Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_no_password_but_is_checked_all_the_same() {
        let bcrypt = bcrypt(8, 8);
        let hash = bcrypt.hash(&Password::parse("correct horse".into()).unwrap()).await.unwrap();
        let easier = Bcrypt { cost: 4, ..bcrypt.clone() }
            .hash(&Password::parse("correct horse".into()).unwrap())
            .await
            .unwrap();
        let worked = || bcrypt.run(|_| manners::computed());
        let mut took = Vec::new();
        for hash in [Some(&hash), None, Some(&PasswordHash::unusable()), Some(&easier)] {
            let before = worked().await.unwrap();
            assert!(!bcrypt.verify(&attempt("wrong"), hash).await.unwrap());
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
            busy.run(task).await.unwrap();
        });
        begins.await.unwrap();
        (bcrypt, free)
    }

    #[tokio::test]
    async fn a_full_queue_says_so_at_once() {
        let (bcrypt, free) = held_up(2).await;
        let wrong = attempt("x");
        let waiting = (0..2).map(|_| bcrypt.verify(&wrong, None));
        let (waited, refused) = tokio::join!(futures_util::future::join_all(waiting), async {
            let refused = bcrypt.verify(&wrong, None).await;
            drop(free);
            refused
        });
        assert!(matches!(refused, Err(HashError::Busy)), "{refused:?}");
        assert!(waited.iter().all(Result::is_ok), "those who came before are served");
    }

    #[tokio::test]
    async fn nothing_is_hashed_for_somebody_who_has_gone() {
        let (bcrypt, free) = held_up(8).await;
        let (done, hashed) = sync_channel::<()>(1);
        let gone = bcrypt.run(move |_| done.send(()));
        assert!(futures_util::FutureExt::now_or_never(gone).is_none(), "it waits, and then is dropped");
        drop(free);
        bcrypt.run(|_| ()).await.unwrap();
        assert!(hashed.try_recv().is_err());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn hashing_threads_and_they_alone_let_others_go_first() {
        let niceness = |_: &mut Manners| rustix::process::nice(0).unwrap();
        let (ours, bcrypt) = (rustix::process::nice(0).unwrap(), bcrypt(4, 1));
        assert_eq!(bcrypt.run(niceness).await.unwrap(), (ours + 5).min(19));
        assert_eq!(rustix::process::nice(0).unwrap(), ours);
    }
}
