//! Of whole stores.

/// Every suite of the auth context's store ports, for a store that implements them all and whose clones share their data.
/// The subject is a fresh one.
#[macro_export]
macro_rules! auth_store {
    ($fresh:expr) => {
        mod users {
            use super::*;
            $crate::repository!(domain_auth::User: $crate::twice($fresh));
        }
        mod user_repository {
            use super::*;
            $crate::user_repository!($crate::twice($fresh));
        }
        mod user_directory {
            use super::*;
            $crate::user_directory!($crate::twice($fresh));
        }
        mod user_history {
            use super::*;
            $crate::user_history!($crate::thrice($fresh));
        }
        mod sessions {
            use super::*;
            $crate::repository!(domain_auth::Session: $crate::twice($fresh));
        }
        mod session_repository {
            use super::*;
            $crate::session_repository!($fresh);
        }
        mod user_activity {
            use super::*;
            $crate::user_activity!($fresh);
        }
        mod login_codes {
            use super::*;
            $crate::login_codes!($fresh);
        }
        mod token_keys {
            use super::*;
            $crate::token_keys!($fresh);
        }
        mod races {
            use super::*;
            $crate::races!($fresh);
        }
        mod idempotency_keys {
            use super::*;
            $crate::idempotency_keys!($fresh);
        }
        mod throttle {
            use super::*;
            $crate::throttle!($fresh);
        }
        mod personal_data {
            use super::*;
            $crate::personal_data!($fresh);
        }
        mod security_log {
            use super::*;
            $crate::security_log!($fresh);
        }
    };
}

/// The same for the product context, whose store has a log and checkpoints like that of the other.
#[macro_export]
macro_rules! product_store {
    ($fresh:expr) => {
        mod products {
            use super::*;
            $crate::repository!(domain_product::Product: $crate::twice($fresh));
        }
        mod product_repository {
            use super::*;
            $crate::product_repository!($crate::twice($fresh));
        }
        mod catalogue {
            use super::*;
            $crate::catalogue!($crate::twice($fresh));
        }
        mod event_log {
            use super::*;
            $crate::event_log!($crate::twice($fresh));
        }
        mod checkpoints {
            use super::*;
            $crate::checkpoints!($fresh);
        }
        mod dead_letter_box {
            use super::*;
            $crate::dead_letter_box!($crate::twice($fresh));
        }
        mod projections {
            use super::*;
            $crate::product_projections!($fresh);
        }
        mod revocations {
            use super::*;
            $crate::revocations!($fresh);
        }
        mod inbox {
            use super::*;
            $crate::inbox!($fresh);
        }
        mod idempotency_keys {
            use super::*;
            $crate::idempotency_keys!($fresh);
        }
        mod throttle {
            use super::*;
            $crate::throttle!($fresh);
        }
    };
}

/// One store as two subjects.
#[doc(hidden)]
pub fn twice<S: Clone>(store: S) -> (S, S) {
    (store.clone(), store)
}

/// One store as three subjects.
#[doc(hidden)]
pub fn thrice<S: Clone>(store: S) -> (S, S, S) {
    (store.clone(), store.clone(), store)
}
