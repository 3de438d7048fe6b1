//! Traces that are examples of what a histogram has counted, so that from a slow request in a graph a trace is found.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use adapters::system::SystemClock;
use chrono::{DateTime, Utc};
use domain_shared::Clock;

/// A request that is an example of those that took about as long.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Exemplar {
    /// Its trace, in hexadecimal digits.
    pub(super) trace: String,
    /// How long it took.
    pub(super) seconds: f64,
    /// When it was over.
    pub(super) at: DateTime<Utc>,
}

/// The newest example in each bucket of a series.
#[derive(Debug, Default)]
pub(super) struct Examples(Mutex<Vec<Option<Exemplar>>>);

impl Examples {
    fn buckets(&self) -> MutexGuard<'_, Vec<Option<Exemplar>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the trace that `traceparent` names as an example, if somebody keeps the trace itself.
    pub(super) fn note(&self, traceparent: &str, seconds: f64, limits: &[f64]) {
        let Some(trace) = sampled(traceparent) else { return };
        let bucket = limits.iter().position(|limit| seconds <= *limit).unwrap_or(limits.len());
        let example = Exemplar { trace: trace.to_owned(), seconds, at: SystemClock.now() };
        let mut buckets = self.buckets();
        if buckets.len() <= limits.len() {
            buckets.resize(limits.len() + 1, None);
        }
        if let Some(place) = buckets.get_mut(bucket) {
            *place = Some(example);
        }
    }

    pub(super) fn of(&self, bucket: usize) -> Option<Exemplar> {
        self.buckets().get(bucket).cloned().flatten()
    }
}

/// The trace of a W3C trace context whose sampled flag is set.
fn sampled(traceparent: &str) -> Option<&str> {
    let mut parts = traceparent.split('-');
    let (trace, flags) = (parts.nth(1)?, parts.nth(1)?);
    let flags = u8::from_str_radix(flags, 16).ok()?;
    (flags & 1 == 1).then_some(trace)
}

/// The examples of all series. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct AllExamples(Arc<Mutex<HashMap<String, Arc<Examples>>>>);

impl AllExamples {
    fn series(&self) -> MutexGuard<'_, HashMap<String, Arc<Examples>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those of one series.
    pub(super) fn of(&self, method: &str, route: &str, status: &str) -> Arc<Examples> {
        self.series().entry(key(method, route, status)).or_default().clone()
    }

    /// The example in a bucket of the series with these labels.
    pub(super) fn find(&self, labels: &[(&str, &str)], bucket: usize) -> Option<Exemplar> {
        let label = |name: &str| labels.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let key = key(label("method")?, label("route")?, label("status")?);
        let examples = self.series().get(&key)?.clone();
        examples.of(bucket)
    }
}

fn key(method: &str, route: &str, status: &str) -> String {
    format!("{method} {status} {route}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_trace_that_is_kept_is_the_example_of_its_bucket() {
        let all = AllExamples::default();
        let (limits, examples) = ([0.1, 1.0], all.of("GET", "/things", "200"));
        let trace = |digit: &str, flags: &str| format!("00-{}-00f067aa0ba902b7-{flags}", digit.repeat(32));
        examples.note(&trace("a", "01"), 0.05, &limits);
        examples.note(&trace("b", "03"), 0.06, &limits);
        examples.note(&trace("c", "00"), 0.07, &limits);
        examples.note(&trace("d", "01"), 7.0, &limits);
        let labels = [("method", "GET"), ("route", "/things"), ("status", "200")];
        let found = |bucket| all.find(&labels, bucket).map(|example| (example.trace, example.seconds));
        assert_eq!(found(0), Some(("b".repeat(32), 0.06)), "c is kept by nobody");
        assert_eq!(found(1), None);
        assert_eq!(found(2), Some(("d".repeat(32), 7.0)), "beyond all limits");
        assert!(all.find(&[("method", "GET")], 0).is_none());
    }
}
