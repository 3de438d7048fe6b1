//! The message broker.
use adapters::rabbitmq::RabbitConfig;

use super::{Refusal, Settings};

/// Where events are published.
#[derive(Clone, PartialEq, Eq)]
pub struct Broker {
    /// `amqp://user:password@host:port/vhost`.
    pub url: String,
    /// The exchange.
    pub exchange: String,
}

/// A URL may hold a password, so it isn't printed.
impl std::fmt::Debug for Broker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RabbitMQ, {}", self.exchange)
    }
}

/// The broker, if there is one.
///
/// # Errors
/// A [`Refusal`] that names the setting, never its value.
pub fn choose(settings: &Settings) -> Result<Option<Broker>, Refusal> {
    let Some(url) = settings.amqp_url.as_deref().map(str::trim).filter(|url| !url.is_empty()) else {
        return Ok(None);
    };
    let exchange = settings.amqp_exchange.trim();
    if !is_name(exchange) {
        let rule = "must be a name of up to 127 letters, digits, dots, hyphens and underscores, not beginning with amq.";
        return Err(Refusal::of("AMQP_EXCHANGE", rule));
    }
    parse(url)?;
    Ok(Some(Broker { url: url.to_owned(), exchange: exchange.to_owned() }))
}

fn parse(url: &str) -> Result<(), Refusal> {
    let refusal = || Refusal::of("AMQP_URL", "must be amqp://user:password@host:port/vhost");
    let parsed = url::Url::parse(url).map_err(|_| refusal())?;
    match parsed.scheme() {
        "amqps" => Err(Refusal::of("AMQP_URL", "asks for TLS, which isn't spoken yet")),
        "amqp" if parsed.has_host() && RabbitConfig::is_address(url) => Ok(()),
        _ => Err(refusal()),
    }
}

/// Whether it is a name that the broker takes, and that isn't one of its own.
fn is_name(name: &str) -> bool {
    (1..=127).contains(&name.len())
        && !name.starts_with("amq.")
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_has_a_host() {
        for url in ["amqp://rabbit", "amqp://u:p@rabbit:5672/%2f", "amqp://127.0.0.1/panal?heartbeat=5"] {
            assert!(parse(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_bad_url_is_refused_without_its_value() {
        for url in [
            "hunter2",
            "http://hunter2@rabbit",
            "amqps://u:hunter2@rabbit",
            "amqp://",
            "amqp://hunter2:x:y",
            "amqp://rabbit/?heartbeat=hunter2",
        ] {
            let refusal = parse(url).unwrap_err().to_string();
            assert!(refusal.contains("AMQP_URL") && !refusal.contains("hunter2"), "{refusal}");
        }
    }

    #[test]
    fn an_exchange_has_a_name_that_is_not_the_brokers_own() {
        assert!(is_name("panal.events") && is_name("domain_events-2"));
        for name in ["", "amq.topic", "a b", "ñ", &*"x".repeat(128)] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn the_password_is_never_printed() {
        let broker =
            Broker { url: "amqp://u:hunter2@rabbit".to_owned(), exchange: "panal.events".to_owned() };
        assert!(!format!("{broker:?}").contains("hunter2"));
    }
}
