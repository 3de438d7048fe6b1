//! One macro per port: every case of its suite as a test of its own.
mod auth;
mod events;
mod product;
mod security;
mod shared;
mod stores;

pub use stores::{thrice, twice};

/// Makes tests of cases.
#[doc(hidden)]
#[macro_export]
macro_rules! cases {
    ($suite:ident($subject:expr): $($case:ident)+) => {
        $(#[test]
        fn $case() {
            $crate::block_on(async { $crate::$suite::$case($subject).await });
        })+
    };
    ($suite:ident of $Aggregate:ty, ($subject:expr): $($case:ident)+) => {
        $(#[test]
        fn $case() {
            $crate::block_on(async { $crate::$suite::$case::<$Aggregate>($subject).await });
        })+
    };
}

#[cfg(test)]
mod tests {
    /// The cases that the source of a suite has.
    fn cases(source: &str) -> impl Iterator<Item = &str> {
        source.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split(['(', '<']).next())
    }

    #[test]
    fn no_case_is_forgotten() {
        let suites = [
            include_str!("auth.rs"),
            include_str!("product.rs"),
            include_str!("shared.rs"),
            include_str!("events.rs"),
            include_str!("security.rs"),
        ];
        let listed: Vec<&str> = suites.iter().flat_map(|suite| suite.lines()).map(str::trim).collect();
        for source in [
            include_str!("../repository.rs"),
            include_str!("../concurrency.rs"),
            include_str!("../crowds.rs"),
            include_str!("../save_all.rs"),
            include_str!("../user_repository.rs"),
            include_str!("../user_directory.rs"),
            include_str!("../rebuilding.rs"),
            include_str!("../orphans.rs"),
            include_str!("../user_history.rs"),
            include_str!("../session_repository.rs"),
            include_str!("../login_codes.rs"),
            include_str!("../personal_data.rs"),
            include_str!("../personal_data_beside.rs"),
            include_str!("../product_repository.rs"),
            include_str!("../catalogue.rs"),
            include_str!("../catalogue_order.rs"),
            include_str!("../event_log.rs"),
            include_str!("../checkpoints.rs"),
            include_str!("../password_hasher.rs"),
            include_str!("../password_hasher_grown.rs"),
            include_str!("../login_code_generator.rs"),
            include_str!("../login_code_guessers.rs"),
            include_str!("../refresh_tokens.rs"),
            include_str!("../token_keys.rs"),
            include_str!("../tokens.rs"),
            include_str!("../mailer.rs"),
            include_str!("../clock.rs"),
            include_str!("../id_generator.rs"),
            include_str!("../inventory.rs"),
            include_str!("../projections.rs"),
            include_str!("../user_activity.rs"),
            include_str!("../revocations.rs"),
            include_str!("../dead_letter_box.rs"),
            include_str!("../inbox.rs"),
            include_str!("../event_publisher.rs"),
            include_str!("../event_subscriber.rs"),
            include_str!("../dead_letters.rs"),
            include_str!("../idempotency_keys.rs"),
            include_str!("../races.rs"),
            include_str!("../throttle.rs"),
            include_str!("../security_log.rs"),
            include_str!("../service_registry.rs"),
            include_str!("../audit_chain.rs"),
        ] {
            assert!(cases(source).count() > 0);
            for case in cases(source) {
                assert!(listed.contains(&case), "{case} is in no macro");
            }
        }
    }
}
