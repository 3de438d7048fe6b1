use std::fmt::Write;

use async_trait::async_trait;
use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use domain_shared::{Bucket, Quota, StoreError, Taken, Throttle, Ticket};

use super::SecretKey;

/// Counts by HMAC-SHA-256 of what buckets are named after, so that nobody reads addresses and names of people out of what
/// is kept, or finds them by trying.
#[derive(Debug, Clone)]
pub struct KeyedThrottle<T> {
    inner: T,
    key: hmac::Key,
}

impl<T> KeyedThrottle<T> {
    /// Counts in `inner`, under names that only somebody with `secret` can derive.
    #[must_use]
    pub fn new(inner: T, secret: &SecretKey) -> Self {
        Self { inner, key: secret.derive("throttle").for_hmac(hmac::HMAC_SHA256) }
    }

    fn digest(&self, Bucket { kind, of }: &Bucket) -> Bucket {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(kind.as_bytes());
        context.update(&[0]);
        context.update(of.as_bytes());
        let of = context.sign().as_ref().iter().fold(String::new(), |mut digits, byte| {
            // Writing to a string can't fail.
            let _ = write!(digits, "{byte:02x}");
            digits
        });
        Bucket { kind, of }
    }
}

#[async_trait]
impl<T: Throttle> Throttle for KeyedThrottle<T> {
    async fn take(&self, bucket: &Bucket, quota: &Quota, now: DateTime<Utc>) -> Result<Taken, StoreError> {
        Ok(match self.inner.take(&self.digest(bucket), quota, now).await? {
            Taken::Granted(ticket) => Taken::Granted(Ticket { bucket: bucket.clone(), ..ticket }),
            refused @ Taken::Refused(_) => refused,
        })
    }

    async fn give_back(&self, ticket: &Ticket) -> Result<(), StoreError> {
        let bucket = self.digest(&ticket.bucket);
        self.inner.give_back(&Ticket { bucket, ..ticket.clone() }).await
    }

    async fn clear(&self, bucket: &Bucket) -> Result<(), StoreError> {
        self.inner.clear(&self.digest(bucket)).await
    }

    async fn sweep(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        self.inner.sweep(now, limit).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(secret: u8, kind: &'static str, of: &str) -> String {
        let throttle = KeyedThrottle::new((), &SecretKey::new(vec![secret; 32]).unwrap());
        throttle.digest(&Bucket { kind, of: of.to_owned() }).of
    }

    #[test]
    fn names_are_kept_as_digests_that_tell_secrets_kinds_and_names_apart() {
        let ada = digest(1, "login", "ada@example.com");
        assert_eq!((ada.len(), digest(1, "login", "ada@example.com")), (64, ada.clone()));
        for other in [
            digest(2, "login", "ada@example.com"),
            digest(1, "login", "eve"),
            digest(1, "mail", "ada@example.com"),
        ] {
            assert_ne!(other, ada);
        }
    }
}
