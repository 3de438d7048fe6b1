//! Read models of users, folded from their events.
mod user_activity;

pub use user_activity::{ActivityRow, UserActivity};
