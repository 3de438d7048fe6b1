//! OpenMetrics 1.0, as Prometheus asks for it: the crate `prometheus` writes only the older text format, which has no
//! exemplars.
use std::fmt::Write;

use chrono::{DateTime, Utc};
use prometheus::proto::{Metric, MetricFamily, MetricType};

use super::exemplars::Exemplar;

/// What it is, to whoever asked for it.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Whether somebody who accepts this gets along with it.
pub(super) fn is_accepted(accept: &str) -> bool {
    accept.contains("application/openmetrics-text")
}

/// A family's name, labels and a bucket's place, to the example in it.
pub(super) trait Exemplify: Fn(&str, &[(&str, &str)], usize) -> Option<Exemplar> {}
impl<F: Fn(&str, &[(&str, &str)], usize) -> Option<Exemplar>> Exemplify for F {}

/// `families` as text.
pub(super) fn encode(families: &[MetricFamily], exemplar: &impl Exemplify) -> String {
    let mut text = String::new();
    for family in families {
        // Writing to a string can't fail.
        let _ = write_family(&mut text, family, exemplar);
    }
    text.push_str("# EOF\n");
    text
}

fn write_family(text: &mut String, family: &MetricFamily, exemplar: &impl Exemplify) -> std::fmt::Result {
    let name = family.name();
    let (name, kind) = match family.get_field_type() {
        MetricType::COUNTER => (name.strip_suffix("_total").unwrap_or(name), "counter"),
        MetricType::HISTOGRAM => (name, "histogram"),
        MetricType::GAUGE => (name, "gauge"),
        MetricType::SUMMARY | MetricType::UNTYPED => (name, "unknown"),
    };
    writeln!(text, "# TYPE {name} {kind}")?;
    writeln!(text, "# HELP {name} {}", escaped(family.help()))?;
    for metric in family.get_metric() {
        let labels: Vec<_> = metric.get_label().iter().map(|label| (label.name(), label.value())).collect();
        match family.get_field_type() {
            MetricType::COUNTER => {
                sample(text, &format!("{name}_total"), &labels, metric.get_counter().get_value())?;
            }
            MetricType::HISTOGRAM => write_histogram(text, name, &labels, metric, exemplar)?,
            MetricType::GAUGE | MetricType::SUMMARY | MetricType::UNTYPED => {
                sample(text, name, &labels, metric.get_gauge().get_value())?;
            }
        }
    }
    Ok(())
}

fn write_histogram(
    text: &mut String,
    name: &str,
    labels: &[(&str, &str)],
    metric: &Metric,
    exemplar: &impl Exemplify,
) -> std::fmt::Result {
    let histogram = metric.get_histogram();
    let buckets =
        histogram.get_bucket().iter().map(|bucket| (bucket.upper_bound(), bucket.cumulative_count()));
    let all = std::iter::once((f64::INFINITY, histogram.get_sample_count()));
    for (place, (limit, count)) in buckets.chain(all).enumerate() {
        let limit = number(limit);
        let labelled: Vec<_> = labels.iter().copied().chain([("le", limit.as_str())]).collect();
        write!(text, "{name}_bucket{} {count}", braced(&labelled))?;
        if let Some(Exemplar { trace, seconds, at }) = exemplar(name, labels, place) {
            write!(text, " # {{trace_id=\"{trace}\"}} {} {}", number(seconds), seconds_of(at))?;
        }
        text.push('\n');
    }
    writeln!(text, "{name}_count{} {}", braced(labels), histogram.get_sample_count())?;
    sample(text, &format!("{name}_sum"), labels, histogram.get_sample_sum())
}

fn sample(text: &mut String, name: &str, labels: &[(&str, &str)], value: f64) -> std::fmt::Result {
    writeln!(text, "{name}{} {}", braced(labels), number(value))
}

fn braced(labels: &[(&str, &str)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let pairs: Vec<_> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    format!("{{{}}}", pairs.join(","))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn number(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    // With a point, as the limits of buckets are written (1.0).
    format!("{value:?}")
}

fn seconds_of(at: DateTime<Utc>) -> String {
    format!("{}.{:03}", at.timestamp(), at.timestamp_subsec_millis())
}

#[cfg(test)]
mod tests {
    use prometheus::{Gauge, Histogram, HistogramOpts, IntCounterVec, Opts, core::Collector};

    use super::*;

    #[test]
    fn counters_gauges_and_histograms_are_written_as_the_standard_has_them() {
        let counter =
            IntCounterVec::new(Opts::new("things_total", "How many \"things\""), &["kind"]).unwrap();
        counter.with_label_values(&["a\\b"]).inc_by(3);
        let gauge = Gauge::new("lag_seconds", "How late").unwrap();
        gauge.set(f64::NAN);
        let buckets = HistogramOpts::new("took_seconds", "How long").buckets(vec![0.5, 1.0]);
        let histogram = Histogram::with_opts(buckets).unwrap();
        histogram.observe(0.75);
        histogram.observe(2.0);
        let families = [counter.collect(), gauge.collect(), histogram.collect()].concat();
        let example = |name: &str, labels: &[(&str, &str)], place| {
            let at = DateTime::from_timestamp_millis(1_500_000_000_250)?;
            (name == "took_seconds" && labels.is_empty() && place == 1).then(|| Exemplar {
                trace: "abc".to_owned(),
                seconds: 0.75,
                at,
            })
        };
        let expected = [
            "# TYPE things counter",
            "# HELP things How many \\\"things\\\"",
            "things_total{kind=\"a\\\\b\"} 3.0",
            "# TYPE lag_seconds gauge",
            "# HELP lag_seconds How late",
            "lag_seconds NaN",
            "# TYPE took_seconds histogram",
            "# HELP took_seconds How long",
            "took_seconds_bucket{le=\"0.5\"} 0",
            "took_seconds_bucket{le=\"1.0\"} 1 # {trace_id=\"abc\"} 0.75 1500000000.250",
            "took_seconds_bucket{le=\"+Inf\"} 2",
            "took_seconds_count 2",
            "took_seconds_sum 2.75",
            "# EOF\n",
        ];
        assert_eq!(encode(&families, &example), expected.join("\n"));
    }

    #[test]
    fn who_takes_only_the_older_format_gets_it() {
        assert!(is_accepted("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"));
        assert!(!is_accepted("*/*") && !is_accepted("text/plain") && !is_accepted(""));
    }
}
