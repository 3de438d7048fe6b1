//! auth-service, wired.
use std::sync::Arc;

use adapters::{
    bcrypt::Bcrypt,
    jwt::{JwtSigner, JwtVerifier},
    keyed::{KeptAnswers, KeyedCodes, KeyedRefreshTokens, KeyedThrottle},
    security_queue::SecurityQueue,
    system::{SystemClock, UuidV7},
};
use app_auth::{
    Auth, Wiring,
    reactors::{NewSessionMail, PasswordChangedMail, ResetCodeMail, TokenReuseMail, WelcomeMail},
};
use domain_auth::{
    Activity, LoginCodes, PersonalData, SessionRepository, UserDirectory, UserHistory, UserRepository,
};
use domain_shared::{EventLog, Throttle};

use super::{
    AUTH_SERVICE, AuthStore, Beside, Chain, ComposeError, Counted, DynMailer, Events, Outbox, Registry,
    TOKEN_REALM, Task, TokenKeyRing, throttle, token_keys,
};
use crate::{
    config::{Config, Refusal},
    http::{auth::Published, idempotency::Retries},
    meters::{Logins, Meters, Sessions, hashing, pools, security},
};

/// What counts how often things are done.
pub type Limiter = Counted<KeyedThrottle<Arc<dyn Throttle>>>;

/// The adapters behind auth-service's ports. The store and the mailer are chosen at run time; see
/// `docs/adr/0004-dynamic-dispatch-at-the-edge.md`.
pub type AuthPorts = Wiring<
    Arc<dyn UserRepository>,
    Arc<dyn UserDirectory>,
    Arc<dyn UserHistory>,
    Arc<dyn Activity>,
    Arc<dyn SessionRepository>,
    Arc<dyn LoginCodes>,
    Arc<dyn EventLog>,
    KeyedCodes,
    Bcrypt,
    JwtSigner,
    JwtVerifier,
    KeyedRefreshTokens,
    Limiter,
    DynMailer,
    SystemClock,
    UuidV7,
    Arc<dyn PersonalData>,
    SecurityQueue,
>;

/// auth-service, ready to be served.
#[derive(Clone)]
pub struct AuthService {
    /// The use cases.
    pub auth: Auth<AuthPorts>,
    /// What it remembers of requests that may be sent again.
    pub retries: Retries,
    /// The keys of access tokens.
    pub keys: TokenKeyRing,
    /// What it says about them.
    pub published: Published,
    /// What it keeps.
    pub store: AuthStore,
    /// The ways of its events.
    pub events: Events,
    /// Its way out for letters.
    pub outbox: Outbox,
    /// Where it says that it is there.
    pub registry: Option<Registry>,
    /// What shows whether somebody has changed its log.
    pub chain: Option<Chain>,
    /// What it counts.
    pub meters: Meters,
    /// How signing in goes.
    pub logins: Logins,
}

impl AuthService {
    /// Puts auth-service together.
    ///
    /// # Errors
    /// If the store can't be opened.
    pub async fn open(config: &Config, outbox: Outbox) -> Result<Self, ComposeError> {
        /// How many passwords may wait to be hashed; the last of them waits about ten seconds on one core.
        const QUEUE: usize = 32;
        let Some(secrets) = &config.secrets.auth else {
            return Err(Refusal::of("SECRET_KEY", "is required by auth-service").into());
        };
        let Some(store) = &config.auth_store else {
            return Err(Refusal::of("AUTH_DATABASE_URL", "is required by auth-service").into());
        };
        let store = AuthStore::open(store, config.settings.database_pool_size).await?.traced(config, store);
        let meters = Meters::of("auth-service")?;
        let outbox = outbox.counted(&meters)?;
        let keys = token_keys::open(config, secrets, &store).await?;
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let sessions: Arc<dyn SessionRepository> = Arc::new(Sessions::of(store.sessions.clone(), &meters)?);
        let ports = Wiring {
            users: store.users.clone(),
            directory: store.directory.clone(),
            history: store.history.clone(),
            activity: store.activity.clone(),
            sessions,
            codes: store.codes.clone(),
            log: store.log.events.clone(),
            code_generator: KeyedCodes::new(&secrets.key),
            hasher: Bcrypt::new(config.settings.bcrypt_cost, &secrets.password_key, threads, QUEUE),
            signer: JwtSigner::new(keys.ring().clone(), TOKEN_REALM, TOKEN_REALM),
            verifier: JwtVerifier::new(keys.ring().clone(), TOKEN_REALM, TOKEN_REALM),
            refresh_tokens: KeyedRefreshTokens::new(&secrets.key),
            throttle: Counted::new(KeyedThrottle::new(store.throttle.clone(), &secrets.key))?,
            mailer: outbox.mailer.clone(),
            clock: SystemClock,
            ids: UuidV7,
            people: store.people.clone(),
            security: SecurityQueue::default(),
        };
        meters.include(ports.throttle.refused())?;
        meters.include(hashing(ports.hasher.clone())?)?;
        meters.include(security(ports.security.clone())?)?;
        meters.include(pools(vec![("primary", store.probe.clone())])?)?;
        let (events, logins) =
            (Events::open(config, AUTH_SERVICE, &store.log, &meters)?, Logins::new(&meters)?);
        let published = Published { ring: keys.ring().clone(), good_for: token_keys::cache_age(config) };
        let retries = Retries::new(store.keys.clone(), KeptAnswers::sealed(&secrets.key));
        let chain = store.chain.clone().map(|chain| Chain::new(chain, &store.log, &secrets.key));
        Ok(Self {
            auth: Auth { ports, policy: config.policy.clone() },
            keys,
            published,
            store,
            retries,
            events,
            outbox,
            registry: Registry::open(config)?,
            chain,
            meters,
            logins,
        })
    }

    /// What it has for another service in its process.
    #[must_use]
    pub fn beside(&self) -> Beside {
        Beside { log: self.store.log.clone(), keys: self.keys.ring().clone() }
    }

    /// What is done beside serving: what happens because something else has happened, and telling others.
    #[must_use]
    pub fn tasks(&self) -> Vec<Task> {
        let (users, sessions, mailer) =
            (self.store.users.clone(), self.store.sessions.clone(), self.outbox.mailer.clone());
        let policy = &self.auth.policy;
        let mut tasks = vec![
            self.events.deliver(WelcomeMail { mailer: mailer.clone() }),
            self.events.deliver(PasswordChangedMail { users: users.clone(), mailer: mailer.clone() }),
            self.events.deliver(ResetCodeMail {
                users: users.clone(),
                codes: self.store.codes.clone(),
                code_generator: self.auth.ports.code_generator.clone(),
                code_attempts: policy.code_attempts,
                ttl: policy.reset_ttl,
                mailer: mailer.clone(),
                clock: SystemClock,
            }),
            self.events.deliver(TokenReuseMail {
                users: users.clone(),
                sessions: sessions.clone(),
                mailer: mailer.clone(),
            }),
            self.events.deliver(NewSessionMail { users, sessions, idle: policy.session_idle, mailer }),
        ];
        let keys = self.keys.clone();
        tasks.push(self.events.broken_off(async move { keys.keep_up().await }));
        tasks.push(self.events.forget(self.store.keys.clone()));
        tasks.push(self.events.broken_off(throttle::forget(self.store.throttle.clone())));
        tasks.extend(self.events.relay());
        tasks.extend(self.store.audit.tasks(&self.events));
        let (queue, security) = (self.auth.ports.security.clone(), self.store.security.clone());
        let until = self.events.until.clone();
        tasks.push(Box::pin(async move { queue.run(&security, &until).await }));
        tasks.extend(self.chain.as_ref().map(|chain| self.events.broken_off(chain.clone().keep_up())));
        tasks
    }
}
