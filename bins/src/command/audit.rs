//! What happened, for those who look into it.
mod filter;
mod shown;

use std::{collections::VecDeque, time::Duration};

use adapters::audit_chain::{Anchor, digits};
use clap::{Args, Subcommand, ValueEnum};
use domain_shared::{Aggregate, Digest, EventLog, StoredEvent};
use tokio::time::timeout;

use self::{filter::Wanted, shown::line};
use super::who;
use crate::{
    compose::{AuthService, Chain, ComposeError},
    terminal::say,
};

/// Shows what happened: the newest events that fit, the oldest of them first.
#[derive(Args, Debug, Clone)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AuditCommand {
    #[command(subcommand)]
    task: Option<Task>,
    #[command(flatten)]
    list: List,
}

#[derive(Subcommand, Debug, Clone)]
enum Task {
    /// Compare the log with its chain; names each event that was changed, removed or inserted by hand, and exits with 1 if
    /// there is one
    Verify {
        /// A head that was written down elsewhere: its digest, an @, and its position
        #[arg(long, value_name = "DIGEST@POSITION", value_parser = anchor)]
        expect: Option<Anchor>,
    },
}

#[derive(Args, Debug, Clone)]
struct List {
    /// Only what this user did, or what was done to them: an id, an e-mail address or a username
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    /// Only events whose type begins so, such as `security.` or `user.logged_in`
    #[arg(long = "type", value_name = "PREFIX")]
    kind: Option<String>,
    #[command(flatten)]
    when: filter::When,
    /// Only what was asked for from this address
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    /// How to show it; as JSON, each line is an event
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
    /// How many at most
    #[arg(long, default_value = "100")]
    limit: usize,
    /// Go on with what happens from now on
    #[arg(long)]
    follow: bool,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum Output {
    Text,
    Json,
}

/// How many events are read at once.
const PAGE: usize = 500;

impl AuditCommand {
    /// Does what was asked for.
    ///
    /// # Errors
    /// A sentence that says what is wrong; for `verify`, how many findings there are.
    pub async fn run(&self, service: &AuthService) -> Result<(), ComposeError> {
        match (&self.task, &service.chain) {
            (None, _) => self.list.run(service).await,
            (Some(Task::Verify { expect }), Some(chain)) => verify(chain, *expect).await,
            (Some(Task::Verify { .. }), None) => Err("a log in memory has no chain".into()),
        }
    }
}

impl List {
    async fn run(&self, service: &AuthService) -> Result<(), ComposeError> {
        let user = match &self.user {
            Some(user) => Some(who::find(service, user).await?.id().0),
            None => None,
        };
        let wanted = Wanted { user, kind: self.kind.clone(), when: self.when, address: self.address.clone() };
        let log = &service.store.log.events;
        let (mut position, mut newest) = (0, VecDeque::new());
        let mut news = log.watch();
        loop {
            let page = log.after(position, PAGE).await?;
            let Some(last) = page.last() else { break };
            position = last.position;
            newest.extend(page.into_iter().filter(|stored| wanted.has(stored)));
            newest.drain(..newest.len().saturating_sub(self.limit));
        }
        for stored in newest {
            self.show(&stored)?;
        }
        if !self.follow {
            return Ok(());
        }
        loop {
            let page = log.after(position, PAGE).await?;
            if let Some(last) = page.last() {
                position = last.position;
            } else {
                // Another process may add events, and whether that is told or not it is time to look.
                let _ = timeout(Duration::from_millis(250), news.changed()).await;
            }
            for stored in page.iter().filter(|stored| wanted.has(stored)) {
                self.show(stored)?;
            }
        }
    }

    fn show(&self, stored: &StoredEvent) -> Result<(), serde_json::Error> {
        match self.output {
            Output::Text => say(&line(stored)),
            Output::Json => say(&serde_json::to_string(stored)?),
        }
        Ok(())
    }
}

async fn verify(chain: &Chain, expect: Option<Anchor>) -> Result<(), ComposeError> {
    let verdict = chain.verify(expect, &mut |finding| say(&finding.to_string())).await?;
    match verdict.head {
        Some(head) => say(&format!(
            "{} events up to position {} are chained; the head is {}@{}",
            verdict.links,
            head.position,
            digits(&head.digest),
            head.position
        )),
        None => say("nothing is chained yet"),
    }
    match verdict.findings {
        0 => Ok(()),
        1 => Err("one finding: the log isn't what was written".into()),
        findings => Err(format!("{findings} findings: the log isn't what was written").into()),
    }
}

fn anchor(raw: &str) -> Result<Anchor, String> {
    let parsed = || {
        let (digest, position) = raw.split_once('@')?;
        let bytes: Option<Vec<u8>> = (0..digest.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(digest.get(at..at + 2)?, 16).ok())
            .collect();
        Some(Anchor { position: position.parse().ok()?, digest: Digest::try_from(bytes?).ok()? })
    };
    parsed().ok_or_else(|| "must be 64 hexadecimal digits, an @, and a position".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_a_digest_at_a_position() {
        let raw = format!("{}@42", "0a".repeat(32));
        assert_eq!(anchor(&raw), Ok(Anchor { position: 42, digest: [10; 32] }));
        for raw in [
            "",
            "@",
            "0a@1",
            &"0a".repeat(32),
            &format!("{}@", "0a".repeat(32)),
            &format!("{}@x", "é".repeat(32)),
        ] {
            assert!(anchor(raw).is_err(), "{raw}");
        }
    }
}
