use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Config, LogFormat};

/// Sends logs to standard error, as text or as JSON.
pub fn start(config: &Config) {
    let filter = EnvFilter::try_new(&config.settings.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match config.log_format() {
        LogFormat::Text => builder.compact().with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    // Somebody who embeds this may have a subscriber of their own.
    drop(started);
}
