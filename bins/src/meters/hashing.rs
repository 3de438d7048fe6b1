use adapters::bcrypt::Bcrypt;
use prometheus::core::Collector;

use super::{
    MeterError,
    read_off::{ReadOff, Title, counter, gauge, histogram, number, one, size},
};

const THREADS: Title = ("password_hashing_threads", "How many threads hash passwords");
const BUSY: Title =
    ("password_hashing_busy_threads", "How many of the threads that hash passwords are at it");
const WAITING: Title = ("password_hashing_waiting", "How many passwords wait to be hashed");
const REFUSED: Title =
    ("password_hashing_refused_total", "How many passwords were turned away since there was no room to wait");
const WAITED: Title = ("password_hashing_wait_seconds", "How long passwords waited to be hashed");
const TOOK: Title = ("password_hashing_duration_seconds", "How long hashing a password took");

/// How much there is to hash, and how long it takes.
///
/// # Errors
/// See [`MeterError`].
pub fn hashing(hasher: Bcrypt) -> Result<impl Collector + 'static, MeterError> {
    ReadOff::new(&[THREADS, BUSY, WAITING, REFUSED, WAITED, TOOK], &[], move || {
        let now = hasher.hashing();
        vec![
            gauge(THREADS, one(size(now.threads))),
            gauge(BUSY, one(size(now.busy))),
            gauge(WAITING, one(size(now.waiting))),
            counter(REFUSED, one(number(now.refused))),
            histogram(WAITED, &now.waited),
            histogram(TOOK, &now.took),
        ]
    })
}

#[cfg(test)]
mod tests {
    use adapters::keyed::SecretKey;
    use domain_auth::{PasswordAttempt, PasswordHasher};
    use domain_shared::ValueObject;
    use prometheus::TextEncoder;

    use super::*;

    #[tokio::test]
    async fn a_password_that_was_hashed_is_told_with_the_time_it_took() {
        let hasher = Bcrypt::new(4, &SecretKey::new(vec![7; 32]).unwrap(), 2, 8);
        hasher.verify(&PasswordAttempt::parse("x".to_owned()).unwrap(), None, None).await.unwrap();
        let text = TextEncoder::new().encode_to_string(&hashing(hasher).unwrap().collect()).unwrap();
        for line in [
            "# TYPE password_hashing_duration_seconds histogram\n",
            "password_hashing_threads 2\n",
            "password_hashing_refused_total 0\n",
            "password_hashing_duration_seconds_bucket{le=\"30\"} 1\n",
            "password_hashing_duration_seconds_bucket{le=\"+Inf\"} 1\n",
            "password_hashing_wait_seconds_count 1\n",
        ] {
            assert!(text.contains(line), "{line} isn't in {text}");
        }
    }
}
