use async_trait::async_trait;
use domain_shared::{Email, Limit, Repository, StoreError};

use crate::{User, UserId, Username};

/// Where users are kept. Unique are the `email` and the `username`, the latter by [`Username::key`].
#[async_trait]
pub trait UserRepository: Repository<User> {
    /// The owner of `email`, or `None`.
    async fn by_email(&self, email: &Email) -> Result<Option<User>, StoreError>;

    /// The owner of `username` in any spelling that has the same key, or `None`.
    async fn by_username(&self, username: &Username) -> Result<Option<User>, StoreError>;
}

/// Which users to list.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// Only those whose username, e-mail or full name contains this text, regardless of case.
    pub search: Option<String>,
    /// Only the active ones, or only the inactive ones.
    pub active: Option<bool>,
    /// Only those after this one, in the order of the list.
    pub after: Option<UserId>,
    /// How many at most.
    pub limit: Limit,
}

/// Users, as lists show them.
#[async_trait]
pub trait UserDirectory: Send + Sync + 'static {
    /// The users that match `filter`, in the order they registered.
    async fn list(&self, filter: &UserFilter) -> Result<Vec<User>, StoreError>;
}
