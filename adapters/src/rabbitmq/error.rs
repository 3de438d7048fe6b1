//! The only file that knows how the driver fails.
use std::time::Duration;

use domain_shared::BrokerError;
use lapin::{
    ErrorKind,
    protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError},
    types::ShortString,
};

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

/// The broker answers, and doesn't let us in: with this user, password and virtual host it never will.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(String);

/// Why a connection can't be made.
pub(super) fn unconnected(error: &lapin::Error) -> BrokerError {
    let text = error.to_string();
    match error.kind() {
        ErrorKind::ProtocolError(answer)
            if matches!(
                answer.kind(),
                AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED)
                    | AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED)
            ) =>
        {
            BrokerError::because(Refused(text))
        }
        _ => BrokerError::because(text),
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
