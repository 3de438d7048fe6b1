use adapters::keyed::ClientDigest;
use clap::Subcommand;

use crate::compose::ComposeError;

/// Looks after the services that may ask about tokens.
#[derive(Subcommand, Debug, Clone)]
pub enum Clients {
    /// Make credentials for a service, to be given to it, and the setting that lets it in
    New {
        /// The service's name: letters, digits, dots, hyphens and underscores
        #[arg(value_parser = crate::config::client_name)]
        name: String,
    },
}

impl Clients {
    /// Makes the credentials. Nothing is kept: the secret is shown this once.
    ///
    /// # Errors
    /// If the system has no random numbers to give.
    pub fn run(&self) -> Result<String, ComposeError> {
        let Self::New { name } = self;
        let (secret, digest) = ClientDigest::generate()?;
        let digits = digest.to_hex();
        Ok(format!(
            "client_id:     {name}\nclient_secret: {secret}\n\nAdd to SERVICE_CLIENTS: {name}:{digits}"
        ))
    }
}
