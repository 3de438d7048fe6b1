use std::{borrow::Cow, error::Error};

use async_trait::async_trait;

use crate::{Fault, Kind, Letter};

/// Sends e-mail.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Hands `letter` over for delivery, in text and HTML. `Ok` means that somebody else is now responsible for it.
    ///
    /// # Errors
    /// [`MailError::Rejected`] if this letter will never be accepted, [`MailError::Deferred`] if it isn't now
    /// though others may be, [`MailError::Unavailable`] if no letter is.
    async fn send(&self, letter: &Letter) -> Result<(), MailError>;
}

/// Why a letter wasn't accepted.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It never will be: the address doesn't exist, say.
    #[error("the mail was rejected")]
    Rejected(#[source] Box<dyn Error + Send + Sync>),
    /// Not now, for this letter's own sake: its recipient is greylisted, say. Others may go through.
    #[error("the mail was put off")]
    Deferred(#[source] Box<dyn Error + Send + Sync>),
    /// The mail server can't be reached or is busy.
    #[error("mail is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

impl Fault for MailError {
    fn kind(&self) -> Kind {
        Kind::Unavailable
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Rejected(_) => "mail_rejected",
            Self::Deferred(_) | Self::Unavailable(_) => "mail_unavailable",
        }
        .into()
    }
}
