//! What shows a store in traces keeps the store's promises.
use std::sync::Arc;

use adapters::{memory::MemoryStore, traces::TracedStore};
use domain_auth::{Session, User};
use domain_product::Product;

/// A fresh store, shown, and its log.
fn shown() -> (TracedStore<Arc<MemoryStore>>, Arc<MemoryStore>) {
    let store = Arc::new(MemoryStore::default());
    (TracedStore::new(store.clone(), "memory"), store)
}

/// A fresh store, shown, as two ports.
fn twice() -> (TracedStore<Arc<MemoryStore>>, TracedStore<Arc<MemoryStore>>) {
    let (shown, _) = shown();
    (shown.clone(), shown)
}

mod users {
    use super::*;
    conformance::repository!(User: shown());
}

mod user_repository {
    use super::*;
    conformance::user_repository!(shown());
}

mod user_directory {
    use super::*;
    conformance::user_directory!(twice());
}

mod sessions {
    use super::*;
    conformance::repository!(Session: shown());
}

mod session_repository {
    use super::*;
    conformance::session_repository!(shown().0);
}

mod products {
    use super::*;
    conformance::repository!(Product: shown());
}

mod product_repository {
    use super::*;
    conformance::product_repository!(shown());
}

mod catalogue {
    use super::*;
    conformance::catalogue!(twice());
}
