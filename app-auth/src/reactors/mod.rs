//! What happens because something else has happened.
mod welcome_mail;

pub use welcome_mail::WelcomeMail;
