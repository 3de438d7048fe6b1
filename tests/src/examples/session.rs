use chrono::TimeDelta;
use domain_auth::{Session, SessionError, SessionId, SessionRules, UserId};
use domain_shared::{Aggregate, Client, Context};

use super::Example;
use crate::support::{context, id};

const LIFE: TimeDelta = TimeDelta::days(30);
pub(crate) const RULES: SessionRules = SessionRules { idle: LIFE, grace: TimeDelta::days(1) };

pub(crate) fn session_of(user: UserId) -> Session {
    start(SessionId(id()), user, Client::default())
}

/// One that was started from `address`.
pub(crate) fn session_from(user: UserId, address: &str) -> Session {
    start(SessionId(id()), user, Client { address: Some(address.to_owned()), user_agent: None })
}

fn start(id: SessionId, user: UserId, client: Client) -> Session {
    let context = context();
    Session::start(id, user, client, context.at + LIFE, &context)
}

impl Example for Session {
    fn small() -> Self {
        session_of(UserId(id()))
    }

    fn large() -> Self {
        let client = Client {
            address: Some("2001:db8:85a3:8d3:1319:8a2e:370:7348".to_owned()),
            user_agent: Some("🐝".repeat(200)),
        };
        let mut large = start(SessionId(id()), UserId(id()), client);
        large.refresh(0, &RULES, &context()).unwrap();
        large
    }

    fn namesake(&self) -> Self {
        start(self.id(), UserId(id()), Client::default())
    }

    fn rivals(&self) -> Vec<(&'static str, Self)> {
        Vec::new()
    }

    fn step(&mut self, context: &Context) -> Result<(), SessionError> {
        self.refresh(self.generation, &RULES, context)
    }

    fn idle(&mut self, context: &Context) -> Result<(), SessionError> {
        self.refresh(self.generation - 1, &RULES, context)
    }

    fn refuse(&mut self, context: &Context) -> Result<(), SessionError> {
        self.refresh(self.generation, &RULES, &Context { at: self.expires_at, ..context.clone() })
    }
}
