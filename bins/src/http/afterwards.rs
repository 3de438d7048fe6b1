//! What is done after the answer has been given, so that nobody learns from its time what is done.
use std::time::Duration;

use adapters::traces::carried;
use tokio::{runtime::Handle, time::timeout};
use tokio_util::task::TaskTracker;

/// What goes on beside requests. A process that stops waits for it; the threads that serve requests have gone by then, so
/// it runs on others. Clones share it.
#[derive(Debug, Clone)]
pub struct Afterwards {
    tasks: TaskTracker,
    runtime: Handle,
}

impl Afterwards {
    /// Nothing yet. What comes will run where this is called.
    #[must_use]
    pub fn here() -> Self {
        Self { tasks: TaskTracker::new(), runtime: Handle::current() }
    }

    /// Does `task` without anybody waiting for it. Traces show it as part of the request.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn_on(carried(task), &self.runtime);
    }

    /// Waits until all of it is done, `at_most` that long; whether it is.
    pub async fn finish(&self, at_most: Duration) -> bool {
        self.tasks.close();
        timeout(at_most, self.tasks.wait()).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_stops_waits_for_what_a_thread_that_has_gone_began() {
        let (afterwards, (go, gone)) = (Afterwards::here(), oneshot::channel::<()>());
        let begun = afterwards.clone();
        let worker = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async { begun.spawn(async { gone.await.unwrap() }) });
        });
        worker.join().unwrap();
        assert!(!afterwards.finish(Duration::from_secs(6)).await, "it isn't done");
        go.send(()).unwrap();
        assert!(afterwards.finish(Duration::from_secs(6)).await);
    }
}
