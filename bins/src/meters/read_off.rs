//! Numbers that somebody else keeps, read off when Prometheus asks.
use std::{collections::HashMap, time::Duration};

use adapters::durations::Noted;
use prometheus::{
    core::{Collector, Desc},
    proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType},
};

use super::MeterError;

/// What is read off: a name and what it means. The labels are those of its values.
pub(super) type Title = (&'static str, &'static str);

/// Reads numbers off whenever somebody asks.
pub struct ReadOff<F> {
    titles: Vec<Desc>,
    read: F,
}

impl<F: Fn() -> Vec<MetricFamily> + Send + Sync> ReadOff<F> {
    /// What `read` tells, which has these `titles` and `labels`.
    pub(super) fn new(titles: &[Title], labels: &[&str], read: F) -> Result<Self, MeterError> {
        let labels: Vec<_> = labels.iter().map(|label| (*label).to_owned()).collect();
        let describe = |(name, help): &Title| {
            Desc::new((*name).to_owned(), (*help).to_owned(), labels.clone(), HashMap::new())
        };
        Ok(Self { titles: titles.iter().map(describe).collect::<Result<_, _>>()?, read })
    }
}

impl<F: Fn() -> Vec<MetricFamily> + Send + Sync> Collector for ReadOff<F> {
    fn desc(&self) -> Vec<&Desc> {
        self.titles.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        (self.read)()
    }
}

/// Labels and their values.
pub(super) type Labels<'a> = &'a [(&'a str, &'a str)];

/// A value without labels.
pub(super) const fn one(value: f64) -> [(Labels<'static>, f64); 1] {
    [(&[], value)]
}

fn family((name, help): Title, kind: MetricType, metrics: Vec<Metric>) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(name.to_owned());
    family.set_help(help.to_owned());
    family.set_field_type(kind);
    family.set_metric(metrics);
    family
}

fn labelled(labels: Labels<'_>) -> Metric {
    let pair = |(name, value): &(&str, &str)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).to_owned());
        pair.set_value((*value).to_owned());
        pair
    };
    Metric::from_label(labels.iter().map(pair).collect())
}

/// What only rises.
pub(super) fn counter<'a>(title: Title, values: impl IntoIterator<Item = (Labels<'a>, f64)>) -> MetricFamily {
    let metric = |(labels, value)| {
        let (mut metric, mut counter) = (labelled(labels), Counter::default());
        counter.set_value(value);
        metric.set_counter(counter);
        metric
    };
    family(title, MetricType::COUNTER, values.into_iter().map(metric).collect())
}

/// What rises and falls.
pub(super) fn gauge<'a>(title: Title, values: impl IntoIterator<Item = (Labels<'a>, f64)>) -> MetricFamily {
    let metric = |(labels, value)| {
        let (mut metric, mut gauge) = (labelled(labels), Gauge::default());
        gauge.set_value(value);
        metric.set_gauge(gauge);
        metric
    };
    family(title, MetricType::GAUGE, values.into_iter().map(metric).collect())
}

/// How long something took, each time.
pub(super) fn histogram(title: Title, noted: &Noted) -> MetricFamily {
    let bucket = |(limit, count): &(Duration, u64)| {
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(limit.as_secs_f64());
        bucket.set_cumulative_count(*count);
        bucket
    };
    let (mut metric, mut histogram) = (labelled(&[]), Histogram::default());
    histogram.set_bucket(noted.up_to.iter().map(bucket).collect());
    histogram.set_sample_count(noted.count);
    histogram.set_sample_sum(noted.sum.as_secs_f64());
    metric.set_histogram(histogram);
    family(title, MetricType::HISTOGRAM, vec![metric])
}

/// A count as Prometheus takes it, which is exact up to 2^53.
#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "Prometheus' numbers are floating point"
)]
pub(super) fn number(count: u64) -> f64 {
    count as f64
}

/// The same of what there is in memory.
pub(super) fn size(count: usize) -> f64 {
    number(u64::try_from(count).unwrap_or(u64::MAX))
}
