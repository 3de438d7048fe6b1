//! Registries of services. etcd is a real one, started for the tests that need it; Consul is a stub that does as Consul's
//! documentation says, since the engine is in no Debian.
mod consul;
mod consul_stub;
mod etcd;
mod etcd_server;
mod free_port;

use std::time::Duration;

/// As short as etcd takes it.
const TERM: Duration = Duration::from_secs(2);

mod memory {
    use adapters::memory::MemoryRegistry;

    use super::TERM;

    conformance::service_registry!(MemoryRegistry::new(TERM));
}

mod behind_dyn {
    use std::sync::Arc;

    use adapters::memory::MemoryRegistry;
    use domain_shared::ServiceRegistry;

    use super::TERM;

    fn registry() -> Arc<dyn ServiceRegistry> {
        Arc::new(MemoryRegistry::new(TERM))
    }
    conformance::service_registry!(registry());
}
