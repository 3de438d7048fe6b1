//! Whatever people do with sessions, in whatever order: the use cases and a model of a few lines agree on who is in.
use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::{SessionId, UserId};
use domain_shared::{Aggregate, Caller, Clock, EventLog, Expected, Handle};
use proptest::{prelude::*, sample::Index};

use crate::{
    AuthError, Tokens,
    commands::{ActivateUser, ChangePassword, CodeOwner, EndSession, LogOut, VerifyCode},
    queries::ListSessions,
    testing::{World, attempt, code, password},
};

/// What somebody does. Tokens and sessions are any that were ever handed out, those that are worth nothing included.
#[derive(Debug, Clone)]
enum Step {
    LogIn { user: usize },
    Refresh { with: Index },
    LogOut { with: Index, everywhere: bool },
    End { with: Index, session: Index },
    ChangePassword { with: Index },
    ResetPassword { user: usize },
    Deactivate { user: usize },
    Activate { user: usize },
    Wait { seconds: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let (user, with) = (0..USERS.len(), any::<Index>);
    let pause = prop::sample::select(vec![0, 1, 59, 60, 61, 600, 900, 86_400, 6 * 86_400, 14 * 86_400]);
    prop_oneof![
        6 => user.clone().prop_map(|user| Step::LogIn { user }),
        12 => with().prop_map(|with| Step::Refresh { with }),
        2 => (with(), any::<bool>()).prop_map(|(with, everywhere)| Step::LogOut { with, everywhere }),
        3 => (with(), with()).prop_map(|(with, session)| Step::End { with, session }),
        2 => with().prop_map(|with| Step::ChangePassword { with }),
        1 => user.clone().prop_map(|user| Step::ResetPassword { user }),
        1 => user.clone().prop_map(|user| Step::Deactivate { user }),
        1 => user.prop_map(|user| Step::Activate { user }),
        8 => pause.prop_map(|seconds| Step::Wait { seconds }),
    ]
}

const USERS: [&str; 2] = ["ada", "eve"];

/// A session, as the model sees it.
struct Session {
    id: SessionId,
    user: usize,
    started: DateTime<Utc>,
    refreshed: DateTime<Utc>,
    generation: u64,
    has_ended: bool,
}

/// A pair of tokens that was handed out.
struct Issued {
    tokens: Tokens,
    session: usize,
    generation: u64,
    expires: DateTime<Utc>,
}

struct Model {
    world: World,
    ids: Vec<UserId>,
    passwords: Vec<String>,
    active: Vec<bool>,
    sessions: Vec<Session>,
    issued: Vec<Issued>,
    reuses: usize,
}

impl Model {
    async fn new() -> Self {
        let world = World::new();
        let mut ids = Vec::new();
        for name in USERS {
            ids.push(world.register(name).await.id());
        }
        let passwords = vec!["correct horse".to_owned(); USERS.len()];
        let active = vec![true; USERS.len()];
        Self { world, ids, passwords, active, sessions: Vec::new(), issued: Vec::new(), reuses: 0 }
    }

    fn now(&self) -> DateTime<Utc> {
        self.world.auth.ports.clock.now()
    }

    fn lapses(&self, session: &Session) -> DateTime<Utc> {
        let policy = &self.world.auth.policy;
        (session.started + policy.session_ttl).min(session.refreshed + policy.session_idle)
    }

    fn is_alive(&self, session: usize) -> bool {
        let session = &self.sessions[session];
        !session.has_ended && self.now() < self.lapses(session)
    }

    /// Whether the access token opens doors.
    fn is_good(&self, issued: &Issued) -> bool {
        self.now() < issued.expires && self.is_alive(issued.session)
    }

    fn end(&mut self, doomed: impl Fn(usize, &Session) -> bool) {
        for (number, session) in self.sessions.iter_mut().enumerate() {
            session.has_ended |= doomed(number, session);
        }
    }

    fn hand_out(&mut self, tokens: Tokens, session: usize, generation: u64) {
        let lapses = self.lapses(&self.sessions[session]);
        let expires = lapses.min(self.now() + self.world.auth.policy.access_ttl);
        assert_eq!(tokens.expires_in, (expires - self.now()).num_seconds());
        self.issued.push(Issued { tokens, session, generation, expires });
    }

    fn any(&self, index: Index) -> Option<&Issued> {
        (!self.issued.is_empty()).then(|| index.get(&self.issued))
    }

    async fn log_in(&mut self, user: usize) {
        let name = USERS[user];
        let started = self.world.log_in(name, &self.passwords[user]).await;
        assert_eq!(started.is_ok(), self.active[user], "{started:?}");
        if started.is_err() {
            return;
        }
        let sent = self.world.codes_sent_to(&format!("{name}@example.com")).pop().unwrap();
        let verify = VerifyCode { owner: CodeOwner::Id(self.ids[user]), code: code(&sent) };
        let tokens = self.world.auth.handle(verify, &Caller::default()).await.unwrap();
        let (_, id) = self.world.who(&tokens).await;
        let (started, refreshed) = (self.now(), self.now());
        self.sessions.push(Session { id, user, started, refreshed, generation: 0, has_ended: false });
        self.hand_out(tokens, self.sessions.len() - 1, 0);
    }

    async fn refresh(&mut self, with: Index) {
        let Some(issued) = self.any(with) else { return };
        let (number, presented) = (issued.session, issued.generation);
        let outcome = self.world.refresh(&issued.tokens).await;
        let (is_alive, now, grace) =
            (self.is_alive(number), self.now(), self.world.auth.policy.refresh_grace);
        let session = &mut self.sessions[number];
        let successor = if !is_alive {
            None
        } else if presented == session.generation {
            (session.generation, session.refreshed) = (presented + 1, now);
            Some(presented + 1)
        } else if presented + 1 == session.generation && now - session.refreshed <= grace {
            Some(session.generation)
        } else {
            session.has_ended = true;
            self.reuses += 1;
            None
        };
        match (outcome, successor) {
            (Ok(tokens), Some(generation)) => self.hand_out(tokens, number, generation),
            (Err(AuthError::InvalidRefreshToken), None) => {}
            (outcome, successor) => panic!("{outcome:?} where the model says {successor:?}"),
        }
    }

    /// Whose token it is and of which session, if it still opens doors. The use case must agree.
    async fn enter(&self, with: Index) -> Option<(usize, usize)> {
        let issued = self.any(with)?;
        let seen = self.world.me(&issued.tokens.access).await;
        assert_eq!(seen.is_ok(), self.is_good(issued), "{seen:?}");
        seen.is_ok().then(|| (self.sessions[issued.session].user, issued.session))
    }

    async fn take(&mut self, number: usize, step: &Step) {
        match step {
            Step::LogIn { user } => self.log_in(*user).await,
            Step::Refresh { with } => self.refresh(*with).await,
            Step::Wait { seconds } => self.world.pass(TimeDelta::seconds(*seconds)),
            Step::LogOut { with, everywhere } => {
                let Some((user, own)) = self.enter(*with).await else { return };
                let everywhere = *everywhere;
                let command = LogOut { user: self.ids[user], session: self.sessions[own].id, everywhere };
                self.world.auth.handle(command, &Caller::default()).await.unwrap();
                self.end(|number, session| number == own || everywhere && session.user == user);
            }
            Step::End { with, session } => {
                let Some((user, _)) = self.enter(*with).await else { return };
                let target = session.index(self.sessions.len());
                let command = EndSession { user: self.ids[user], session: self.sessions[target].id };
                let ended = self.world.auth.handle(command, &Caller::default()).await;
                let expected = self.sessions[target].user == user && self.is_alive(target);
                assert_eq!(ended.is_ok(), expected, "{ended:?}");
                self.end(|number, _| number == target && expected);
            }
            Step::ChangePassword { with } => {
                let Some((user, own)) = self.enter(*with).await else { return };
                let new = format!("changed in step {number}");
                let command = ChangePassword {
                    user: self.ids[user],
                    session: self.sessions[own].id,
                    expected: Expected::Any,
                    old: attempt(&self.passwords[user]),
                    new: password(&new),
                };
                self.world.auth.handle(command, &Caller::default()).await.unwrap();
                self.passwords[user] = new;
                self.end(|number, session| number != own && session.user == user);
            }
            Step::ResetPassword { user } => {
                let (name, user) = (USERS[*user], *user);
                if !self.active[user] {
                    self.world.forgot_password(&format!("{name}@example.com")).await;
                    assert!(self.world.reset_letters().await.is_empty());
                    return;
                }
                let (sent, new) = (self.world.reset_code(name).await, format!("reset in step {number}"));
                self.world.reset_password(name, &sent, &new).await.unwrap();
                self.passwords[user] = new;
                self.end(|_, session| session.user == user);
            }
            Step::Deactivate { user } => {
                if std::mem::replace(&mut self.active[*user], false) {
                    self.world.deactivate(self.ids[*user]).await;
                }
                self.end(|_, session| session.user == *user);
            }
            Step::Activate { user } => {
                if !std::mem::replace(&mut self.active[*user], true) {
                    let command = ActivateUser { user: self.ids[*user] };
                    self.world.auth.handle(command, &Caller::default()).await.unwrap();
                }
            }
        }
    }

    async fn must_agree_on_sessions(&self) {
        for (user, id) in self.ids.iter().enumerate() {
            let listed =
                self.world.auth.handle(ListSessions { user: *id }, &Caller::default()).await.unwrap();
            let listed: Vec<_> = listed.iter().map(Aggregate::id).collect();
            let alive = (0..self.sessions.len()).filter(|number| self.is_alive(*number));
            let own = alive.map(|number| &self.sessions[number]).filter(|session| session.user == user);
            assert_eq!(listed, own.map(|session| session.id).collect::<Vec<_>>());
        }
    }

    async fn must_agree_on_everything(&self) {
        for issued in &self.issued {
            let seen = self.world.me(&issued.tokens.access).await;
            assert_eq!(seen.is_ok(), self.is_good(issued), "{seen:?}");
        }
        let log = self.world.store.after(0, 10_000).await.unwrap();
        let mut ends: HashMap<_, usize> = HashMap::new();
        let is_end = |kind: &str| kind == "session.ended.v1" || kind == "session.reuse_detected.v1";
        for stored in log.iter().filter(|stored| is_end(&stored.event.kind)) {
            *ends.entry(stored.event.aggregate_id).or_default() += 1;
        }
        assert!(ends.values().all(|times| *times == 1), "a session ends once");
        let reuses = log.iter().filter(|stored| stored.event.kind == "session.reuse_detected.v1");
        assert_eq!(reuses.count(), self.reuses);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_is_done_the_model_knows_who_is_in(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut model = Model::new().await;
            for (number, step) in steps.iter().enumerate() {
                model.take(number, step).await;
                model.must_agree_on_sessions().await;
            }
            model.must_agree_on_everything().await;
        });
    }
}
