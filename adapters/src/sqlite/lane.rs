//! Threads that own connections, and the queue of work before them.
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use diesel::sqlite::SqliteConnection;
use domain_shared::StoreError;
use tokio::sync::oneshot;

use super::connection;

/// How many may wait. More than that and the wait would be longer than anyone's patience.
const QUEUE: usize = 512;

type Job = Box<dyn FnOnce(&mut SqliteConnection) + Send>;

/// A queue of work and the threads that do it, each with a connection of its own. The threads end with their queue.
#[derive(Debug)]
pub(super) struct Lane {
    jobs: SyncSender<Job>,
}

impl Lane {
    /// Starts a thread for each of `connections`.
    pub(super) fn start(name: &str, connections: Vec<SqliteConnection>) -> io::Result<Self> {
        let (jobs, queue) = sync_channel(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        for conn in connections {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name(name.to_owned()).spawn(move || work(conn, &queue))?;
        }
        Ok(Self { jobs })
    }

    /// Has `job` done by the next free thread.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if too many others wait, or if `job` panicked.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut SqliteConnection) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(move |conn: &mut SqliteConnection| {
            // Nobody waits any more for a request that was cancelled.
            if !reply.is_closed() {
                let _ = reply.send(job(conn));
            }
        });
        self.jobs.try_send(job).map_err(|_| StoreError::unavailable("too many requests wait for SQLite"))?;
        answer.await.map_err(StoreError::unavailable)
    }
}

fn work(mut conn: SqliteConnection, queue: &Mutex<Receiver<Job>>) {
    while let Some(job) = next(queue) {
        if catch_unwind(AssertUnwindSafe(|| job(&mut conn))).is_err() {
            connection::roll_back(&mut conn);
        }
    }
}

fn next(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}
