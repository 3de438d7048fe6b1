//! The driven ports that both contexts share: what they ask of the outside world.
mod arc;
mod event_log;
mod mailer;
mod repository;
mod subscriber;
mod system;
mod token_verifier;
mod wiring;

pub use event_log::{Checkpoints, EventLog};
pub use mailer::{MailError, Mailer};
pub use repository::{Changed, Decision, Repository};
pub use subscriber::{Delivery, Setback, Subscriber, deliver};
pub use system::{Clock, IdGenerator};
pub use token_verifier::TokenVerifier;
