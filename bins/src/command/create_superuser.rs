use std::io::Read;

use app_auth::commands::RegisterUser;
use clap::Args;
use domain_auth::{Password, Registration, Username};
use domain_shared::{Aggregate, Caller, Email, Fault, Handle, Language, ValueObject};

use crate::{
    compose::{AuthService, ComposeError},
    config::{Config, Store},
};

/// Makes a user who may manage others. The only way to make one.
#[derive(Args, Debug, Clone)]
pub struct CreateSuperuser {
    /// The e-mail address that codes will go to
    #[arg(long)]
    email: String,
    /// The name to sign in with
    #[arg(long)]
    username: String,
    /// Read the password from standard input; needed, since there is no other way to give it
    #[arg(long)]
    password_stdin: bool,
    /// Go on to serve; the way on a memory store, which no other process sees
    #[arg(long)]
    pub then_serve: bool,
}

impl CreateSuperuser {
    /// Makes the user.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub async fn run(&self, service: &AuthService, config: &Config) -> Result<String, ComposeError> {
        if config.auth_store == Some(Store::Memory) && !self.then_serve {
            return Err(
                "a memory store ends with this process, and the user with it: add --then-serve".into()
            );
        }
        if !self.password_stdin {
            return Err("give the password on standard input, with --password-stdin".into());
        }
        let mut typed = String::new();
        std::io::stdin().take(1024).read_to_string(&mut typed)?;
        let password = Password::parse(typed.trim_end_matches(['\r', '\n']).to_owned());
        let registration = Registration {
            email: Email::parse(self.email.clone()).map_err(|rule| format!("--email {rule}"))?,
            username: Username::parse(self.username.clone()).map_err(|rule| format!("--username {rule}"))?,
            full_name: None,
            phone_number: None,
            language: Language::En,
            is_superuser: true,
        };
        let password = password.map_err(|rule| format!("the password {rule}"))?;
        let command = RegisterUser { registration, password };
        let user = service
            .auth
            .handle(command, &Caller::default())
            .await
            .map_err(|e| format!("{e} ({})", e.code()))?;
        Ok(format!("{} is a superuser with the id {}", user.username, user.id().0))
    }
}
