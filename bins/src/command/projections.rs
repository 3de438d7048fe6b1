use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
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
    pub async fn run(&self, services: &[(Audit, Log)]) -> Result<(), ComposeError> {
        match self {
            Self::List => list(services).await,
            Self::Rebuild { name } => rebuild(services, name).await,
            Self::Verify => verify(services).await,
        }
    }
}

async fn list(services: &[(Audit, Log)]) -> Result<(), ComposeError> {
    say(&format!("{:<16} {:>12} {:>10}", "NAME", "POSITION", "BEHIND"));
    for (audit, log) in services {
        for model in audit.models() {
            let position = model.position().await?;
            let behind = log.events.backlog(position).await?.events;
            say(&format!("{:<16} {position:>12} {behind:>10}", model.name()));
        }
    }
    Ok(())
}

async fn rebuild(services: &[(Audit, Log)], name: &str) -> Result<(), ComposeError> {
    let models = || services.iter().flat_map(|(audit, log)| audit.models().map(move |model| (model, log)));
    let Some((model, log)) = models().find(|(model, _)| model.name() == name) else {
        let names: Vec<_> = models().map(|(model, _)| model.name()).collect();
        return Err(format!("there is no read model {name}; there are {}", names.join(", ")).into());
    };
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

async fn verify(services: &[(Audit, Log)]) -> Result<(), ComposeError> {
    let differences = Mutex::new(0_usize);
    let found = |found: Vec<Difference>| {
        *differences.lock().unwrap_or_else(PoisonError::into_inner) += found.len();
        for Difference { of, id, field, kept, expected } in found {
            let field = if field.is_empty() { field } else { format!(".{field}") };
            say(&format!("{of} {id}{field}: {kept} is kept, {expected} follows from the log"));
        }
    };
    let mut count = 0;
    for (audit, _) in services {
        count += audit.verify(&found).await?.aggregates;
    }
    match differences.into_inner().unwrap_or_else(PoisonError::into_inner) {
        0 => {
            say(&format!("{count} aggregates are kept as the log says"));
            Ok(())
        }
        differences => Err(format!("{differences} differences in {count} aggregates").into()),
    }
}
