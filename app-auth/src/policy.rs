use chrono::TimeDelta;
use domain_auth::{CodePurpose, SessionRules, User};
use domain_shared::{Scope, Scopes};

use crate::Limits;

/// The numbers the auth use cases go by.
#[derive(Debug, Clone)]
pub struct Policy {
    /// How long an access token lives.
    pub access_ttl: TimeDelta,
    /// How long a session lives at most, however often it is refreshed.
    pub session_ttl: TimeDelta,
    /// How long a refresh token that was just replaced still leads to its successor.
    pub refresh_grace: TimeDelta,
    /// How long a session that isn't refreshed lives.
    pub session_idle: TimeDelta,
    /// How long a login code lives.
    pub code_ttl: TimeDelta,
    /// How long a code to set another password with lives.
    pub reset_ttl: TimeDelta,
    /// How many times a code may be tried from where it was asked for, and as often again where its owner is known.
    pub code_attempts: u32,
    /// How many times it may be tried from all other places together: enough for an owner whose address has changed.
    pub code_attempts_of_others: u32,
    /// How long to wait before a code is sent again.
    pub resend_cooldown: TimeDelta,
    /// How often things may be done.
    pub limits: Limits,
    /// Whether registration tells that an address is taken.
    pub reveals_emails: bool,
    /// What everyone may do.
    pub default_scopes: Scopes,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            access_ttl: TimeDelta::minutes(15),
            session_ttl: TimeDelta::days(30),
            refresh_grace: TimeDelta::seconds(60),
            session_idle: TimeDelta::days(14),
            code_ttl: TimeDelta::minutes(5),
            reset_ttl: TimeDelta::minutes(15),
            code_attempts: 5,
            code_attempts_of_others: 3,
            resend_cooldown: TimeDelta::seconds(60),
            limits: Limits::default(),
            reveals_emails: true,
            default_scopes: Scopes::default(),
        }
    }
}

impl Policy {
    /// What sessions go by.
    #[must_use]
    pub const fn session_rules(&self) -> SessionRules {
        SessionRules { idle: self.session_idle, grace: self.refresh_grace }
    }

    /// How long a code lives.
    #[must_use]
    pub const fn ttl_of(&self, purpose: CodePurpose) -> TimeDelta {
        match purpose {
            CodePurpose::Login => self.code_ttl,
            CodePurpose::Reset => self.reset_ttl,
        }
    }

    /// What `user` may do: what everyone may, what they were granted, and as a superuser everything.
    #[must_use]
    pub fn scopes_of(&self, user: &User) -> Scopes {
        let granted = self.default_scopes.with(&user.scopes);
        if user.is_superuser {
            granted.with(&[Scope::products_write()].into_iter().collect())
        } else {
            granted
        }
    }
}
