use std::{fmt, time::Duration};

use lapin::uri::AMQPUri;

use super::Gate;

/// Where the broker is, what a service's things are called there, and how long to wait.
#[derive(Clone)]
pub struct RabbitConfig {
    /// `amqp://user:password@host:port/vhost`.
    pub url: String,
    /// The exchange that events are published to.
    pub exchange: String,
    /// What the names of the service's queues begin with.
    pub prefix: String,
    /// What the events name as their source.
    pub source: String,
    /// How many events a reactor's instance has at hand. They are still dealt with one by one. With 1 it waits for the
    /// broker after each; with more, all that one has at hand count as delivered when one dies.
    pub prefetch: u16,
    /// How long the broker may take to answer. It is lost if it doesn't.
    pub timeout: Duration,
    /// How often the exchange and the queues are looked after, in case somebody has deleted them.
    pub check: Duration,
    /// What becomes of events that can't be dealt with.
    pub retries: Retries,
    /// What those who share this configuration know of how connecting goes.
    pub gate: Gate,
}

/// What becomes of events that can't be dealt with.
#[derive(Debug, Clone)]
pub struct Retries {
    /// How long an event waits after it was refused once, twice, and so on; the last also after that.
    pub delays: Vec<Duration>,
    /// How often an event is tried before it is a dead letter.
    pub tries: u32,
    /// How long the first pause is when nothing can be done; it doubles.
    pub pause: Duration,
    /// How long a pause gets.
    pub longest_pause: Duration,
    /// How long the first event in line is held while nothing can be done. Then it waits in the retry queue, since the
    /// broker gives those up who keep an event for half an hour.
    pub patience: Duration,
    /// How often an event is delivered to somebody who dies over it before it is a dead letter.
    pub deliveries: u32,
}

impl RabbitConfig {
    /// Whether `url` is the address of a broker, as far as one can tell without asking it.
    #[must_use]
    pub fn is_address(url: &str) -> bool {
        url.parse::<AMQPUri>().is_ok()
    }

    /// For a service of that name, such as `auth-service`. Its queues are named after the exchange: those of
    /// `panal.events` begin with `panal.auth-service`.
    #[must_use]
    pub fn of_service(name: &str, url: String, exchange: String) -> Self {
        let place = exchange.strip_suffix(".events").unwrap_or(&exchange);
        Self {
            prefix: format!("{place}.{name}"),
            url,
            exchange,
            source: format!("/{name}"),
            ..Self::default()
        }
    }
}

impl Default for RabbitConfig {
    fn default() -> Self {
        Self {
            url: "amqp://localhost".to_owned(),
            exchange: "panal.events".to_owned(),
            prefix: "panal".to_owned(),
            source: "/panal".to_owned(),
            prefetch: 32,
            timeout: Duration::from_secs(5),
            check: Duration::from_secs(30),
            retries: Retries::default(),
            gate: Gate::default(),
        }
    }
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            delays: [1, 5, 25].map(Duration::from_secs).to_vec(),
            tries: 5,
            pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(30),
            patience: Duration::from_mins(10),
            deliveries: 20,
        }
    }
}

impl Retries {
    /// How long an event waits that was refused `tries` times.
    pub(super) fn delay(&self, tries: u32) -> Duration {
        let nth = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
        self.delays.get(nth).or(self.delays.last()).copied().unwrap_or(Duration::from_secs(1))
    }
}

/// Without the URL, which holds a password.
impl fmt::Debug for RabbitConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("RabbitConfig");
        debug.field("exchange", &self.exchange).field("prefix", &self.prefix).field("source", &self.source);
        debug.field("retries", &self.retries).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_delay_holds_for_all_further_tries() {
        let delays = |tries| Retries::default().delay(tries).as_secs();
        assert_eq!([1, 2, 3, 4, 100].map(delays), [1, 5, 25, 25, 25]);
    }

    #[test]
    fn the_password_is_never_printed() {
        let config = RabbitConfig { url: "amqp://ada:secret@broker".to_owned(), ..RabbitConfig::default() };
        assert!(!format!("{config:?}").contains("secret"));
    }
}
