//! What people can ask for that changes something.
mod activate_user;
mod change_password;
mod deactivate_user;
mod erase_user;
mod log_in;
mod log_out;
mod refresh_session;
mod register_user;
mod resend_code;
mod revoke_token;
mod set_scopes;
mod update_profile;
mod verify_code;

pub use activate_user::ActivateUser;
pub use change_password::ChangePassword;
pub use deactivate_user::DeactivateUser;
pub use erase_user::EraseUser;
pub use log_in::{LogIn, LoginName, LoginStarted};
pub use log_out::LogOut;
pub use refresh_session::RefreshSession;
pub use register_user::RegisterUser;
pub use resend_code::ResendCode;
pub use revoke_token::RevokeToken;
pub use set_scopes::SetScopes;
pub use update_profile::UpdateProfile;
pub use verify_code::{CodeOwner, VerifyCode};
