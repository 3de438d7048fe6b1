//! The memory adapters, each as it is and behind `dyn`.
use adapters::memory::{MemoryStore, PlainHasher};

mod auth {
    use super::*;
    conformance::auth_store!(MemoryStore::default());
}

mod product {
    use super::*;
    conformance::product_store!(MemoryStore::default());
}

mod hasher {
    use super::*;
    conformance::password_hasher!(PlainHasher::default());
    conformance::password_hasher_grown!((PlainHasher { cost: 1 }, PlainHasher { cost: 2 }));
}

/// Whoever embeds a context may choose its adapters at run time: every port works behind `Arc<dyn …>`.
mod behind_dyn {
    use std::sync::Arc;

    use domain_auth::{
        LoginCodes, PasswordHasher, Session, SessionRepository, TokenKeys, User, UserDirectory, UserHistory,
        UserRepository,
    };
    use domain_product::{Catalogue, Product, ProductRepository};
    use domain_shared::{Checkpoints, EventLog, IdempotencyKeys, Repository, Throttle};

    use super::*;

    /// A fresh store as each of the ports named.
    macro_rules! store {
        ($($Port:ty),+) => {{
            let store = Arc::new(MemoryStore::default());
            ($({
                let port: Arc<$Port> = store.clone();
                port
            }),+)
        }};
    }

    mod users {
        use super::*;
        conformance::repository!(User: store!(dyn Repository<User>, dyn EventLog));
    }
    mod user_repository {
        use super::*;
        conformance::user_repository!(store!(dyn UserRepository, dyn EventLog));
    }
    mod user_directory {
        use super::*;
        conformance::user_directory!(store!(dyn UserDirectory, dyn UserRepository));
    }
    mod user_history {
        use super::*;
        conformance::user_history!(store!(dyn UserHistory, dyn UserRepository, dyn SessionRepository));
    }
    mod sessions {
        use super::*;
        conformance::repository!(Session: store!(dyn Repository<Session>, dyn EventLog));
    }
    mod session_repository {
        use super::*;
        conformance::session_repository!(store!(dyn SessionRepository));
    }
    mod login_codes {
        use super::*;
        conformance::login_codes!(store!(dyn LoginCodes));
    }
    mod token_keys {
        use super::*;
        conformance::token_keys!(store!(dyn TokenKeys));
    }
    mod security_log {
        use super::*;
        conformance::security_log!(store!(dyn conformance::security_log::Store));
    }
    mod personal_data {
        use super::*;
        conformance::personal_data!(store!(dyn conformance::personal_data::Store));
    }
    mod products {
        use super::*;
        conformance::repository!(Product: store!(dyn Repository<Product>, dyn EventLog));
    }
    mod product_repository {
        use super::*;
        conformance::product_repository!(store!(dyn ProductRepository, dyn EventLog));
    }
    mod catalogue {
        use super::*;
        conformance::catalogue!(store!(dyn Catalogue, dyn ProductRepository));
    }
    mod event_log {
        use super::*;
        conformance::event_log!(store!(dyn EventLog, dyn ProductRepository));
    }
    mod checkpoints {
        use super::*;
        conformance::checkpoints!(store!(dyn Checkpoints));
    }
    mod idempotency_keys {
        use super::*;
        conformance::idempotency_keys!(store!(dyn IdempotencyKeys));
    }
    mod throttle {
        use super::*;
        conformance::throttle!(store!(dyn Throttle));
    }
    mod hasher {
        use super::*;
        fn hasher() -> Arc<dyn PasswordHasher> {
            Arc::new(PlainHasher::default())
        }
        fn of_cost(cost: u32) -> Arc<dyn PasswordHasher> {
            Arc::new(PlainHasher { cost })
        }
        conformance::password_hasher!(hasher());
        conformance::password_hasher_grown!((of_cost(1), of_cost(2)));
    }
}
