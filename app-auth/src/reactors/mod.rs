//! What happens because something else has happened.
mod new_session_mail;
mod password_changed_mail;
mod welcome_mail;

pub use new_session_mail::NewSessionMail;
pub use password_changed_mail::PasswordChangedMail;
pub use welcome_mail::WelcomeMail;
