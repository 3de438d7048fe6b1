//! The mailers. Letters really go out by SMTP, to the server that `TEST_SMTP_URL` names, which keeps them in the Maildir
//! at `TEST_MAILDIR`; `scripts/test` starts one.
mod fake_server;
mod folder;
mod inbox;
mod smtp;

use adapters::mail::memory::MemoryMailer;
use conformance::Mailbox;
use domain_shared::{Email, ValueObject};
use inbox::Sent;

fn sender() -> Email {
    Email::parse("panal@example.com".to_owned()).unwrap()
}

/// Whoever embeds a context and chooses a mailer at run time.
mod behind_dyn {
    use std::sync::Arc;

    use domain_shared::Mailer;

    use super::*;

    fn mailer() -> (Arc<dyn Mailer>, impl Mailbox) {
        let mailer = MemoryMailer::default();
        (Arc::new(mailer.clone()), Sent(mailer))
    }
    conformance::mailer!(mailer());
}
