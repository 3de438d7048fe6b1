//! The settings as they are given: flags, environment, file. `config` turns them into something typed.
use clap::Args;

use super::parse;

/// Every setting. Each is a flag, an environment variable and a key of the TOML file, in this order of precedence.
#[derive(Args, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Settings {
    /// development or production; production has no default secrets, no mailbox page and no public writes
    #[arg(long, env = "ENVIRONMENT", global = true, default_value = "development", value_parser = parse::environment)]
    pub environment: super::Environment,
    /// The address to listen on
    #[arg(long, env = "HOST", global = true, default_value = "127.0.0.1", value_parser = parse::ip)]
    pub host: std::net::IpAddr,
    /// The port of auth-service
    #[arg(long, env = "AUTH_PORT", global = true, default_value = "8001", value_parser = parse::port)]
    pub auth_port: u16,
    /// The port of product-service
    #[arg(long, env = "PRODUCT_PORT", global = true, default_value = "8002", value_parser = parse::port)]
    pub product_port: u16,
    /// A port on which auth-service tells Prometheus its metrics; then they aren't at /metrics of its own port
    #[arg(long, env = "AUTH_METRICS_PORT", global = true, value_parser = parse::port)]
    pub auth_metrics_port: Option<u16>,
    /// The same of product-service
    #[arg(long, env = "PRODUCT_METRICS_PORT", global = true, value_parser = parse::port)]
    pub product_metrics_port: Option<u16>,
    /// The address to listen on for Prometheus; HOST unless told
    #[arg(long, env = "METRICS_HOST", global = true, value_parser = parse::ip)]
    pub metrics_host: Option<std::net::IpAddr>,
    /// HTTP worker threads; as many as there are cores unless told
    #[arg(long, env = "WORKERS", global = true, value_parser = parse::count)]
    pub workers: Option<usize>,
    /// How many seconds a service that is told to stop still lets callers in while it says that it isn't ready
    #[arg(long, env = "SHUTDOWN_NOTICE_SECONDS", global = true, default_value = "0", value_parser = parse::notice_seconds)]
    pub shutdown_notice_seconds: u32,
    /// Where SQLite files, development keys and mails are kept
    #[arg(long, env = "DATA_DIR", global = true, default_value = "data")]
    pub data_dir: std::path::PathBuf,
    /// auth-service's store: postgres://…, sqlite:FILE or memory:
    #[arg(long, env = "AUTH_DATABASE_URL", global = true, hide_env_values = true)]
    pub auth_database_url: Option<String>,
    /// product-service's store: postgres://…, sqlite:FILE or memory:
    #[arg(long, env = "PRODUCT_DATABASE_URL", global = true, hide_env_values = true)]
    pub product_database_url: Option<String>,
    /// A read replica of product-service's `PostgreSQL` database, which lists and the summary then come from: postgres://…
    #[arg(long, env = "PRODUCT_REPLICA_URL", global = true, hide_env_values = true)]
    pub product_replica_url: Option<String>,
    /// The store of both, where they have none of their own: postgres://… (each in a schema of its own) or memory:
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true)]
    pub database_url: Option<String>,
    /// Connections per service and Postgres database
    #[arg(long, env = "DATABASE_POOL_SIZE", global = true, default_value = "16", value_parser = parse::count)]
    pub database_pool_size: usize,
    /// The message broker that events go to: amqp://user:password@host:port/vhost; without one they stay in the service
    #[arg(long, env = "AMQP_URL", global = true, hide_env_values = true)]
    pub amqp_url: Option<String>,
    /// The topic exchange that events are published to
    #[arg(long, env = "AMQP_EXCHANGE", global = true, default_value = "panal.events")]
    pub amqp_exchange: String,
    /// Lets SQLite serve in production on a network address
    #[arg(long, env = "ALLOW_SQLITE_IN_PRODUCTION", global = true, default_value = "false", value_parser = parse::flag, action = clap::ArgAction::Set)]
    pub allow_sqlite_in_production: bool,
    /// The secret that codes, refresh tokens and password digests are keyed with, of 32 bytes or more
    #[arg(long, env = "SECRET_KEY", global = true, hide_env_values = true)]
    pub secret_key: Option<String>,
    /// A secret of its own for password digests, so that `SECRET_KEY` can change without losing the passwords
    #[arg(long, env = "PASSWORD_KEY", global = true, hide_env_values = true)]
    pub password_key: Option<String>,
    /// How access tokens are signed: `EdDSA`, `ES256`, or `HS256`, whose secret auth-service and product-service must share
    #[arg(long, env = "JWT_ALGORITHM", global = true, default_value = "EdDSA")]
    pub jwt_algorithm: domain_auth::TokenAlgorithm,
    /// The secret of HS256, of 32 bytes or more; derived from `SECRET_KEY` unless given
    #[arg(long, env = "JWT_SECRET_KEY", global = true, hide_env_values = true)]
    pub jwt_secret_key: Option<String>,
    /// The private key (PEM, PKCS#8) that auth-service signs access tokens with, until `keys rotate` makes others
    #[arg(long, env = "JWT_PRIVATE_KEY_FILE", global = true)]
    pub jwt_private_key_file: Option<std::path::PathBuf>,
    /// The public key (PEM) that access tokens are checked with, until others were fetched
    #[arg(long, env = "JWT_PUBLIC_KEY_FILE", global = true)]
    pub jwt_public_key_file: Option<std::path::PathBuf>,
    /// Where product-service fetches the public keys of access tokens from; at `AUTH_SERVICE_URL` unless given
    #[arg(long, env = "JWT_JWKS_URL", global = true)]
    pub jwt_jwks_url: Option<String>,
    /// How many seconds a new key is published before it signs; those who check tokens ask for keys twice in that time
    #[arg(long, env = "JWT_KEY_LEAD_SECONDS", global = true, default_value = "600", value_parser = parse::lead_seconds)]
    pub jwt_key_lead_seconds: u32,
    /// How many minutes an access token lives, a day at most
    #[arg(long, env = "ACCESS_TOKEN_EXPIRE_MINUTES", global = true, default_value = "15", value_parser = parse::token_minutes)]
    pub access_token_expire_minutes: i64,
    /// How many days a session lives at most
    #[arg(long, env = "REFRESH_TOKEN_EXPIRE_DAYS", global = true, default_value = "30", value_parser = parse::duration)]
    pub refresh_token_expire_days: i64,
    /// How many days a session lives that isn't refreshed
    #[arg(long, env = "SESSION_IDLE_DAYS", global = true, default_value = "14", value_parser = parse::duration)]
    pub session_idle_days: i64,
    /// How many seconds a refresh token that was just replaced still leads to its successor, for replies that were lost
    #[arg(long, env = "REFRESH_GRACE_SECONDS", global = true, default_value = "60", value_parser = parse::grace_seconds)]
    pub refresh_grace_seconds: i64,
    /// How many minutes a login code lives
    #[arg(long, env = "VERIFICATION_CODE_EXPIRE_MINUTES", global = true, default_value = "5", value_parser = parse::duration)]
    pub verification_code_expire_minutes: i64,
    /// How many minutes a code to set another password with lives, a quarter of an hour at most
    #[arg(long, env = "RESET_CODE_EXPIRE_MINUTES", global = true, default_value = "15", value_parser = parse::reset_minutes)]
    pub reset_code_expire_minutes: i64,
    /// Registrations from one address in an hour
    #[arg(long, env = "REGISTRATIONS_PER_HOUR", global = true, default_value = "300", value_parser = parse::limit)]
    pub registrations_per_hour: u32,
    /// Codes tried from one address in a minute, and requests for codes; passwords a third as often
    #[arg(long, env = "SIGN_INS_PER_MINUTE", global = true, default_value = "120", value_parser = parse::limit)]
    pub sign_ins_per_minute: u32,
    /// Mails with codes to one user in an hour; as many again for each address that they signed in from within 30 days
    #[arg(long, env = "CODE_MAILS_PER_HOUR", global = true, default_value = "5", value_parser = parse::limit)]
    pub code_mails_per_hour: u32,
    /// bcrypt's cost; 10 at least in production
    #[arg(long, env = "BCRYPT_COST", global = true, default_value = "12", value_parser = parse::bcrypt_cost)]
    pub bcrypt_cost: u32,
    /// Origins that browsers may call from, separated by commas
    #[arg(long, env = "ALLOWED_ORIGINS", global = true, default_value = "", value_parser = parse::origins)]
    pub allowed_origins: parse::List<String>,
    /// Names that the services answer to, separated by commas; others are refused with 421. Any unless told
    #[arg(long, env = "ALLOWED_HOSTS", global = true, default_value = "", value_parser = parse::hosts)]
    pub allowed_hosts: parse::List<String>,
    /// What /docs shows, as name=address of an `OpenAPI` document, separated by commas; the service's own unless told
    #[arg(long, env = "OPENAPI_DOCUMENTS", global = true, default_value = "", value_parser = parse::documents)]
    pub openapi_documents: parse::List<(String, String)>,
    /// Whether registration tells by 409 that an address is taken; if not, it answers as for a new one, and its owner is told
    #[arg(long, env = "REGISTRATION_REVEALS_EMAILS", global = true, default_value = "true", value_parser = parse::flag, action = clap::ArgAction::Set)]
    pub registration_reveals_emails: bool,
    /// Proxies whose X-Forwarded-For is believed, as addresses or networks (10.0.0.0/8), separated by commas
    #[arg(long, env = "TRUSTED_PROXIES", global = true, default_value = "", value_parser = parse::networks)]
    pub trusted_proxies: parse::List<ipnet::IpNet>,
    /// Services that may introspect and revoke tokens, as name:digest (`auth-service clients new NAME` makes them), separated by commas
    #[arg(long, env = "SERVICE_CLIENTS", global = true, default_value = "", value_parser = parse::clients)]
    pub service_clients: parse::List<(String, adapters::keyed::ClientDigest)>,
    /// Scopes that everyone has, separated by commas; products:write in development and none in production unless told
    #[arg(long, env = "DEFAULT_SCOPES", global = true, value_parser = parse::scopes)]
    pub default_scopes: Option<domain_shared::Scopes>,
    /// Who may write products: scope (holders of products:write) or public (anyone; development on a loopback address only)
    #[arg(long, env = "PRODUCT_WRITE_ACCESS", global = true, value_parser = parse::write_access)]
    pub product_write_access: Option<super::WriteAccess>,
    /// Where auth-service is, for product-service to fetch the public keys of access tokens from
    #[arg(long, env = "AUTH_SERVICE_URL", global = true)]
    pub auth_service_url: Option<String>,
    /// Where services enter themselves and find each other: `consul://host:8500`, `etcd://user@host:2379/prefix`,
    /// or `consul+https://…` and `etcd+https://…`
    #[arg(long, env = "SERVICE_REGISTRY", global = true)]
    pub service_registry: Option<String>,
    /// The token that Consul asks for, or the password of etcd's user
    #[arg(long, env = "SERVICE_REGISTRY_TOKEN", global = true, hide_env_values = true)]
    pub service_registry_token: Option<String>,
    /// A file with that token
    #[arg(long, env = "SERVICE_REGISTRY_TOKEN_FILE", global = true)]
    pub service_registry_token_file: Option<std::path::PathBuf>,
    /// How many seconds an instance is found in the registry that isn't heard of any more
    #[arg(long, env = "SERVICE_REGISTRY_LEASE_SECONDS", global = true, default_value = "15", value_parser = parse::lease_seconds)]
    pub service_registry_lease_seconds: u32,
    /// Where others reach this service, as host or host:port; unless told, `HOST` or the address that this machine has
    /// towards the registry, and the port it listens on
    #[arg(long, env = "ADVERTISE_ADDRESS", global = true, value_parser = parse::advertised)]
    pub advertise_address: Option<super::Advertised>,
    /// The SMTP server; without one, in development, mails go to a folder
    #[arg(long, env = "MAIL_SERVER", global = true)]
    pub mail_server: Option<String>,
    /// The SMTP port
    #[arg(long, env = "MAIL_PORT", global = true, default_value = "587", value_parser = parse::port)]
    pub mail_port: u16,
    /// The user to log in to the SMTP server as
    #[arg(long, env = "MAIL_USERNAME", global = true)]
    pub mail_username: Option<String>,
    /// The password to log in to the SMTP server with
    #[arg(long, env = "MAIL_PASSWORD", global = true, hide_env_values = true)]
    pub mail_password: Option<String>,
    /// The address that mails come from
    #[arg(long, env = "MAIL_FROM", global = true, default_value = "panal@localhost.localdomain", value_parser = parse::email)]
    pub mail_from: domain_shared::Email,
    /// The name that mails come from
    #[arg(long, env = "MAIL_FROM_NAME", global = true, default_value = "Panal")]
    pub mail_from_name: String,
    /// Whether to upgrade to TLS by STARTTLS
    #[arg(long, env = "MAIL_STARTTLS", global = true, default_value = "true", value_parser = parse::flag, action = clap::ArgAction::Set)]
    pub mail_starttls: bool,
    /// Whether to speak TLS from the start
    #[arg(long, env = "MAIL_SSL_TLS", global = true, default_value = "false", value_parser = parse::flag, action = clap::ArgAction::Set)]
    pub mail_ssl_tls: bool,
    /// The folder that mails are written to as .eml files when there is no SMTP server
    #[arg(long, env = "MAIL_DIR", global = true)]
    pub mail_dir: Option<std::path::PathBuf>,
    /// Who is told of low stock, separated by commas
    #[arg(long, env = "STOCK_ALERT_RECIPIENTS", global = true, default_value = "", value_parser = parse::emails)]
    pub stock_alert_recipients: parse::List<domain_shared::Email>,
    /// How logs look: text or json; json in production unless told
    #[arg(long, env = "LOG_FORMAT", global = true, value_parser = parse::log_format)]
    pub log_format: Option<super::LogFormat>,
    /// What is logged, such as info or bins=debug
    #[arg(long, env = "LOG_LEVEL", global = true, default_value = "info,actix_server=warn,lapin=off", value_parser = parse::log_level)]
    pub log_level: String,
    /// Where a collector takes traces (OTLP, protobuf by HTTP), such as `http://127.0.0.1:4318`; without one none are made
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", global = true)]
    pub otel_exporter_otlp_endpoint: Option<String>,
    /// What the collector is told in headers, as name=value, separated by commas
    #[arg(long, env = "OTEL_EXPORTER_OTLP_HEADERS", global = true, hide_env_values = true, default_value = "", value_parser = super::traces::pairs)]
    pub otel_exporter_otlp_headers: parse::List<(String, String)>,
    /// What traces call this program; its name unless told
    #[arg(long, env = "OTEL_SERVICE_NAME", global = true)]
    pub otel_service_name: Option<String>,
    /// What traces say of this process, as name=value, separated by commas
    #[arg(long, env = "OTEL_RESOURCE_ATTRIBUTES", global = true, default_value = "", value_parser = super::traces::pairs)]
    pub otel_resource_attributes: parse::List<(String, String)>,
    /// Which traces are made: `always_on`, `always_off` or `traceidratio`; with `parentbased_` before it, whoever began one says
    #[arg(long, env = "OTEL_TRACES_SAMPLER", global = true, default_value = "parentbased_always_on", value_parser = super::traces::sampler)]
    pub otel_traces_sampler: super::traces::Sampler,
    /// The share of traces that `traceidratio` makes, from 0 to 1; all unless told
    #[arg(long, env = "OTEL_TRACES_SAMPLER_ARG", global = true, value_parser = parse::share)]
    pub otel_traces_sampler_arg: Option<f64>,
}

impl Settings {
    /// Whether this is a developer's machine.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.environment == super::Environment::Development
    }

    /// Whether traces are made.
    #[must_use]
    pub fn is_traced(&self) -> bool {
        self.otel_exporter_otlp_endpoint.as_deref().is_some_and(|endpoint| !endpoint.trim().is_empty())
    }

    /// How logs look.
    #[must_use]
    pub fn log_format(&self) -> super::LogFormat {
        let usual = if self.is_development() { super::LogFormat::Text } else { super::LogFormat::Json };
        self.log_format.unwrap_or(usual)
    }
}

/// Some settings are secrets, so none is printed.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Settings(…)")
    }
}
