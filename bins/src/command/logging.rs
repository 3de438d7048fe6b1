use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::{
    EnvFilter,
    filter::filter_fn,
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use super::in_trace::InTrace;
use crate::config::{LogFormat, Settings};

/// Crates that below `info` log what statements, letters and events hold: password hashes, login codes, names.
const INDISCREET: [&str; 3] = ["tokio_postgres", "lettre", "lapin"];

/// Warns of each event that nobody has subscribed to, with all that is in it. They are counted instead.
const RETURNED: &str = "lapin::returned_messages";

/// Sends logs to standard error, as text or as JSON.
pub fn start(settings: &Settings) {
    let (level, format) = (&settings.log_level, settings.log_format());
    // Somebody who embeds this may have a subscriber of their own.
    drop(subscriber(level, format, std::io::stderr).try_init());
}

/// What `level` lets through, except what no level may.
fn subscriber<W>(level: &str, format: LogFormat, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = fmt::fmt().with_env_filter(filter).with_writer(writer);
    let discreet = filter_fn(|metadata| !tells_secrets(metadata));
    match format {
        LogFormat::Text => Box::new(builder.compact().with_target(false).finish().with(discreet)),
        LogFormat::Json => {
            let builder = builder.json().flatten_event(true).map_event_format(InTrace);
            Box::new(builder.finish().with(discreet))
        }
    }
}

fn tells_secrets(metadata: &Metadata<'_>) -> bool {
    let name = metadata.target().split("::").next().unwrap_or_default();
    metadata.target() == RETURNED || (*metadata.level() > Level::INFO && INDISCREET.contains(&name))
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use adapters::traces::{Parent, Span, SpanKind};
    use serde_json::{Value, json};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn statements_letters_and_events_are_never_logged_whatever_the_level() {
        for level in
            ["trace", "debug", "tokio_postgres=trace", "tokio_postgres::query=debug,lettre=trace,bins=debug"]
        {
            for format in [LogFormat::Text, LogFormat::Json] {
                let written = Written::default();
                let writer = written.clone();
                let subscriber = subscriber(level, format, move || writer.clone());
                tracing::subscriber::with_default(subscriber, || {
                    tracing::debug!(target: "tokio_postgres::query", "parameters: secret");
                    tracing::trace!(target: "lettre::transport", "code: secret");
                    tracing::warn!(target: "lapin::returned_messages", "name: secret");
                    tracing::warn!(target: "tokio_postgres::connection", "a notice");
                    tracing::debug!(target: "bins", "our own");
                });
                let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
                assert!(!text.contains("secret"), "{level}: {text}");
                assert_eq!(text.contains("our own"), level != "tokio_postgres=trace", "{level}: {text}");
                assert!(text.contains("a notice") || level.contains("query"), "{level}: {text}");
            }
        }
    }

    #[tokio::test]
    async fn lines_in_json_say_in_which_trace_they_were_written() {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = subscriber("info", LogFormat::Json, move || writer.clone());
        let told = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let span = Span::below(&Parent::told(Some(told), None), "request", SpanKind::Server, []);
        let _guard = tracing::subscriber::set_default(subscriber);
        tracing::info!("before");
        span.around(async { tracing::info!("within") }).await;
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((&lines[0]["message"], &lines[0]["trace_id"]), (&json!("before"), &Value::Null));
        assert_eq!(lines[1]["message"], "within");
        assert_eq!(lines[1]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(lines[1]["span_id"], "00f067aa0ba902b7");
    }
}
