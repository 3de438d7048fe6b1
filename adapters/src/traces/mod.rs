//! Traces by `OpenTelemetry`: what follows from a request, through store, event log, broker and mail, as one tree of spans.
//!
//! Each port that is worth a span has a decorator here, which the composition root puts around an adapter if traces are
//! wanted, and leaves away if not. A span has names of ours, numbers and ids of events: nothing that somebody typed in.
mod courier;
mod export;
mod mailer;
mod publisher;
mod queries;
mod reactor;
mod span;
mod store;
#[cfg(test)]
#[cfg(all(feature = "in-process", feature = "memory"))]
mod tests;

pub use export::{Destination, Exporting, Sampling};
pub use mailer::TracedMailer;
pub use opentelemetry::{KeyValue, trace::SpanKind};
pub use publisher::TracedPublisher;
pub use reactor::TracedReactor;
pub use span::{Parent, Span, carried, current};
pub use store::TracedStore;
