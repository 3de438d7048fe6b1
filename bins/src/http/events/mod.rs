//! Events, as the API shows them: a history in pages, and a stream of all that happens.
mod feed;
mod history;
mod sent;
mod streams;
mod wanted;

pub use history::{EventBody, TracedEventBody, cursor, event_id, page};
pub use streams::{Order, Streams};
pub use wanted::Wanted;
