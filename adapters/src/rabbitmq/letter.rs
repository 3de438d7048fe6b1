//! What is written on a message: how often it was tried, and why it was given up.
use std::{
    error::Error,
    hash::{DefaultHasher, Hash, Hasher},
};

use chrono::{DateTime, SecondsFormat, Utc};
use domain_shared::DeadLetter;
use lapin::{
    BasicProperties,
    message::Delivery,
    types::{AMQPValue, FieldTable, LongString},
};

use super::publisher::PERSISTENT;
use crate::cloud_event;

const TRIES: &str = "panal-tries";
const REACTOR: &str = "panal-reactor";
const REASON: &str = "panal-reason";
const FIRST: &str = "panal-first-failure";
const LAST: &str = "panal-last-failure";
/// What the broker itself writes on messages that have left a queue, newest first.
const DEATHS: &str = "x-death";

/// What went wrong with a message.
pub(super) struct Failure<'a> {
    pub(super) reactor: &'a str,
    pub(super) cause: &'a (dyn Error + Send + Sync + 'static),
    pub(super) at: DateTime<Utc>,
    /// How often the event was refused by now.
    pub(super) tries: u32,
}

/// How often the event was refused before.
pub(super) fn tries(delivery: &Delivery) -> u32 {
    header(delivery, TRIES).and_then(AMQPValue::as_long_uint).unwrap_or(0)
}

/// The message's properties as they were when it was published.
pub(super) fn fresh(delivery: &Delivery) -> BasicProperties {
    let mut kept = FieldTable::default();
    for (name, value) in delivery.properties.headers().iter().flat_map(FieldTable::inner) {
        if !name.as_str().starts_with("panal-") && !name.as_str().starts_with("x-") {
            kept.insert(name.clone(), value.clone());
        }
    }
    delivery.properties.clone().with_headers(kept).with_delivery_mode(PERSISTENT)
}

/// The message's properties, with what went wrong on them.
pub(super) fn failed(delivery: &Delivery, failure: &Failure) -> BasicProperties {
    let now = failure.at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let first = text(delivery, FIRST).unwrap_or_else(|| now.clone());
    let properties = fresh(delivery);
    let mut headers = properties.headers().clone().unwrap_or_default();
    headers.insert(TRIES.into(), AMQPValue::LongUInt(failure.tries));
    let texts = [(REACTOR, failure.reactor.to_owned()), (REASON, reason(failure.cause)), (FIRST, first)];
    for (name, value) in texts.into_iter().chain([(LAST, now)]) {
        headers.insert(name.into(), AMQPValue::LongString(LongString::from(value)));
    }
    properties.with_headers(headers)
}

/// The message's properties when it has to wait without being at fault.
pub(super) fn put_off(delivery: &Delivery) -> BasicProperties {
    let properties = fresh(delivery);
    let mut headers = properties.headers().clone().unwrap_or_default();
    for name in [TRIES, FIRST] {
        if let Some(value) = header(delivery, name) {
            headers.insert(name.into(), value.clone());
        }
    }
    properties.with_headers(headers)
}

/// The message as a dead letter of the service whose queues begin with `prefix`.
pub(super) fn dead_letter(delivery: &Delivery, prefix: &str) -> DeadLetter {
    let event = cloud_event::decode(&delivery.data).ok();
    let named = |name: &Option<lapin::types::ShortString>| name.as_ref().map(ToString::to_string);
    let queue = death(delivery, "queue")
        .and_then(AMQPValue::as_long_string)
        .map(ToString::to_string)
        .unwrap_or_default();
    let of_queue = || queue.strip_prefix(prefix).map(|name| name.trim_start_matches('.').to_owned());
    let died = || match death(delivery, "time") {
        Some(AMQPValue::Timestamp(seconds)) => DateTime::from_timestamp(i64::try_from(*seconds).ok()?, 0),
        _ => None,
    };
    let given_up = || text(delivery, LAST)?.parse().ok();
    DeadLetter {
        id: event
            .as_ref()
            .map(|event| event.event.id.to_string())
            .or_else(|| named(delivery.properties.message_id()))
            .unwrap_or_else(|| fingerprint(&delivery.data)),
        reactor: text(delivery, REACTOR).or_else(of_queue).unwrap_or_default(),
        kind: event
            .map(|event| event.event.kind)
            .or_else(|| named(delivery.properties.kind()))
            .unwrap_or_else(|| "unknown".to_owned()),
        reason: text(delivery, REASON)
            .unwrap_or_else(|| "whoever it was delivered to ended without an answer, each time".to_owned()),
        at: given_up().or_else(died),
        body: String::from_utf8_lossy(&delivery.data).into_owned(),
    }
}

fn header<'a>(delivery: &'a Delivery, name: &str) -> Option<&'a AMQPValue> {
    delivery.properties.headers().as_ref()?.inner().get(name)
}

fn text(delivery: &Delivery, name: &str) -> Option<String> {
    header(delivery, name)?.as_long_string().map(ToString::to_string)
}

/// What the broker says about how the message came from its reactor's queue to the dead letters.
fn death<'a>(delivery: &'a Delivery, field: &str) -> Option<&'a AMQPValue> {
    header(delivery, DEATHS)?.as_array()?.as_slice().first()?.as_field_table()?.inner().get(field)
}

/// All that tells a message without an id from others.
fn fingerprint(body: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// An error and its causes, on one line.
fn reason(error: &(dyn Error + 'static)) -> String {
    const LONGEST: usize = 1000;
    let mut causes = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes.dedup();
    causes.join(": ").replace(char::is_control, " ").chars().take(LONGEST).collect()
}
