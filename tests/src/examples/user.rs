use domain_auth::{PasswordHash, Profile, Registration, User, UserError, UserId, Username};
use domain_shared::{Aggregate, Context, Language, Scope, ValueObject};

use super::Example;
use crate::support::{context, id, number, parse};

/// What a person called `name` says when they register.
pub(crate) fn registration(name: &str) -> Registration {
    Registration {
        email: parse(format!("{}@example.com", number())),
        username: parse(name),
        full_name: None,
        phone_number: None,
        language: Language::En,
        is_superuser: false,
    }
}

pub(crate) fn user(registration: Registration) -> User {
    User::register(UserId(id()), registration, PasswordHash::new("$2b$04$hash".to_owned()), &context())
}

impl Example for User {
    fn small() -> Self {
        user(registration(&format!("user{}", number())))
    }

    fn large() -> Self {
        let mut large = user(Registration {
            email: parse(format!("{:!<64}@{}.example.com", number(), "h".repeat(63))),
            username: parse(format!("{:ñ<50}", number())),
            full_name: Some(parse(format!("{:🐝<100}", "Ñandú O'Neill \\ \"%_\""))),
            phone_number: Some(parse("+123456789012345")),
            language: Language::Es,
            is_superuser: true,
        });
        let scopes = [Scope::products_write(), parse("a:b_c-d.e")];
        large.set_scopes(scopes.into_iter().collect(), &context()).unwrap();
        large
    }

    fn namesake(&self) -> Self {
        let registration = registration(&format!("user{}", number()));
        Self::register(self.id(), registration, PasswordHash::unusable(), &context())
    }

    fn rivals(&self) -> Vec<(&'static str, Self)> {
        let other = registration(&format!("user{}", number()));
        let other_spelling = Username::parse(self.username.as_str().to_uppercase()).unwrap();
        let same_email = Registration { email: self.email.clone(), ..other.clone() };
        let same_username = Registration { username: other_spelling, ..other };
        vec![("email", user(same_email)), ("username", user(same_username))]
    }

    fn step(&mut self, context: &Context) -> Result<(), UserError> {
        let full_name = Some(Some(parse(format!("Name {}", number()))));
        self.update_profile(Profile { full_name, phone_number: Some(None) }, context)
    }

    fn idle(&mut self, context: &Context) -> Result<(), UserError> {
        self.update_profile(Profile::default(), context)
    }

    fn refuse(&mut self, context: &Context) -> Result<(), UserError> {
        self.activate(context)
    }
}
