//! What a service counts, as Prometheus is told. Ports and domains know nothing of it: something wraps a port and counts
//! what goes through, or reads off, whenever Prometheus asks, the plain numbers that an adapter keeps.
//!
//! Each label has few values, known when the program is built: routes, reactors, outcomes, never anything that somebody
//! sent. `docs/adr/0026-metrics.md` says what is left out and why.
mod dead_letters;
mod hashing;
mod letters;
mod logins;
mod pools;
mod process;
mod publishing;
mod reactors;
mod read_off;
mod security;
mod sessions;
mod shelves;
mod stock;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use prometheus::{Gauge, Opts, Registry, core::Collector, proto::MetricFamily};

pub use dead_letters::dead_letters;
pub use hashing::hashing;
pub use letters::Letters;
pub use logins::{Logins, Step};
pub use pools::pools;
pub use publishing::Publishing;
pub use reactors::Reactors;
pub use security::security;
pub use sessions::Sessions;
pub use shelves::Shelves;
pub use stock::Stock;

/// Why a meter can't be made: its name is wrong, or another has it. A programming error.
pub type MeterError = prometheus::Error;

/// The meters of one service. Clones share them.
#[derive(Clone)]
pub struct Meters {
    registry: Registry,
    /// What became of events that came to reactors.
    pub reactors: Reactors,
}

impl Meters {
    /// Those that every service has.
    ///
    /// # Errors
    /// See [`MeterError`].
    pub fn of(service: &str) -> Result<Self, MeterError> {
        let registry = Registry::new();
        let told = HashMap::from([
            ("service".to_owned(), service.to_owned()),
            ("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ]);
        let build = Opts::new("panal_build_info", "1, and which version of what this is").const_labels(told);
        let build = Gauge::with_opts(build)?;
        build.set(1.0);
        registry.register(Box::new(build))?;
        #[cfg(target_os = "linux")]
        registry.register(Box::new(process::process()?))?;
        let reactors = Reactors::new()?;
        let meters = Self { registry, reactors };
        meters.reactors.clone().join(&meters)?;
        Ok(meters)
    }

    /// Tells what `meter` counts, too.
    ///
    /// # Errors
    /// See [`MeterError`].
    pub fn include(&self, meter: impl Collector + 'static) -> Result<(), MeterError> {
        self.registry.register(Box::new(meter))
    }

    /// Everything as it is now.
    #[must_use]
    pub fn gather(&self) -> Vec<MetricFamily> {
        self.registry.gather()
    }
}
