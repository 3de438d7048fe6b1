use std::fmt;

use domain_shared::{AuditChain, ChainedRow, Checkpoints, Digest, Link, StoreError};
use uuid::Uuid;

use super::{BATCH, Chainer, READER};

/// Something that somebody has changed by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The row of this event isn't what it was.
    Changed(u64, Uuid),
    /// The row of this event is gone.
    Missing(u64, Uuid),
    /// The chain knows nothing of the row of this event.
    Unchained(u64, Uuid),
    /// Links before this position, after the other, are gone or not what they were.
    Broken(u64, u64),
    /// The chain ends at a position, and reached another before.
    Shortened(u64, u64),
    /// At this position there is no link with the digest that was written down.
    NotExpected(u64),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(position, event) => {
                write!(f, "changed: the event {event} at position {position} isn't what it was")
            }
            Self::Missing(position, event) => {
                write!(f, "missing: the event {event} at position {position} is gone")
            }
            Self::Unchained(position, event) => write!(
                f,
                "inserted: the event {event} at position {position} isn't in the chain; it was added by hand, or its link \
                 was removed"
            ),
            Self::Broken(after, position) => write!(
                f,
                "broken: the link at position {position} doesn't follow from the one at {after}; links between them were \
                 removed, or one of the two was changed"
            ),
            Self::Shortened(head, reached) => {
                write!(f, "shortened: the chain ends at position {head}, but it reached {reached}")
            }
            Self::NotExpected(position) => {
                write!(f, "unexpected: the chain hasn't the expected digest at position {position}")
            }
        }
    }
}

/// A digest that somebody has written down elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// Where in the log.
    pub position: u64,
    /// What the digest of the link there was.
    pub digest: Digest,
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How many links.
    pub links: u64,
    /// The last of them.
    pub head: Option<Link>,
    /// How many findings there were.
    pub findings: u64,
}

/// Compares the log with its chain, up to the chain's end, and hands what was changed to `found`.
///
/// # Errors
/// Whatever the store answers.
pub async fn verify(
    checkpoints: &(impl Checkpoints + ?Sized),
    chain: &(impl AuditChain + ?Sized),
    chainer: &Chainer,
    expected: Option<Anchor>,
    found: &mut (dyn FnMut(Finding) + Send),
) -> Result<Verdict, StoreError> {
    let mut findings = 0;
    let mut found = |finding| {
        findings += 1;
        found(finding);
    };
    // In this order: the chain may grow meanwhile, and must not look shortened.
    let reached = checkpoints.load(READER).await?;
    let head = chain.head().await?;
    let end = head.map_or(0, |head| head.position);
    if end < reached {
        found(Finding::Shortened(end, reached));
    }
    let (mut last, mut links) = (None::<Link>, 0);
    loop {
        let after = last.map_or(0, |link| link.position);
        let mut page = chain.links_after(after, BATCH).await?;
        page.retain(|link| link.position <= end);
        let Some(up_to) = page.last().map(|link| link.position) else { break };
        let mut rows = rows(chain, after, up_to).await?.into_iter().peekable();
        for link in page {
            while let Some(row) = rows.next_if(|row| row.position < link.position) {
                found(Finding::Unchained(row.position, row.event));
            }
            let (before, previous) = last.map_or_else(Default::default, |last| (last.position, last.digest));
            if link.previous != previous {
                found(Finding::Broken(before, link.position));
            }
            match rows.next_if(|row| row.position == link.position) {
                Some(row) if chainer.link(link.previous, &row) == link => {}
                Some(row) => found(Finding::Changed(row.position, row.event)),
                None => found(Finding::Missing(link.position, link.event)),
            }
            if let Some(anchor) = expected.filter(|anchor| anchor.position == link.position)
                && anchor.digest != link.digest
            {
                found(Finding::NotExpected(anchor.position));
            }
            links += 1;
            last = Some(link);
        }
    }
    if let Some(anchor) = expected {
        let there = match anchor.position.checked_sub(1) {
            Some(before) => chain.links_after(before, 1).await?.first().map(|link| link.position),
            None => None,
        };
        if there != Some(anchor.position) {
            found(Finding::NotExpected(anchor.position));
        }
    }
    Ok(Verdict { links, head, findings })
}

/// All rows after a position, up to and with another.
async fn rows(
    chain: &(impl AuditChain + ?Sized),
    after: u64,
    up_to: u64,
) -> Result<Vec<ChainedRow>, StoreError> {
    let mut all: Vec<ChainedRow> = Vec::new();
    loop {
        let from = all.last().map_or(after, |row| row.position);
        let page = chain.rows_between(from, up_to, BATCH).await?;
        let ends = page.len() < BATCH || page.last().is_some_and(|row| row.position == from);
        all.extend(page);
        if ends {
            return Ok(all);
        }
    }
}
