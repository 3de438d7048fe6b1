//! bcrypt on threads of its own, which make way for others, so that hashing never holds up anything else.
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Instant,
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

pub use self::load::Hashing;
use self::{line::Line, load::Load, manners::Manners};
use crate::keyed::SecretKey;

mod line;
mod load;
mod manners;
mod rounds;
#[cfg(test)]
mod tests;

/// bcrypt over a keyed SHA-384 digest of the password in base64 (OWASP Password Storage), so that its limit of 72 bytes and
/// its end at a NUL never matter, and a stolen hash is of no use without the key.
#[derive(Clone)]
pub struct Bcrypt {
    key: hmac::Key,
    cost: u32,
    /// The highest cost of a hash that it was asked about. While some are harder than those of today, all take as long.
    hardest: Arc<AtomicU32>,
    entrance: Arc<Entrance>,
    load: Arc<Load>,
}

/// What is done with the manners of a hashing thread; without them, it had to make way for somebody else's.
type Job = Box<dyn FnOnce(Option<&mut Manners>) + Send>;

/// Where jobs come in. When it is gone hashing threads end.
struct Entrance(Arc<Line<Job>>);

impl Drop for Entrance {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Bcrypt {
    /// A hasher of cost 2^`cost` on `threads` threads, for which at most `queue` jobs wait. Digests are keyed with `key`.
    #[must_use]
    pub fn new(cost: u32, key: &SecretKey, threads: usize, queue: usize) -> Self {
        let (line, load) = (Arc::new(Line::new(queue)), Arc::new(Load::of(threads.max(1))));
        for _ in 0..load.threads {
            let (line, load) = (line.clone(), load.clone());
            thread::spawn(move || work(&line, &load));
        }
        let (hardest, entrance) = (Arc::new(AtomicU32::new(cost)), Arc::new(Entrance(line)));
        Self { key: key.for_hmac(HMAC_SHA384), cost, hardest, entrance, load }
    }

    /// How much it has to do, and had until now.
    #[must_use]
    pub fn hashing(&self) -> Hashing {
        self.load.with(self.entrance.0.waiting())
    }

    fn digest(&self, password: &str) -> String {
        STANDARD_NO_PAD.encode(hmac::sign(&self.key, password.as_bytes()))
    }

    /// Runs `task` on a hashing thread, when it is the turn of that place, unless whoever asked has gone by then.
    async fn run<T: Send + 'static>(
        &self,
        place: Option<&str>,
        task: impl FnOnce(&mut Manners) -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let (answer, asked) = oneshot::channel();
        let (load, since) = (self.load.clone(), Instant::now());
        let job: Job = Box::new(move |manners| {
            if !answer.is_closed() {
                drop(answer.send(manners.map(|manners| load.measure(since, || task(manners)))));
            }
        });
        if let Err(displaced) = self.entrance.0.join(place, job) {
            self.load.refuse();
            displaced(None);
        }
        asked.await.map_err(|error| HashError::Failed(error.into()))?.ok_or(HashError::Busy)
    }

    /// The hash of `digest` with that cost and salt. It takes as long as one with the cost of today at least, and as the
    /// hardest that there is.
    async fn bcrypt(
        &self,
        digest: String,
        cost: u32,
        salt: [u8; 16],
        place: Option<&str>,
    ) -> Result<String, HashError> {
        let work = self.hardest.fetch_max(cost, Ordering::Relaxed).max(cost);
        let task = move |manners: &mut Manners| {
            manners.begin();
            rounds::bcrypt(cost, salt, &digest, work, || manners.mind())
        };
        self.run(place, task).await?.map_err(|error| HashError::Failed(error.into()))
    }
}

/// Does jobs, one after another, until the hasher is gone.
fn work(line: &Line<Job>, load: &Load) {
    // Requests that need no hashing go first. On Linux niceness is a thread's own.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(5);
    let mut manners = Manners::new();
    while let Some(job) = line.next() {
        load.busy(|| job(Some(&mut manners)));
    }
}

impl fmt::Debug for Bcrypt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bcrypt({})", self.cost)
    }
}

#[async_trait]
impl PasswordHasher for Bcrypt {
    async fn hash(&self, password: &Password, place: Option<&str>) -> Result<PasswordHash, HashError> {
        let mut salt = [0; 16];
        rand::fill(&mut salt).map_err(|error| HashError::Failed(error.into()))?;
        self.bcrypt(self.digest(password.expose()), self.cost, salt, place).await.map(PasswordHash::new)
    }

    async fn verify(
        &self,
        attempt: &PasswordAttempt,
        hash: Option<&PasswordHash>,
        place: Option<&str>,
    ) -> Result<bool, HashError> {
        let digest = self.digest(attempt.expose());
        match hash.and_then(|hash| rounds::parts(hash.expose())) {
            Some(known) => {
                let made = self.bcrypt(digest, known.get_cost(), known.get_salt_raw(), place).await?;
                Ok(verify_slices_are_equal(made.as_bytes(), known.to_string().as_bytes()).is_ok())
            }
            // Nobody's password is wrong, but as long as anybody's takes.
            None => self.bcrypt(digest, self.cost, [0; 16], place).await.map(|_| false),
        }
    }

    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        rounds::parts(hash.expose()).is_some_and(|made_with| made_with.get_cost() < self.cost)
    }
}
