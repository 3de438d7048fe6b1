use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    error::Unspecified,
    hmac,
};
use domain_shared::Digest;

use super::SecretKey;

/// How requests and their answers are kept under an idempotency key: by digests, and sealed if they hold secrets.
///
/// Sealed, an answer is opened only by somebody who has the server's secret and the caller's key, which is kept as a
/// digest only; and a digest tells nothing about a body, not even to somebody who tries passwords until one fits.
#[derive(Debug, Clone)]
pub struct KeptAnswers(Option<SecretKey>);

impl KeptAnswers {
    /// Sealed with a key derived from `secret`.
    #[must_use]
    pub fn sealed(secret: &SecretKey) -> Self {
        Self(Some(secret.derive("kept answers")))
    }

    /// In the clear, where bodies hold no secrets.
    #[must_use]
    pub const fn plain() -> Self {
        Self(None)
    }

    /// A digest of `parts`, each of which counts as it is.
    #[must_use]
    pub fn digest(&self, parts: &[&[u8]]) -> Digest {
        let key = match &self.0 {
            Some(secret) => secret.derive("digest").for_hmac(hmac::HMAC_SHA256),
            None => hmac::Key::new(hmac::HMAC_SHA256, b"digest"),
        };
        let mut context = hmac::Context::with_key(&key);
        for part in parts {
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part);
        }
        let (tag, mut digest) = (context.sign(), Digest::default());
        digest.copy_from_slice(tag.as_ref());
        digest
    }

    /// `answer` as it is to be kept for the caller's `key` in the row `row`; `None` if that can't be done.
    #[must_use]
    pub fn seal(&self, key: &str, row: &Digest, mut answer: Vec<u8>) -> Option<Vec<u8>> {
        let Some(secret) = &self.0 else { return Some(answer) };
        let nonce = cipher(secret, key).ok()?.seal_in_place_append_tag(Aad::from(row), &mut answer).ok()?;
        Some([nonce.as_ref().as_slice(), &answer].concat())
    }

    /// The answer that was kept; `None` if it was kept otherwise.
    #[must_use]
    pub fn open(&self, key: &str, row: &Digest, kept: Vec<u8>) -> Option<Vec<u8>> {
        let Some(secret) = &self.0 else { return Some(kept) };
        let (nonce, sealed) = kept.split_at_checked(NONCE_LEN)?;
        let (nonce, mut sealed) = (Nonce::try_assume_unique_for_key(nonce).ok()?, sealed.to_vec());
        let opened = cipher(secret, key).ok()?.open_in_place(nonce, Aad::from(row), &mut sealed).ok()?;
        Some(opened.to_vec())
    }
}

/// Every key of every caller has a cipher key of its own.
fn cipher(secret: &SecretKey, key: &str) -> Result<RandomizedNonceKey, Unspecified> {
    RandomizedNonceKey::new(&AES_256_GCM, secret.derive("seal").derive(key).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: Digest = [1; 32];

    fn kept(secret: u8) -> KeptAnswers {
        KeptAnswers::sealed(&SecretKey::new(vec![secret; 32]).unwrap())
    }

    #[test]
    fn a_sealed_answer_is_opened_with_its_key_and_no_other() {
        let sealed = kept(7).seal("k-1", &ROW, b"rt_secret".to_vec()).unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"), "nothing shows");
        assert_eq!(kept(7).open("k-1", &ROW, sealed.clone()).unwrap(), b"rt_secret");
        assert_eq!(kept(7).open("k-2", &ROW, sealed.clone()), None, "another key");
        assert_eq!(kept(8).open("k-1", &ROW, sealed.clone()), None, "another secret");
        assert_eq!(kept(7).open("k-1", &[2; 32], sealed.clone()), None, "another row");
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(kept(7).open("k-1", &ROW, changed), None, "a changed one");
        assert_eq!(kept(7).open("k-1", &ROW, sealed[..5].to_vec()), None, "a piece of one");
        assert_ne!(kept(7).seal("k-1", &ROW, b"rt_secret".to_vec()).unwrap(), sealed, "no two are alike");
    }

    #[test]
    fn a_plain_answer_is_kept_as_it_is() {
        let kept = KeptAnswers::plain().seal("k-1", &ROW, b"stock".to_vec()).unwrap();
        assert_eq!(kept, b"stock");
        assert_eq!(KeptAnswers::plain().open("k-1", &ROW, kept).unwrap(), b"stock");
    }

    #[test]
    fn a_digest_tells_parts_and_secrets_apart() {
        let digests = [
            kept(7).digest(&[b"ab", b"c"]),
            kept(7).digest(&[b"a", b"bc"]),
            kept(7).digest(&[b"abc"]),
            kept(7).digest(&[b"abc", b""]),
            kept(8).digest(&[b"abc"]),
            KeptAnswers::plain().digest(&[b"abc"]),
        ];
        for (i, digest) in digests.iter().enumerate() {
            assert!(!digests[..i].contains(digest), "{i}");
        }
        assert_eq!(kept(7).digest(&[b"ab", b"c"]), digests[0]);
    }
}
