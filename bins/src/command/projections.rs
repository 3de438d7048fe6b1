use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Subcommand;
use domain_shared::Difference;

use crate::{
    compose::{Audit, ComposeError, Log},
    terminal::say,
};

/// Looks after the read models.
#[derive(Subcommand, Debug, Clone)]
pub enum Projections {
    /// Show each read model and how far it has come
    List,
    /// Build a read model again from the log, while the old one is read
    Rebuild {
        /// Which one
        name: String,
    },
    /// Compare everything that is kept with what the log says; exits with 1 if there is a difference
    Verify,
}

impl Projections {
    /// Does it.
    ///
    /// # Errors
    /// A sentence that says what is wrong; for `verify`, how many differences there are.
    pub async fn run(&self, audit: &Audit, log: &Log) -> Result<(), ComposeError> {
        match self {
            Self::List => list(audit, log).await,
            Self::Rebuild { name } => rebuild(audit, log, name).await,
            Self::Verify => verify(audit).await,
        }
    }
}

async fn list(audit: &Audit, log: &Log) -> Result<(), ComposeError> {
    say(&format!("{:<16} {:>12} {:>10}", "NAME", "POSITION", "BEHIND"));
    for model in audit.models() {
        let position = model.position().await?;
        let behind = log.events.backlog(position).await?.events;
        say(&format!("{:<16} {position:>12} {behind:>10}", model.name()));
    }
    Ok(())
}

async fn rebuild(audit: &Audit, log: &Log, name: &str) -> Result<(), ComposeError> {
    let names = || audit.models().map(|model| model.name()).collect::<Vec<_>>().join(", ");
    let model = audit.models().find(|model| model.name() == name);
    let model = model.ok_or_else(|| format!("there is no read model {name}; there are {}", names()))?;
    let (started, events) = (Instant::now(), log.events.backlog(0).await?.events);
    let told = AtomicU64::new(0);
    let progress = |position| {
        let second = started.elapsed().as_secs();
        if told.swap(second, Ordering::Relaxed) < second {
            say(&format!("{name}: at position {position}"));
        }
    };
    model.rebuild(&progress).await?;
    let seconds = started.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "it is for people")]
    let rate = events as f64 / seconds.max(0.001);
    say(&format!("{name} is rebuilt from {events} events in {seconds:.1} s ({rate:.0} events/s)"));
    Ok(())
}

async fn verify(audit: &Audit) -> Result<(), ComposeError> {
    let differences = Mutex::new(0_usize);
    let found = |found: Vec<Difference>| {
        *differences.lock().unwrap_or_else(PoisonError::into_inner) += found.len();
        for Difference { of, id, field, kept, expected } in found {
            let field = if field.is_empty() { field } else { format!(".{field}") };
            say(&format!("{of} {id}{field}: {kept} is kept, {expected} follows from the log"));
        }
    };
    let (count, _) = audit.verify(Duration::ZERO, &found).await?;
    match differences.into_inner().unwrap_or_else(PoisonError::into_inner) {
        0 => {
            say(&format!("{count} aggregates are kept as the log says"));
            Ok(())
        }
        differences => Err(format!("{differences} differences in {count} aggregates").into()),
    }
}
