//! When not to ask any more, for a while.
use std::time::Duration;

use recloser::{AsyncRecloser, Recloser};

/// How long nobody asks once several answers in a row were none.
const PAUSE: Duration = Duration::from_secs(5);

/// Lets calls through unless most of the last few have failed. Then nobody waits for nothing, and whoever is down isn't
/// run over while it gets up: after a pause, calls are let through until one of them says how it is. Clones share what
/// they know.
pub(crate) fn breaker() -> AsyncRecloser {
    Recloser::custom().error_rate(0.5).closed_len(3).half_open_len(1).open_wait(PAUSE).build().into()
}
