//! The only file that knows how the driver fails.
use std::time::Duration;

use domain_shared::BrokerError;
use lapin::types::ShortString;

/// What the driver answers, as what the port promises.
pub(super) trait OrBroker<T> {
    fn or_broker(self) -> Result<T, BrokerError>;
}

impl<T> OrBroker<T> for lapin::Result<T> {
    fn or_broker(self) -> Result<T, BrokerError> {
        // Its text has its causes in it, so they needn't come along.
        self.map_err(|error| BrokerError::because(error.to_string()))
    }
}

/// What comes of `answer`, unless it takes longer than `timeout`.
pub(super) async fn within<T>(
    timeout: Duration,
    answer: impl Future<Output = Result<T, BrokerError>>,
) -> Result<T, BrokerError> {
    let late = |_| BrokerError::because("it doesn't answer in time");
    tokio::time::timeout(timeout, answer).await.map_err(late)?
}

/// A name for the broker, which takes up to 255 bytes.
pub(super) fn name(text: impl Into<String>) -> Result<ShortString, BrokerError> {
    ShortString::try_new(text).map_err(BrokerError::because)
}
