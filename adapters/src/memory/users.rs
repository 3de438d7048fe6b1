use async_trait::async_trait;
use domain_auth::{User, UserDirectory, UserFilter, UserRepository, Username};
use domain_shared::{Email, StoreError};

use super::MemoryStore;

#[async_trait]
impl UserRepository for MemoryStore {
    async fn by_email(&self, email: &Email) -> Result<Option<User>, StoreError> {
        Ok(self.state().users.values().find(|user| user.email == *email).cloned())
    }

    async fn by_username(&self, username: &Username) -> Result<Option<User>, StoreError> {
        Ok(self.state().users.values().find(|user| user.username.key() == username.key()).cloned())
    }
}

#[async_trait]
impl UserDirectory for MemoryStore {
    async fn list(&self, filter: &UserFilter) -> Result<Vec<User>, StoreError> {
        let needle = filter.search.as_deref().map(str::to_lowercase);
        let wanted = |user: &&User| {
            let full_name = user.full_name.as_ref().map_or("", |name| name.as_str());
            let texts = [user.username.as_str(), user.email.as_str(), full_name];
            let found =
                |needle: &String| texts.iter().any(|text| text.to_lowercase().contains(needle.as_str()));
            filter.active.is_none_or(|active| user.is_active == active) && needle.as_ref().is_none_or(found)
        };
        let state = self.state();
        let later = state.users.iter().filter(|(id, _)| filter.after.is_none_or(|after| **id > after.0));
        Ok(later.map(|(_, user)| user).filter(wanted).take(filter.limit.get()).cloned().collect())
    }
}
