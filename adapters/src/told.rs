//! What was told already needn't be told again with every try.
use std::{error::Error, time::Duration};

use tokio::time::Instant;

/// What was told last.
#[derive(Debug, Default)]
pub(crate) struct Told(Option<(String, Instant)>);

/// After how long the same is news again, for whoever looks at the latest lines only.
const AGAIN: Duration = Duration::from_mins(5);

impl Told {
    /// Whether `error` is to be told: it is another one than last time, or that was long ago.
    pub(crate) fn is_news(&mut self, error: &(dyn Error + 'static)) -> bool {
        let (text, now) = (whole(error), Instant::now());
        if self.0.as_ref().is_some_and(|(told, at)| *told == text && now - *at < AGAIN) {
            return false;
        }
        self.0 = Some((text, now));
        true
    }

    /// It went well; whether the last thing told was that it didn't.
    pub(crate) fn is_over(&mut self) -> bool {
        self.0.take().is_some()
    }
}

/// An error with all its causes.
fn whole(error: &(dyn Error + 'static)) -> String {
    let (mut text, mut cause) = (error.to_string(), error.source());
    while let Some(deeper) = cause {
        text = format!("{text}: {deeper}");
        cause = deeper.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use domain_shared::StoreError;
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_same_is_told_once_until_it_is_over_or_long_ago() {
        let (mut told, down) = (Told::default(), |why: &str| StoreError::unavailable(why.to_owned()));
        assert!(!told.is_over());
        assert!(told.is_news(&down("refused")));
        assert!(!told.is_news(&down("refused")));
        assert!(told.is_news(&down("no answer")), "the cause counts");
        assert!(told.is_over());
        assert!(told.is_news(&down("no answer")));
        advance(AGAIN).await;
        assert!(told.is_news(&down("no answer")));
    }
}
