//! Letters to a mail server.
use std::{fmt, io, time::Duration};

use async_trait::async_trait;
use domain_shared::{Email, Letter, MailError, Mailer};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::Mailbox,
    transport::smtp::{
        PoolConfig,
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};

use recloser::{AsyncRecloser, Error as Broken};

use super::render::{render, sender};
use crate::breaker::breaker;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all; for a server on the same machine.
    Plain,
    /// By STARTTLS, which the server must offer.
    StartTls,
    /// By TLS from the start.
    Tls,
}

/// Which mail server, and who we are to it.
#[derive(Clone)]
pub struct SmtpConfig {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// A user and their password, where it asks for them.
    pub credentials: Option<(String, String)>,
    /// The address that letters come from.
    pub from: Email,
    /// The name that letters come from.
    pub from_name: String,
}

impl fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpConfig({}:{}, {:?})", self.host, self.port, self.security)
    }
}

/// Sends letters by SMTP, over connections that are kept for a while. A server that was away several times in a row isn't
/// asked for some seconds: whoever waits for a letter is then told at once.
#[derive(Clone)]
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    breaker: AsyncRecloser,
}

/// How long a whole letter may take; whoever waits for it has a user waiting.
const MOST: Duration = Duration::from_secs(4);

impl SmtpMailer {
    /// A mailer to the server that `config` names. Nothing is connected yet.
    ///
    /// # Errors
    /// If the server's name or the sender's address makes no sense.
    pub fn new(config: SmtpConfig) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let tls = match config.security {
            Security::Plain => Tls::None,
            Security::StartTls => Tls::Required(TlsParameters::new(config.host.clone())?),
            Security::Tls => Tls::Wrapper(TlsParameters::new(config.host.clone())?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .tls(tls)
            .timeout(Some(MOST))
            .pool_config(PoolConfig::new().max_size(4).idle_timeout(Duration::from_secs(30)));
        if let Some((user, password)) = config.credentials {
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(Self {
            transport: builder.build(),
            from: sender(&config.from, &config.from_name)?,
            breaker: breaker(),
        })
    }
}

impl fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpMailer({})", self.from)
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let message = render(letter, &self.from).map_err(MailError::Rejected)?;
        match self.breaker.call_with(is_hurt, self.hand_over(message)).await {
            Ok(()) => Ok(()),
            Err(Broken::Inner(error)) => Err(error),
            Err(Broken::Rejected) => Err(MailError::Unavailable("the server was away a moment ago".into())),
        }
    }
}

impl SmtpMailer {
    async fn hand_over(&self, message: Message) -> Result<(), MailError> {
        match tokio::time::timeout(MOST, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() && !is_about_us(&error) => {
                Err(MailError::Rejected(error.into()))
            }
            Ok(Err(error)) if is_about_the_letter(&error) => Err(MailError::Deferred(error.into())),
            Ok(Err(error)) => Err(MailError::Unavailable(error.into())),
            Err(late) => Err(MailError::Unavailable(late.into())),
        }
    }
}

/// Whether the server had better be left alone. Where nobody listens nobody is hurt by being asked, nor waits for it, and
/// the next letter goes out as soon as somebody does.
fn is_hurt(error: &MailError) -> bool {
    let MailError::Unavailable(source) = error else { return false };
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&**source);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
            return false;
        }
        cause = error.source();
    }
    true
}

/// Whether the server puts off this letter, rather than all (RFC 5321, section 4.2.3): the mailbox can't be had now.
fn is_about_the_letter(error: &lettre::transport::smtp::Error) -> bool {
    matches!(error.status().map(u16::from), Some(450 | 451))
}

/// Whether the server refuses us rather than the letter (RFC 4954, section 6): with other credentials it would take it.
fn is_about_us(error: &lettre::transport::smtp::Error) -> bool {
    matches!(error.status().map(u16::from), Some(530 | 534 | 535 | 538))
}
