//! Threads that own connections, and the queue of work before them.
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use diesel::sqlite::SqliteConnection;
use domain_shared::StoreError;
use tokio::sync::oneshot;

use super::connection;
use crate::Connections;

/// How many may wait. More than that and the wait would be longer than anyone's patience.
const QUEUE: usize = 512;

type Job = Box<dyn FnOnce(&mut SqliteConnection) + Send>;

/// A queue of work and the threads that do it, each with a connection of its own. The threads end with their queue.
#[derive(Debug)]
pub(super) struct Lane {
    jobs: SyncSender<Job>,
    threads: usize,
    load: Arc<Load>,
}

/// What a lane's threads have before them.
#[derive(Debug, Default)]
struct Load {
    waiting: AtomicUsize,
    busy: AtomicUsize,
}

impl Lane {
    /// Starts a thread for each of `connections`.
    pub(super) fn start(name: &str, connections: Vec<SqliteConnection>) -> io::Result<Self> {
        let (jobs, queue) = sync_channel(QUEUE);
        let (queue, load, threads) =
            (Arc::new(Mutex::new(queue)), Arc::new(Load::default()), connections.len());
        for conn in connections {
            let (queue, load) = (Arc::clone(&queue), Arc::clone(&load));
            thread::Builder::new().name(name.to_owned()).spawn(move || work(conn, &queue, &load))?;
        }
        Ok(Self { jobs, threads, load })
    }

    /// How its connections are used.
    pub(super) fn used(&self, purpose: &'static str) -> Connections {
        let Load { waiting, busy } = &*self.load;
        let idle = self.threads.saturating_sub(busy.load(Ordering::Relaxed));
        let waiting = waiting.load(Ordering::Relaxed);
        Connections { purpose, most: self.threads, open: self.threads, idle, waiting }
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
        // Counted before it can be taken.
        self.load.waiting.fetch_add(1, Ordering::Relaxed);
        self.jobs.try_send(job).map_err(|_| {
            self.load.waiting.fetch_sub(1, Ordering::Relaxed);
            StoreError::unavailable("too many requests wait for SQLite")
        })?;
        answer.await.map_err(StoreError::unavailable)
    }
}

fn work(mut conn: SqliteConnection, queue: &Mutex<Receiver<Job>>, load: &Load) {
    while let Some(job) = next(queue) {
        load.busy.fetch_add(1, Ordering::Relaxed);
        load.waiting.fetch_sub(1, Ordering::Relaxed);
        if catch_unwind(AssertUnwindSafe(|| job(&mut conn))).is_err() {
            connection::roll_back(&mut conn);
        }
        load.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

fn next(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}
