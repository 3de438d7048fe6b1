//! Where letters go, and in development, where a person finds them.
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use adapters::{
    mail::{folder::MailFolder, smtp::SmtpMailer},
    traces::TracedMailer,
};
use async_trait::async_trait;
use domain_shared::{Block, Letter, MailError, Mailer};

use super::ComposeError;
use crate::{
    config::{Config, Mail},
    meters::{Letters, MeterError, Meters},
    terminal::say,
};

/// A mailer behind its port.
pub type DynMailer = Arc<dyn Mailer>;

/// The way out for letters, and what is known of it.
#[derive(Clone)]
pub struct Outbox {
    /// Sends letters.
    pub mailer: DynMailer,
    /// The folder they land in, if they do.
    pub folder: Option<MailFolder>,
    /// Whether the last letter went out.
    pub health: Health,
}

impl Outbox {
    /// The mailer that `config` asks for.
    ///
    /// # Errors
    /// If the mail server's name makes no sense or the folder can't be made.
    pub fn open(config: &Config) -> Result<Self, ComposeError> {
        let health = Health::default();
        let (inner, folder): (DynMailer, _) = match &config.mail {
            Mail::Smtp(smtp) => (Arc::new(SmtpMailer::new(smtp.clone())?), None),
            Mail::Folder(path) => {
                let folder =
                    MailFolder::new(path, &config.settings.mail_from, &config.settings.mail_from_name)?;
                (Arc::new(folder.clone()), Some(folder))
            }
        };
        let inner: DynMailer = match (&config.mail, config.settings.is_traced()) {
            (_, false) => inner,
            (Mail::Smtp(smtp), true) => Arc::new(TracedMailer::new(inner, Some(smtp.host.clone()))),
            (Mail::Folder(_), true) => Arc::new(TracedMailer::new(inner, None)),
        };
        let shown = config.is_development() && folder.is_some();
        let mailer = Arc::new(Watched { inner, health: health.clone(), shown });
        Ok(Self { mailer, folder, health })
    }

    /// The same, with its letters counted.
    ///
    /// # Errors
    /// See [`MeterError`].
    pub(super) fn counted(self, meters: &Meters) -> Result<Self, MeterError> {
        Ok(Self { mailer: Arc::new(Letters::of(self.mailer, meters)?), ..self })
    }
}

/// Whether what was tried last went well, a letter say, and when that was.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<Mutex<Option<(bool, Instant)>>>);

/// How long the last says something about the next. Where few letters are sent, a mail server that is back again would
/// count as down until somebody signs in otherwise.
const NEWS: Duration = Duration::from_mins(1);

impl Health {
    /// Whether the last went well; `None` if nothing was tried lately.
    #[must_use]
    pub fn last(&self) -> Option<bool> {
        self.known_at(Instant::now())
    }

    fn known_at(&self, now: Instant) -> Option<bool> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.filter(|(_, tried)| now.saturating_duration_since(*tried) < NEWS).map(|(went_out, _)| went_out)
    }

    pub(super) fn note(&self, went_out: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((went_out, Instant::now()));
    }
}

/// Notes how letters fare, and in development shows the code of each in the terminal.
struct Watched {
    inner: DynMailer,
    health: Health,
    shown: bool,
}

#[async_trait]
impl Mailer for Watched {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let sent = self.inner.send(letter).await;
        // A rejected letter is the address's fault, not the mail server's.
        self.health.note(!matches!(sent, Err(MailError::Unavailable(_))));
        if let Err(MailError::Rejected(cause)) = &sent {
            tell_rejected(letter, &**cause);
        }
        if self.shown && sent.is_ok() {
            show(letter);
        }
        sent
    }
}

/// Says that a letter will never arrive: nobody tries again, and whoever waits for it may ask. Logs are kept for longer than
/// people's addresses, so of those only the domain is in it, also where the server repeats one.
fn tell_rejected(letter: &Letter, cause: &(dyn std::error::Error + Send + Sync + 'static)) {
    let (address, mut said) = (letter.to.as_str(), cause.to_string());
    let mut source = cause.source();
    while let Some(deeper) = source {
        said = format!("{said}: {deeper}");
        source = deeper.source();
    }
    let domain = address.rsplit('@').next().unwrap_or_default();
    let said = said.replace(address, &format!("…@{domain}"));
    tracing::warn!(
        domain,
        subject = letter.subject,
        said,
        "a mail was refused for good and isn't tried again"
    );
}

fn show(letter: &Letter) {
    say(&format!("  mail to {}: {}", letter.to, letter.subject));
    for block in &letter.body {
        if let Block::Code(code) = block {
            say(&format!("  code    {code}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_a_letter_is_news_for_a_minute() {
        let health = Health::default();
        assert_eq!(health.last(), None);
        for went_out in [false, true] {
            health.note(went_out);
            assert_eq!(health.last(), Some(went_out));
            assert_eq!(health.known_at(Instant::now() + NEWS), None);
        }
    }
}
