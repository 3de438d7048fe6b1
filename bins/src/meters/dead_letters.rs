use adapters::tally::Tally;
use prometheus::core::Collector;

use super::{
    MeterError,
    read_off::{ReadOff, Title, counter, number},
};

const GIVEN_UP: Title =
    ("dead_letters_total", "How many events were given up, by who could not deal with them");

/// How many deliveries were given up, by reactor.
///
/// # Errors
/// See [`MeterError`].
pub fn dead_letters(given_up: Tally) -> Result<impl Collector + 'static, MeterError> {
    ReadOff::new(&[GIVEN_UP], &["reactor"], move || {
        let counts: Vec<_> =
            given_up.counts().into_iter().map(|(reactor, times)| ([("reactor", reactor)], times)).collect();
        vec![counter(GIVEN_UP, counts.iter().map(|(labels, times)| (&labels[..], number(*times))))]
    })
}
