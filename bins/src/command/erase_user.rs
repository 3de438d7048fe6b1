use std::io::{BufRead, stdin};

use app_auth::commands::EraseUser as Erase;
use clap::Args;
use domain_shared::{Aggregate, Caller, Handle};

use super::who;
use crate::compose::{AuthService, ComposeError};

/// Makes a user's personal data unreadable, in the account and in every event. It can't be undone.
#[derive(Args, Debug, Clone)]
pub struct EraseUser {
    /// The user's id, e-mail address or username
    #[arg(value_name = "ID")]
    who: String,
    /// Don't ask for the username first
    #[arg(long)]
    yes: bool,
}

impl EraseUser {
    /// Erases the user. One who was erased halfway is erased completely.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub async fn run(&self, service: &AuthService) -> Result<String, ComposeError> {
        let user = who::find(service, &self.who).await?;
        if !self.yes {
            eprintln!("This can't be undone. To erase {} type that name again:", user.username);
            let mut typed = String::new();
            stdin().lock().read_line(&mut typed)?;
            if typed.trim() != user.username.as_str() {
                return Err("that is another name; nothing was erased".into());
            }
        }
        let erase = Erase { user: user.id() };
        let erased = service.auth.handle(erase, &Caller::default()).await.map_err(|e| who::failure(&e))?;
        // Read models follow the log, but if nobody serves, only from the next time on.
        for model in service.store.audit.models() {
            model.catch_up().await?;
        }
        Ok(format!("{} is erased; what is left is called {}", erased.id().0, erased.username))
    }
}
