//! The vocabulary every domain crate speaks: aggregates, events, faults, and the ports both contexts share.
//!
//! Nothing here does I/O, reads a clock or makes a random number. To add a word: if only one context needs
//! it, it belongs in that context's crate; if both do, give it a file of its own here and export it below.
mod aggregate;
mod caller;
mod decimal;
mod email;
mod event;
mod fault;
mod handle;
mod invalid;
mod letter;
mod page;
mod ports;
mod scope;
mod text;
mod token;

pub use aggregate::{Aggregate, Context, DomainEvent, Journal, Recorded, replay};
pub use caller::{Caller, Language};
pub use decimal::Decimal;
pub use email::Email;
pub use event::{EventDecodeError, EventEnvelope, StoredEvent, decode, seal};
pub use fault::{ChangeError, Fault, Kind, StoreError};
pub use handle::Handle;
pub use invalid::{Invalid, ValueObject};
pub use letter::{Block, Letter};
pub use page::Limit;
pub use ports::{
    Attempt, BrokerError, Changed, Checkpoint, Checkpoints, Claim, Claimed, Clock, DeadLetter, DeadLetters,
    Decision, Delivery, Digest, EventLog, EventPublisher, EventSubscriber, IdGenerator, IdempotencyKeys,
    Inbox, LogWatch, MailError, Mailer, Once, Reactor, Repository, Setback, TokenVerifier, deliver, recall,
};
pub use scope::{Scope, Scopes};
pub use text::{line, paragraph};
pub use token::{Claims, TokenError};
