//! What the auth context asks of the outside world.
mod activity;
mod arc;
mod history;
mod login_codes;
mod password_hasher;
mod personal_data;
mod security_log;
mod sessions;
mod token_keys;
mod tokens;
mod users;

pub use activity::Activity;
pub use history::UserHistory;
pub use login_codes::{LoginCodeGenerator, LoginCodes, Resend};
pub use password_hasher::{HashError, PasswordHasher};
pub use personal_data::{PendingCode, PersonalData};
pub use security_log::SecurityLog;
pub use sessions::SessionRepository;
pub use token_keys::TokenKeys;
pub use tokens::{RefreshTokens, TokenSigner};
pub use users::{UserDirectory, UserFilter, UserRepository};
