//! What all who connect to one broker know of how that goes.
use std::{
    error::Error,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use domain_shared::BrokerError;
use recloser::{AsyncRecloser, Error as Broken};

use super::error::Refused;
use crate::{breaker::breaker, told::Told};

/// Keeps a service's publisher and reactors from all knocking at a door that nobody opens, and from each complaining of it.
/// Clones share what they know.
#[derive(Clone)]
pub struct Gate {
    breaker: AsyncRecloser,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    told: Told,
    /// Why nobody could connect the last time.
    cause: String,
}

/// Why there is no connection; the gate has told it already.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unconnected(String);

impl Default for Gate {
    fn default() -> Self {
        Self { breaker: breaker(), known: Arc::default() }
    }
}

impl Gate {
    /// What comes of `dial`, which isn't tried for a while after others have failed.
    pub(super) async fn pass<T>(
        &self,
        dial: impl Future<Output = Result<T, BrokerError>>,
    ) -> Result<T, BrokerError> {
        let dialled = self.breaker.call(dial).await;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match dialled {
            Ok(line) => {
                if known.told.is_over() {
                    tracing::info!("the message broker is there again");
                }
                return Ok(line);
            }
            Err(Broken::Inner(error)) => {
                if known.told.is_news(&error) {
                    tell(&error);
                }
                known.cause = error.0.to_string();
            }
            Err(Broken::Rejected) => {}
        }
        Err(BrokerError::because(Unconnected(known.cause.clone())))
    }
}

fn tell(failed: &BrokerError) {
    let error: &(dyn Error + 'static) = failed;
    if failed.0.is::<Refused>() {
        tracing::error!(
            error,
            "the message broker won't have us: its address names a wrong user, password or virtual host; trying again, but waiting alone won't help"
        );
    } else {
        tracing::warn!(error, "waiting for the message broker");
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn of_many_who_knock_in_vain_few_do_and_each_learns_why() {
        let (gate, knocks) = (Gate::default(), AtomicU32::new(0));
        for _ in 0..20 {
            let dial = async {
                knocks.fetch_add(1, Ordering::Relaxed);
                Err::<(), _>(BrokerError::because("nobody is there"))
            };
            let error = gate.clone().pass(dial).await.unwrap_err();
            assert_eq!(error.0.to_string(), "nobody is there");
        }
        assert!(knocks.into_inner() <= 4);
    }
}
