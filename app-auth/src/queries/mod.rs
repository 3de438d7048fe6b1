//! What people can ask for that changes nothing.
mod authenticate;
mod export_user;
mod get_activity;
mod get_user;
mod introspect;
mod list_sessions;
mod list_users;
mod user_events;

pub use authenticate::{Authenticate, Authenticated};
pub use export_user::{ExportUser, UserExport};
pub use get_activity::GetActivity;
pub use get_user::GetUser;
pub use introspect::{Introspect, Introspected, TokenKind};
pub use list_sessions::ListSessions;
pub use list_users::ListUsers;
pub use user_events::UserEvents;
