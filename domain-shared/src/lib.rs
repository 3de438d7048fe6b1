//! The vocabulary every domain crate speaks: aggregates, events, faults, and the ports both contexts share.
//!
//! Nothing here does I/O, reads a clock or makes a random number. To add a word: if only one context needs
//! it, it belongs in that context's crate; if both do, give it a file of its own here and export it below.
mod aggregate;
mod caller;
mod client;
mod decimal;
mod email;
mod event;
mod expected;
mod fault;
mod handle;
mod invalid;
mod letter;
mod origin;
mod page;
mod personal;
mod ports;
mod projection;
mod quota;
mod replaying;
mod revocation;
#[cfg(feature = "schema")]
pub mod schema;
mod scope;
mod text;
mod token;
mod verify;

pub use aggregate::{Aggregate, Context, DomainEvent, Journal, Recorded, replay};
pub use caller::{Caller, Language};
pub use client::Client;
pub use decimal::Decimal;
pub use email::Email;
pub use event::{EventDecodeError, EventEnvelope, StoredEvent, decode, envelope, seal};
pub use expected::Expected;
pub use fault::{ChangeError, Fault, Kind, StoreError};
pub use handle::Handle;
pub use invalid::{Invalid, ValueObject};
pub use letter::{Block, Letter};
pub use origin::Origin;
pub use page::Limit;
pub use personal::{Personal, PersonalField, Subject};
pub use ports::{
    Attempt, AuditChain, Backlog, BrokerError, Bucket, ChainedRow, Changed, Checkpoint, Checkpoints, Claim,
    Claimed, Clock, DeadLetter, DeadLetterBox, DeadLetters, Decision, Delivery, Digest, EventLog,
    EventPublisher, EventSubscriber, Generation, IdGenerator, IdempotencyKeys, Inbox, Instance, Link,
    LogWatch, MailError, Mailer, Once, ProjectionStore, Reactor, Refused, RegistryError, Repository,
    Revocations, ServiceRegistry, Setback, Snapshots, Taken, Throttle, Ticket, Together, TokenVerifier,
    deliver, deliver_while, recall,
};
pub use projection::{Folded, ProjectedRow, Projection, fold, keys};
pub use quota::{Debt, Quota};
pub use replaying::{ReplayError, replay_log};
pub use revocation::{DenyList, Revocation, Revoked};
pub use scope::{Scope, Scopes};
pub use text::{line, paragraph};
pub use token::{Claims, TokenError};
pub use verify::{Difference, Shown, Verified, verify_long_projection, verify_projection, verify_snapshots};
