//! What happens because something else has happened.
mod new_session_mail;
mod password_changed_mail;
mod reset_code_mail;
mod token_reuse_mail;
mod welcome_mail;

use domain_shared::{Letter, Mailer, Setback};

pub use new_session_mail::NewSessionMail;
pub use password_changed_mail::PasswordChangedMail;
pub use reset_code_mail::ResetCodeMail;
pub use token_reuse_mail::TokenReuseMail;
pub use welcome_mail::WelcomeMail;

/// Sends `letter`, unless whom it is for has been erased since.
async fn tell(mailer: &impl Mailer, letter: &Letter) -> Result<(), Setback> {
    if letter.to.is_placeholder() {
        return Ok(());
    }
    Setback::of_letter(mailer.send(letter).await)
}
