use async_trait::async_trait;
use domain_auth::{Password, PasswordHasher, Registration, User, UserId};
use domain_shared::{Caller, Handle, IdGenerator, Repository};

use crate::{Auth, AuthError, Ports};

/// Opens an account for an address and a name nobody has used yet.
#[derive(Debug, Clone)]
pub struct RegisterUser {
    /// Who they are.
    pub registration: Registration,
    /// What they will sign in with.
    pub password: Password,
}

#[async_trait]
impl<P: Ports> Handle<RegisterUser> for Auth<P> {
    type Output = User;
    type Error = AuthError;

    async fn handle(&self, command: RegisterUser, caller: &Caller) -> Result<User, AuthError> {
        let mut user = self.draft(command.registration, &command.password, caller).await?;
        match self.ports.users().save(&mut user).await {
            Ok(()) => Ok(user),
            Err(refusal) => self.first(refusal.into(), caller).await,
        }
    }
}

impl<P: Ports> Auth<P> {
    /// A user who isn't kept yet.
    pub(super) async fn draft(
        &self,
        registration: Registration,
        password: &Password,
        caller: &Caller,
    ) -> Result<User, AuthError> {
        password
            .must_differ_from(&registration.username, &registration.email)
            .map_err(|rule| AuthError::Invalid { field: "password", rule })?;
        registration.must_not_look_erased().map_err(|(field, rule)| AuthError::Invalid { field, rule })?;
        let hash = self.ports.hasher().hash(password, caller.client.place().as_deref()).await?;
        let id = UserId(self.ports.ids().next_id());
        Ok(User::register(id, registration, hash, &self.context(caller)))
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::{Invalid, StoreError};

    use super::*;
    use crate::testing::{World, password, registration};

    async fn register(world: &World, email: &str, username: &str, typed: &str) -> Result<User, AuthError> {
        let command = RegisterUser { registration: registration(email, username), password: password(typed) };
        world.auth.handle(command, &Caller::default()).await
    }

    #[tokio::test]
    async fn an_address_and_a_name_register_once_in_any_case() {
        let world = World::new();
        register(&world, "ada@example.com", "ada", "correct horse").await.unwrap();
        let again = register(&world, "ADA@example.com", "countess", "correct horse").await;
        assert!(matches!(again, Err(AuthError::Store(StoreError::Taken("email")))), "{again:?}");
        let again = register(&world, "countess@example.com", "Ada", "correct horse").await;
        assert!(matches!(again, Err(AuthError::Store(StoreError::Taken("username")))), "{again:?}");
    }

    #[tokio::test]
    async fn what_is_left_of_an_erased_user_registers_nowhere() {
        let id = uuid::Uuid::nil().simple();
        let refused = register(&World::new(), &format!("{id}@erased.invalid"), "ada", "correct horse").await;
        assert!(matches!(refused, Err(AuthError::Invalid { field: "email", rule: Invalid::Reserved })));
        let refused =
            register(&World::new(), "ada@example.com", &format!("Erased-{id}"), "correct horse").await;
        assert!(matches!(refused, Err(AuthError::Invalid { field: "username", rule: Invalid::Reserved })));
    }

    #[tokio::test]
    async fn the_own_name_is_no_password() {
        let refused = register(&World::new(), "ada@example.com", "ada.lovelace", "Ada.Lovelace").await;
        assert!(matches!(refused, Err(AuthError::Invalid { field: "password", rule: Invalid::OwnName })));
    }
}
