use adapters::security_queue::SecurityQueue;
use prometheus::core::Collector;

use super::{
    MeterError,
    read_off::{ReadOff, Title, counter, gauge, number, one, size},
};

const WAITING: Title = ("security_acts_waiting", "How many security-relevant acts wait to be written down");
const DROPPED: Title = (
    "security_acts_dropped_total",
    "How many security-relevant acts were never written down since too many waited",
);

/// How much there is to write down, and how much never was.
///
/// # Errors
/// See [`MeterError`].
pub fn security(queue: SecurityQueue) -> Result<impl Collector + 'static, MeterError> {
    ReadOff::new(&[WAITING, DROPPED], &[], move || {
        vec![gauge(WAITING, one(size(queue.waiting()))), counter(DROPPED, one(number(queue.dropped())))]
    })
}
