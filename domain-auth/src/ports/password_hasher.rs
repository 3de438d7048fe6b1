use std::{borrow::Cow, error::Error};

use async_trait::async_trait;
use domain_shared::{Fault, Kind};

use crate::{Password, PasswordAttempt, PasswordHash};

/// Makes slow, salted hashes of passwords. Whoever asks says from which place: however many ask from one, somebody who asks
/// from another gets their turn, and isn't told [`HashError::Busy`] while another place has several waiting.
#[async_trait]
pub trait PasswordHasher: Send + Sync + 'static {
    /// A hash of `password`, different each time. Every character counts.
    async fn hash(&self, password: &Password, place: Option<&str>) -> Result<PasswordHash, HashError>;

    /// Whether `attempt` is the password that `hash` was made of. With `None`, for a user who doesn't exist, the answer
    /// is `false` and takes as long.
    async fn verify(
        &self,
        attempt: &PasswordAttempt,
        hash: Option<&PasswordHash>,
        place: Option<&str>,
    ) -> Result<bool, HashError>;

    /// Whether a hash made now would be harder to guess a password from than `hash` is. Of a hash just made it isn't, and
    /// where there is no password there is nothing to guess.
    fn is_outdated(&self, hash: &PasswordHash) -> bool;
}

/// Why a password wasn't hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// Too many others wait for theirs, or too many from the same place.
    #[error("too many passwords wait to be checked")]
    Busy,
    /// The hasher failed.
    #[error("the password could not be hashed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl Fault for HashError {
    fn kind(&self) -> Kind {
        Kind::Unavailable
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Busy => "busy",
            Self::Failed(_) => "unavailable",
        }
        .into()
    }
}
