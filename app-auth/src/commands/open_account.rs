use async_trait::async_trait;
use chrono::TimeDelta;
use domain_auth::{Password, Registration, User, UserRepository};
use domain_shared::{
    Aggregate, Bucket, Caller, Email, Handle, Mailer, Quota, Repository, StoreError, Taken, Throttle,
};

use crate::{Auth, AuthError, Ports, kind::Kind, letters};

/// Registers whoever comes from outside. Where the policy says so, it doesn't tell that the address is taken: somebody else
/// could learn who has an account here (ASVS 6.3.8).
#[derive(Debug, Clone)]
pub struct OpenAccount {
    /// Who they are.
    pub registration: Registration,
    /// What they will sign in with.
    pub password: Password,
}

/// What an account looks like to whoever opened it.
#[derive(Debug, Clone)]
pub enum Opened {
    /// It is there.
    New(User),
    /// The address has an owner already, who is to be told: nothing was made, and this is what it would have looked like.
    Pretended(User),
}

#[async_trait]
impl<P: Ports> Handle<OpenAccount> for Auth<P> {
    type Output = Opened;
    type Error = AuthError;

    async fn handle(&self, command: OpenAccount, caller: &Caller) -> Result<Opened, AuthError> {
        self.take_from_place(Kind::Registration, &self.policy.limits.registrations, caller).await?;
        let OpenAccount { registration, password } = command;
        let mut user = self.draft(registration, &password, caller).await?;
        let reserved = if self.policy.reveals_emails { None } else { Some(self.reserve(&user).await?) };
        if let Some(Taken::Refused(_)) = reserved {
            return self.first(StoreError::Taken("username").into(), caller).await.map(Opened::New);
        }
        let Err(refusal) = self.ports.users().save(&mut user).await else { return Ok(Opened::New(user)) };
        if let (StoreError::Unavailable(_), Some(Taken::Granted(ticket))) = (&refusal, &reserved) {
            self.ports.throttle().give_back(ticket).await?;
        }
        match self.first(refusal.into(), caller).await {
            Err(AuthError::Store(StoreError::Taken("email"))) if !self.policy.reveals_emails => {
                // Names aren't secret, and one that is taken is told as such whatever the address.
                match self.ports.users().by_username(&user.username).await? {
                    Some(_) => Err(StoreError::Taken("username").into()),
                    None => Ok(Opened::Pretended(user)),
                }
            }
            first => first.map(Opened::New),
        }
    }
}

/// For how long a name is taken that somebody registered, whether or not that made an account.
const RESERVED: TimeDelta = TimeDelta::days(1);

/// How long an owner is left in peace after they were told of a registration.
const PEACE: TimeDelta = TimeDelta::hours(1);

impl<P: Ports> Auth<P> {
    /// Reserves the name of `user`, which is taken then even if no account is made: or else to register it once more would
    /// tell whether one was.
    async fn reserve(&self, user: &User) -> Result<Taken, StoreError> {
        let bucket = Bucket { kind: Kind::Name.bucket(), of: user.username.key() };
        self.ports.throttle().take(&bucket, &Quota::steady(1, RESERVED), self.now()).await
    }
}

/// Tells the owner of an address that somebody tried to register with it, unless they were told lately.
#[derive(Debug, Clone)]
pub struct TellOwner {
    /// The address.
    pub email: Email,
}

#[async_trait]
impl<P: Ports> Handle<TellOwner> for Auth<P> {
    type Output = ();
    type Error = AuthError;

    async fn handle(&self, command: TellOwner, _: &Caller) -> Result<(), AuthError> {
        let Some(owner) = self.ports.users().by_email(&command.email).await? else { return Ok(()) };
        let bucket = Bucket { kind: Kind::OwnerMail.bucket(), of: owner.id().0.to_string() };
        let told = self.ports.throttle().take(&bucket, &Quota::steady(1, PEACE), self.now()).await?;
        let Taken::Granted(ticket) = told else { return Ok(()) };
        let letter =
            letters::address_registered(owner.email.clone(), owner.language, owner.username.as_str());
        if let Err(error) = self.ports.mailer().send(&letter).await {
            self.ports.throttle().give_back(&ticket).await?;
            return Err(error.into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, password, registration};
    use domain_auth::UserId;

    async fn open(world: &World, email: &str, username: &str) -> Result<Opened, AuthError> {
        let registration = registration(email, username);
        let command = OpenAccount { registration, password: password("correct horse") };
        world.auth.handle(command, &Caller::default()).await
    }

    fn strict() -> World {
        let mut world = World::new();
        world.auth.policy.reveals_emails = false;
        world
    }

    async fn find(world: &World, id: UserId) -> Option<User> {
        world.auth.ports.users.find(id).await.unwrap()
    }

    #[tokio::test]
    async fn a_taken_address_looks_like_a_new_one_and_nothing_is_made() {
        let world = strict();
        world.register("ada").await;
        let Opened::New(new) = open(&world, "eve@example.com", "eve").await.unwrap() else {
            panic!("it is new")
        };
        let Opened::Pretended(shown) = open(&world, "ADA@example.com", "mallory").await.unwrap() else {
            panic!("it is taken")
        };
        assert_eq!((shown.version(), shown.is_active), (new.version(), true));
        assert!(find(&world, new.id()).await.is_some() && find(&world, shown.id()).await.is_none());
        world.log_in("mallory", "correct horse").await.unwrap_err();
        assert!(world.verify(shown.id(), "123456").await.is_err());
    }

    #[tokio::test]
    async fn a_taken_name_is_told_whatever_the_address() {
        let world = strict();
        world.register("ada").await;
        for email in ["ada@example.com", "new@example.com"] {
            let refused = open(&world, email, "Ada").await;
            assert!(matches!(refused, Err(AuthError::Store(StoreError::Taken("username")))), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn whoever_registers_a_name_again_does_not_learn_whether_the_address_was_taken() {
        let world = strict();
        world.register("ada").await;
        for (address, name) in [("new@example.com", "eve"), ("ada@example.com", "mallory")] {
            open(&world, address, name).await.unwrap();
            for again in [address, "other@example.com"] {
                let refused = open(&world, again, name).await;
                assert!(
                    matches!(refused, Err(AuthError::Store(StoreError::Taken("username")))),
                    "{name}: {refused:?}"
                );
            }
            open(&world, address, &format!("{name}-2")).await.unwrap();
        }
        world.pass(RESERVED);
        open(&world, "other@example.com", "mallory").await.unwrap();
    }

    #[tokio::test]
    async fn unless_told_otherwise_a_taken_address_is_told_as_such() {
        let world = World::new();
        world.register("ada").await;
        let refused = open(&world, "ada@example.com", "mallory").await;
        assert!(matches!(refused, Err(AuthError::Store(StoreError::Taken("email")))), "{refused:?}");
    }

    #[tokio::test]
    async fn the_owner_is_told_at_their_address_and_nobody_else_is() {
        let world = strict();
        world.register("ada").await;
        for email in ["Ada@Example.com", "nobody@example.com"] {
            let email = registration(email, "mallory").email;
            world.auth.handle(TellOwner { email }, &Caller::default()).await.unwrap();
        }
        let told: Vec<_> = world.letters().into_iter().map(|letter| letter.to.to_string()).collect();
        assert_eq!(told, ["ada@example.com"]);
    }

    #[tokio::test]
    async fn the_owner_is_told_once_an_hour_by_all_instances_together() {
        let world = strict();
        world.register("ada").await;
        let tell = async || {
            let email = registration("ada@example.com", "mallory").email;
            // Another instance has nothing in common with the first but the store.
            world.auth.clone().handle(TellOwner { email }, &Caller::default()).await.unwrap();
            world.letters().len()
        };
        for _ in 0..3 {
            assert_eq!(tell().await, 1);
            world.pass(PEACE / 4);
        }
        world.pass(PEACE / 4);
        assert_eq!(tell().await, 2, "attempts don't keep the owner from hearing of others");
    }
}
