use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};

use super::SecretKey;

/// Seals what a store keeps, each thing under its name, so that the store alone is of no use to whoever gets hold of it.
#[derive(Debug, Clone)]
pub struct Seal(SecretKey);

impl Seal {
    /// For one `purpose`, with a key derived from `secret`.
    #[must_use]
    pub fn new(secret: &SecretKey, purpose: &str) -> Self {
        Self(secret.derive("seal").derive(purpose))
    }

    /// `content` as it is to be kept under `name`; `None` if the system has no random numbers to give.
    #[must_use]
    pub fn seal(&self, name: &str, mut content: Vec<u8>) -> Option<Vec<u8>> {
        let nonce = self.cipher()?.seal_in_place_append_tag(Aad::from(name), &mut content).ok()?;
        Some([nonce.as_ref().as_slice(), &content].concat())
    }

    /// What was kept under `name`; `None` unless it was sealed with this secret, for this purpose, under this name.
    #[must_use]
    pub fn open(&self, name: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let (nonce, mut sealed) = (Nonce::try_assume_unique_for_key(nonce).ok()?, sealed.to_vec());
        Some(self.cipher()?.open_in_place(nonce, Aad::from(name), &mut sealed).ok()?.to_vec())
    }

    fn cipher(&self) -> Option<RandomizedNonceKey> {
        RandomizedNonceKey::new(&AES_256_GCM, self.0.as_bytes()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(secret: u8, purpose: &str) -> Seal {
        Seal::new(&SecretKey::new(vec![secret; 32]).unwrap(), purpose)
    }

    #[test]
    fn what_is_sealed_is_opened_by_its_own_seal_and_name_only() {
        let sealed = seal(7, "keys").seal("k-1", b"secret".to_vec()).unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"), "nothing shows");
        assert_eq!(seal(7, "keys").open("k-1", &sealed).unwrap(), b"secret");
        assert_eq!(seal(7, "keys").open("k-2", &sealed), None, "another name");
        assert_eq!(seal(7, "mails").open("k-1", &sealed), None, "another purpose");
        assert_eq!(seal(8, "keys").open("k-1", &sealed), None, "another secret");
        assert_eq!(seal(7, "keys").open("k-1", &sealed[..5]), None, "a piece of it");
    }
}
