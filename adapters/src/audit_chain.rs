//! Chains a log by keyed digests, so that whoever changes it by hand is found out: see `docs/adr/0020-audit-chain.md`.
mod verify;

use std::{
    error::Error,
    fmt::Write,
    time::{Duration, Instant},
};

use aws_lc_rs::hmac;
use domain_shared::{AuditChain, ChainedRow, Checkpoints, Digest, EventLog, Link};
use tokio::time::{sleep, timeout};

pub use verify::{Anchor, Finding, Verdict, verify};

use crate::{backoff::Backoff, keyed::SecretKey};

/// The name of the checkpoint of those who chain. It also remembers how far the chain once reached.
pub const READER: &str = "audit-chain";

/// How many rows are chained at once.
const BATCH: usize = 500;

/// Makes links, and knows which are genuine.
#[derive(Debug, Clone)]
pub struct Chainer(hmac::Key);

impl Chainer {
    /// With a key that follows from `secret`.
    #[must_use]
    pub fn new(secret: &SecretKey) -> Self {
        Self(secret.derive("audit chain").for_hmac(hmac::HMAC_SHA256))
    }

    /// The link of `row` after one with the digest `previous`.
    #[must_use]
    pub fn link(&self, previous: Digest, row: &ChainedRow) -> Link {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(&previous);
        context.update(&row.bytes);
        let mut digest = Digest::default();
        digest.copy_from_slice(context.sign().as_ref());
        Link { position: row.position, event: row.event, previous, digest }
    }
}

/// A digest in digits.
#[must_use]
pub fn digits(digest: &Digest) -> String {
    digest.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a string can't fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// Chains the log for as long as this is polled. Any number may run on one: whoever has the checkpoint does.
pub async fn run(
    log: &impl EventLog,
    checkpoints: &impl Checkpoints,
    chain: &(impl AuditChain + ?Sized),
    chainer: &Chainer,
) {
    /// How often to look for events that nobody told of.
    const POLL: Duration = Duration::from_millis(250);
    /// How often the head is written down where whoever has the database can't reach it.
    const ANCHOR: Duration = Duration::from_hours(1);
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
    let (mut news, mut anchored, mut seen) = (log.watch(), None::<Instant>, None::<Link>);
    loop {
        match round(checkpoints, chain, chainer, seen).await {
            Ok(added) => {
                backoff.reset();
                seen = added.head.or(seen);
                if let Some(head) = added.head
                    && anchored.is_none_or(|at| at.elapsed() >= ANCHOR)
                {
                    anchored = Some(Instant::now());
                    let (position, digest) = (head.position, digits(&head.digest));
                    tracing::info!(position, digest, "the head of the audit chain");
                }
                if added.count == 0 {
                    // Whether told or not, it is time to look.
                    let _ = timeout(POLL, news.changed()).await;
                }
            }
            Err(error) => {
                report(&*error);
                sleep(backoff.pause()).await;
            }
        }
    }
}

fn report(error: &(dyn Error + 'static)) {
    tracing::error!(error, "the log isn't chained");
}

/// What came of one round; nothing if somebody else has the checkpoint.
#[derive(Debug, Default)]
pub struct Added {
    /// How many links were added.
    pub count: usize,
    /// The last link there is.
    pub head: Option<Link>,
}

/// Chains what comes next in the log. Whoever has `seen` the chain before tells its end: the database could be made to
/// forget it, and the links to be made anew.
///
/// # Errors
/// If the store fails, or the chain is shorter than it was, or another: to go on would hide it.
pub async fn round(
    checkpoints: &(impl Checkpoints + ?Sized),
    chain: &(impl AuditChain + ?Sized),
    chainer: &Chainer,
    seen: Option<Link>,
) -> Result<Added, Box<dyn Error + Send + Sync>> {
    if let Some(seen) = seen {
        let there = chain.links_after(seen.position.saturating_sub(1), 1).await?;
        if there.first().is_none_or(|link| link.digest != seen.digest) {
            return Err(Exchanged { position: seen.position }.into());
        }
    }
    let Some(checkpoint) = checkpoints.take(READER).await? else {
        return Ok(Added { count: 0, head: chain.head().await? });
    };
    let mut head = chain.head().await?;
    let position = head.map_or(0, |head| head.position);
    if position < checkpoint.position() {
        return Err(Shortened { head: position, reached: checkpoint.position() }.into());
    }
    let mut links = Vec::new();
    for row in chain.rows_after(position, BATCH).await? {
        let link = chainer.link(head.map_or(Digest::default(), |head| head.digest), &row);
        head = Some(link);
        links.push(link);
    }
    let count = links.len();
    if count > 0 {
        chain.extend(links).await?;
    }
    checkpoint.advance(head.map_or(0, |head| head.position)).await?;
    Ok(Added { count, head })
}

#[derive(Debug, thiserror::Error)]
#[error("the audit chain is another at position {position} than it was: somebody has had it made anew")]
struct Exchanged {
    position: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("the audit chain ends at position {head}, but it reached {reached}: `audit verify` tells more")]
struct Shortened {
    head: u64,
    reached: u64,
}
