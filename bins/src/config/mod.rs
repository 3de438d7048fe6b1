//! The configuration: the only place that reads flags, the environment and the configuration file.
mod broker;
mod file;
mod parse;
mod registry;
mod secrets;
mod settings;
mod stores;
mod token_keys;
mod traces;

use std::{ffi::OsString, net::SocketAddr, path::PathBuf};

use app_auth::{Limits, Policy};
use chrono::TimeDelta;
use clap::{CommandFactory, FromArgMatches};
use domain_shared::{Email, Scope};

pub use broker::{Broker, choose as broker};
pub use file::Refusal;
pub use parse::client_name;
pub use registry::{Advertised, Registry};
pub use secrets::{AuthSecrets, Secrets};
pub use settings::Settings;
pub use stores::{ReplicaUrl, Store, choose as stores};
pub use token_keys::{Checking, JWKS, Published};
pub use traces::{Sampler, choose as traces};

/// What kind of place this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// A developer's machine: keys are made, mails land in a folder, a mailbox page shows them.
    Development,
    /// Anything else: every secret must be given.
    Production,
}

impl Environment {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// Who may write products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteAccess {
    /// Holders of the scope `products:write`.
    Scope,
    /// Anyone.
    Public,
}

/// How logs look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Which services a program runs. That is known when it is built, so that no other service is in it.
pub trait Runs {
    /// Whether it runs auth-service.
    const AUTH: bool;
    /// Whether it runs product-service.
    const PRODUCT: bool;
}

/// Where letters go.
#[derive(Debug, Clone)]
pub enum Mail {
    /// To a mail server.
    Smtp(adapters::mail::smtp::SmtpConfig),
    /// Into a folder.
    Folder(PathBuf),
}

/// The configuration of this process, checked and complete.
#[derive(Debug, Clone)]
pub struct Config {
    /// The settings that need no further thought.
    pub settings: Settings,
    /// auth-service's store, if this process runs it.
    pub auth_store: Option<Store>,
    /// product-service's store, if this process runs it.
    pub product_store: Option<Store>,
    /// The read replica of product-service's store, if there is one.
    pub product_replica: Option<ReplicaUrl>,
    /// The message broker, if there is one.
    pub broker: Option<Broker>,
    /// The registry of services, if there is one.
    pub registry: Option<Registry>,
    /// The secrets and keys.
    pub secrets: Secrets,
    /// The numbers the auth use cases go by.
    pub policy: Policy,
    /// Whether anyone may write products.
    pub public_writes: bool,
    /// Where letters go.
    pub mail: Mail,
}

impl Config {
    /// Parses a command line of the program `P` with the environment and the configuration file as its defaults.
    ///
    /// # Errors
    /// A [`Refusal`] that names the setting, never its value; or what `--help` prints.
    pub fn parse<P: CommandFactory + FromArgMatches>(
        args: impl IntoIterator<Item = OsString>,
    ) -> Result<P, Refusal> {
        file::parse(args)
    }

    /// Checks `settings` and fills in what depends on several of them; only what concerns the services that this
    /// program runs is asked for.
    ///
    /// # Errors
    /// A [`Refusal`] that names the setting, never its value.
    pub fn new<R: Runs>(settings: Settings) -> Result<Self, Refusal> {
        if R::AUTH && settings.environment == Environment::Production && settings.bcrypt_cost < 10 {
            return Err(Refusal::of("BCRYPT_COST", "must be at least 10 in production"));
        }
        let (auth_store, product_store) = stores::choose::<R>(&settings)?;
        let secrets = Secrets::load(&settings, R::AUTH)?;
        Ok(Self {
            policy: policy(&settings),
            public_writes: public_writes(&settings)?,
            mail: mail(&settings)?,
            broker: broker::choose(&settings)?,
            registry: registry::choose(&settings, usize::from(R::AUTH) + usize::from(R::PRODUCT))?,
            product_replica: stores::replica(&settings, product_store.as_ref())?,
            auth_store,
            product_store,
            secrets,
            settings,
        })
    }

    /// Whether this is a developer's machine.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.settings.is_development()
    }

    /// Whether the mails that land in a folder are shown to whoever sits at this machine.
    #[must_use]
    pub fn shows_mails(&self) -> bool {
        self.is_development() && self.settings.host.is_loopback()
    }

    /// Where auth-service listens.
    #[must_use]
    pub const fn auth_address(&self) -> SocketAddr {
        SocketAddr::new(self.settings.host, self.settings.auth_port)
    }

    /// Where product-service listens.
    #[must_use]
    pub const fn product_address(&self) -> SocketAddr {
        SocketAddr::new(self.settings.host, self.settings.product_port)
    }

    /// Where `/metrics` is on this `port` alone, if there is one.
    #[must_use]
    pub fn metrics_address(&self, port: Option<u16>) -> Option<SocketAddr> {
        let host = self.settings.metrics_host.unwrap_or(self.settings.host);
        port.map(|port| SocketAddr::new(host, port))
    }

    /// Who is told of low stock.
    #[must_use]
    pub fn stock_alert_recipients(&self) -> Vec<Email> {
        self.settings.stock_alert_recipients.0.clone()
    }
}

fn policy(settings: &Settings) -> Policy {
    let everyone = match settings.environment {
        Environment::Development => [Scope::products_write()].into_iter().collect(),
        Environment::Production => domain_shared::Scopes::default(),
    };
    Policy {
        access_ttl: TimeDelta::minutes(settings.access_token_expire_minutes),
        session_ttl: TimeDelta::days(settings.refresh_token_expire_days),
        session_idle: TimeDelta::days(settings.session_idle_days),
        refresh_grace: TimeDelta::seconds(settings.refresh_grace_seconds),
        code_ttl: TimeDelta::minutes(settings.verification_code_expire_minutes),
        reset_ttl: TimeDelta::minutes(settings.reset_code_expire_minutes),
        reveals_emails: settings.registration_reveals_emails,
        default_scopes: settings.default_scopes.clone().unwrap_or(everyone),
        limits: Limits {
            registrations: Limits::per_hour(settings.registrations_per_hour),
            sign_ins: Limits::per_minute(settings.sign_ins_per_minute),
            logins: Limits::per_minute((settings.sign_ins_per_minute / 3).max(1)),
            code_mails: Limits::per_hour(settings.code_mails_per_hour),
            ..Limits::default()
        },
        ..Policy::default()
    }
}

fn public_writes(settings: &Settings) -> Result<bool, Refusal> {
    let may = settings.environment == Environment::Development && settings.host.is_loopback();
    match settings.product_write_access {
        Some(WriteAccess::Public) if !may => Err(Refusal::of(
            "PRODUCT_WRITE_ACCESS",
            "may be public only in development on a loopback address",
        )),
        Some(access) => Ok(access == WriteAccess::Public),
        None => Ok(may),
    }
}

fn mail(settings: &Settings) -> Result<Mail, Refusal> {
    use adapters::mail::smtp::{Security, SmtpConfig};
    let Some(host) = settings.mail_server.clone().filter(|host| !host.is_empty()) else {
        let folder = settings.mail_dir.clone().unwrap_or_else(|| settings.data_dir.join("mail"));
        let told = settings.mail_dir.is_some() || settings.environment == Environment::Development;
        return if told {
            Ok(Mail::Folder(folder))
        } else {
            Err(Refusal::of("MAIL_SERVER", "is required in production"))
        };
    };
    let security = match (settings.mail_ssl_tls, settings.mail_starttls) {
        (true, _) => Security::Tls,
        (false, true) => Security::StartTls,
        (false, false) => Security::Plain,
    };
    let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
    let credentials = match (given(&settings.mail_username), given(&settings.mail_password)) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        (Some(_), None) => return Err(Refusal::of("MAIL_PASSWORD", "is required with MAIL_USERNAME")),
        (None, Some(_)) => return Err(Refusal::of("MAIL_USERNAME", "is required with MAIL_PASSWORD")),
    };
    let (from, from_name) = (settings.mail_from.clone(), settings.mail_from_name.clone());
    Ok(Mail::Smtp(SmtpConfig { host, port: settings.mail_port, security, credentials, from, from_name }))
}
