//! The driven ports that both contexts share: what they ask of the outside world.
mod arc;
mod checkpoints;
mod dead_letter_box;
mod deliver;
mod event_bus;
mod event_log;
mod inbox;
mod mailer;
mod reactor;
mod repository;
mod revocations;
mod system;
mod token_verifier;
mod wiring;

pub use checkpoints::{Checkpoint, Checkpoints};
pub use dead_letter_box::DeadLetterBox;
pub use deliver::{Delivery, deliver};
pub use event_bus::{BrokerError, DeadLetter, DeadLetters, EventPublisher, EventSubscriber};
pub use event_log::{Backlog, EventLog, LogWatch};
pub use inbox::Inbox;
pub use mailer::{MailError, Mailer};
pub use reactor::{Once, Reactor, Setback};
pub use repository::{Changed, Decision, Repository};
pub use revocations::Revocations;
pub use system::{Clock, IdGenerator};
pub use token_verifier::TokenVerifier;
