use adapters::{
    jwt::{KeyState, KeyStatus},
    system::{SystemClock, UuidV7},
};
use chrono::SecondsFormat;
use clap::Subcommand;
use domain_auth::{SecurityEvent, SecurityLog, TokenAlgorithm};
use domain_shared::{Caller, Clock};

use crate::{
    compose::{AuthService, ComposeError},
    config::{Config, Store},
};

/// Looks after the keys of access tokens.
#[derive(Subcommand, Debug, Clone)]
pub enum Keys {
    /// Show each key there ever was, and what it does at the moment
    List,
    /// Make a key; it is published at once and signs after `JWT_KEY_LEAD_SECONDS`, while services run
    Rotate {
        /// `EdDSA` or `ES256`; that of `JWT_ALGORITHM` unless given
        #[arg(long)]
        algorithm: Option<TokenAlgorithm>,
        /// Return only when the new key signs
        #[arg(long)]
        wait: bool,
    },
}

impl Keys {
    /// Does it.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub async fn run(&self, service: &AuthService, config: &Config) -> Result<String, ComposeError> {
        match self {
            Self::List => Ok(table(&service.keys.list().await?)),
            Self::Rotate { .. } if config.auth_store == Some(Store::Memory) => {
                Err("the keys of a store in memory are nobody else's".into())
            }
            Self::Rotate { algorithm, wait } => {
                let algorithm = algorithm.unwrap_or(config.settings.jwt_algorithm);
                let (id, signs_from) = service.keys.rotate(algorithm).await?;
                let context = Caller::default().context(&SystemClock, &UuidV7);
                service.store.security.note(SecurityEvent::KeysRotated {}, &context).await?;
                if *wait {
                    let rest = (signs_from - SystemClock.now()).to_std().unwrap_or_default();
                    tokio::time::sleep(rest).await;
                }
                let from = signs_from.to_rfc3339_opts(SecondsFormat::Secs, true);
                Ok(format!("the key {id} is published, and signs from {from} on"))
            }
        }
    }
}

fn table(keys: &[KeyStatus]) -> String {
    let mut lines = vec![format!("{:<43} {:<9} {:<20} DOES", "KEY", "ALGORITHM", "SIGNS FROM")];
    for KeyStatus { id, algorithm, signs_from, state } in keys {
        let from = signs_from.to_rfc3339_opts(SecondsFormat::Secs, true);
        let does = match state {
            KeyState::Waits => "waits for its turn".to_owned(),
            KeyState::Signs => "signs".to_owned(),
            KeyState::Checks(end) => {
                format!("checks tokens until {}", end.to_rfc3339_opts(SecondsFormat::Secs, true))
            }
            KeyState::Retired => "nothing any more".to_owned(),
            KeyState::Unreadable => "nothing: it was sealed with another SECRET_KEY".to_owned(),
        };
        lines.push(format!("{id:<43} {algorithm:<9} {from:<20} {does}"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_key_is_a_line() {
        let key = |state| KeyStatus {
            id: "a".repeat(43),
            algorithm: TokenAlgorithm::Es256,
            signs_from: DateTime::UNIX_EPOCH,
            state,
        };
        let shown = table(&[key(KeyState::Signs), key(KeyState::Checks(DateTime::UNIX_EPOCH))]);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[1], format!("{} ES256     1970-01-01T00:00:00Z signs", "a".repeat(43)));
        assert!(lines[2].ends_with("checks tokens until 1970-01-01T00:00:00Z"), "{}", lines[2]);
    }
}
