use std::sync::Arc;

use adapters::system::{SystemClock, UuidV7};
use clap::{Args, Subcommand};
use domain_auth::{SecurityEvent, SecurityLog};
use domain_shared::{Caller, DeadLetter};
use serde_json::{Value, json};

use crate::compose::{ComposeError, DeadLettersOf};

/// Deliveries that were given up: events that a reactor refused again and again, and messages that are none.
#[derive(Args, Debug, Clone)]
pub struct DeadLettersCommand {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand, Debug, Clone)]
enum Task {
    /// Show them, oldest first
    List {
        /// How many at most
        #[arg(long, default_value = "100")]
        limit: usize,
        /// As JSON, with the events themselves
        #[arg(long)]
        json: bool,
    },
    /// Have them delivered again, to the reactors that gave them up
    Requeue(Which),
    /// Throw them away
    Drop(Which),
}

/// One, all of a reactor, or all.
#[derive(Args, Debug, Clone)]
struct Which {
    /// The reactor, as the list names it
    #[arg(required_unless_present = "all")]
    reactor: Option<String>,
    /// The id, as the list names it
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    id: Option<String>,
    /// All that are there, of the reactor if one is named
    #[arg(long)]
    all: bool,
}

impl Which {
    fn means(&self, letter: &DeadLetter) -> bool {
        self.reactor.as_ref().is_none_or(|reactor| *reactor == letter.reactor)
    }
}

#[derive(Clone, Copy)]
enum Deed {
    Requeue,
    Drop,
}

impl DeadLettersCommand {
    /// Does what was asked for to the dead letters of these services.
    ///
    /// # Errors
    /// If the broker can't be reached, or the dead letter isn't there.
    pub async fn run(
        &self,
        services: &[DeadLettersOf],
        security: Option<&Arc<dyn SecurityLog>>,
    ) -> Result<String, ComposeError> {
        match &self.task {
            Task::List { limit, json } => list(services, *limit, *json).await,
            Task::Requeue(which) => each(services, which, Deed::Requeue, None).await,
            Task::Drop(which) => each(services, which, Deed::Drop, security).await,
        }
    }
}

async fn list(services: &[DeadLettersOf], limit: usize, as_json: bool) -> Result<String, ComposeError> {
    let mut found = Vec::new();
    for (service, letters) in services {
        found.extend(letters.list(limit).await?.into_iter().map(|letter| (*service, letter)));
    }
    found.sort_by_key(|(_, letter)| letter.at);
    found.truncate(limit);
    if as_json {
        let all: Vec<Value> = found.iter().map(|(service, letter)| in_full(service, letter)).collect();
        return Ok(serde_json::to_string_pretty(&all)?);
    }
    Ok(if found.is_empty() { "there are no dead letters".to_owned() } else { table(&found) })
}

async fn each(
    services: &[DeadLettersOf],
    which: &Which,
    deed: Deed,
    security: Option<&Arc<dyn SecurityLog>>,
) -> Result<String, ComposeError> {
    let mut count = 0_usize;
    for (_, letters) in services {
        let asked_for = if let (Some(reactor), Some(id)) = (&which.reactor, &which.id) {
            vec![(reactor.clone(), id.clone())]
        } else {
            let all = letters.list(usize::MAX).await?.into_iter();
            all.filter(|letter| which.means(letter)).map(|letter| (letter.reactor, letter.id)).collect()
        };
        for (reactor, id) in asked_for {
            count += usize::from(match deed {
                Deed::Requeue => letters.requeue(&reactor, &id).await?,
                Deed::Drop => letters.discard(&reactor, &id).await?,
            });
        }
    }
    if let Some(security) = security.filter(|_| count > 0) {
        let dropped = SecurityEvent::DeadLettersDropped { count: u64::try_from(count).unwrap_or(u64::MAX) };
        security.note(dropped, &Caller::default().context(&SystemClock, &UuidV7)).await?;
    }
    if count == 0 && !which.all {
        return Err("there is no such dead letter".into());
    }
    let (letters, past) = (
        if count == 1 { "dead letter" } else { "dead letters" },
        match deed {
            Deed::Requeue => "requeued",
            Deed::Drop => "dropped",
        },
    );
    Ok(format!("{count} {letters} {past}"))
}

fn in_full(service: &str, letter: &DeadLetter) -> Value {
    let event = serde_json::from_str(&letter.body).unwrap_or_else(|_| Value::String(letter.body.clone()));
    json!({
        "service": service, "reactor": letter.reactor, "id": letter.id, "type": letter.kind,
        "reason": letter.reason, "at": letter.at, "event": event,
    })
}

fn table(letters: &[(&str, DeadLetter)]) -> String {
    let at = |letter: &DeadLetter| letter.at.map(|at| at.format("%Y-%m-%d %H:%M:%SZ").to_string());
    let mut rows = vec![["REACTOR", "ID", "TYPE", "GIVEN UP", "REASON"].map(str::to_owned)];
    rows.extend(letters.iter().map(|(_, letter)| {
        let at = at(letter).unwrap_or_default();
        [&letter.reactor, &letter.id, &letter.kind, &at, &letter.reason].map(|text| shown(text))
    }));
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..5).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &[String; 5]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What others have written, without what would do something to the terminal.
fn shown(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
#[path = "dead_letters/tests.rs"]
mod tests;
