use app_auth::Ports;
use domain_auth::{User, UserId, UserRepository, Username};
use domain_shared::{Email, Fault, Repository, ValueObject};
use uuid::Uuid;

use crate::compose::{AuthService, ComposeError};

/// The user whom the command line means: by id, e-mail address or username.
pub(super) async fn find(service: &AuthService, who: &str) -> Result<User, ComposeError> {
    let users = service.auth.ports.users();
    let found = if let Ok(id) = Uuid::try_parse(who) {
        users.find(UserId(id)).await?
    } else if let Ok(email) = Email::parse(who.to_owned()) {
        users.by_email(&email).await?
    } else if let Ok(username) = Username::parse(who.to_owned()) {
        users.by_username(&username).await?
    } else {
        None
    };
    found.ok_or_else(|| format!("there is no user {who}").into())
}

/// What went wrong, for people and machines.
pub(super) fn failure(fault: &impl Fault) -> ComposeError {
    format!("{fault} ({})", fault.code()).into()
}
