//! The driven ports that both contexts share: what they ask of the outside world.
mod arc;
mod checkpoints;
mod deliver;
mod event_bus;
mod event_log;
mod idempotency;
mod inbox;
mod mailer;
mod reactor;
mod recall;
mod repository;
mod system;
mod token_verifier;
mod wiring;

pub use checkpoints::{Checkpoint, Checkpoints};
pub use deliver::{Delivery, deliver};
pub use event_bus::{BrokerError, DeadLetter, DeadLetters, EventPublisher, EventSubscriber};
pub use event_log::{EventLog, LogWatch};
pub use idempotency::{Attempt, Claim, Claimed, Digest, IdempotencyKeys};
pub use inbox::Inbox;
pub use mailer::{MailError, Mailer};
pub use reactor::{Once, Reactor, Setback};
pub use recall::recall;
pub use repository::{Changed, Decision, Repository};
pub use system::{Clock, IdGenerator};
pub use token_verifier::TokenVerifier;
