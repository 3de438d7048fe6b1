//! Has work done that waits, together with whatever else waits.
use std::{
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain_shared::StoreError;
use tokio::{sync::oneshot, time::timeout};
use uuid::Uuid;

use super::waiting::{Waiting, Waits};
use crate::{
    postgres::{error::concerns_all, pool::Loan, store::PgStore},
    sql::failure::Failure,
};

/// How long a transaction keeps others from going. One that takes longer waits for somebody who has a row of its own.
const PATIENCE: Duration = Duration::from_millis(50);

/// Something that can be done together with others of its kind.
pub(super) trait Work: Send + Sync + Sized + 'static {
    type Answer: Send + 'static;

    /// Which aggregate it is about. No two transactions of this process hold the same one.
    fn subject(&self) -> Uuid;

    /// Does all of it in one transaction, and says what came of each.
    fn carry_out(
        store: &PgStore,
        together: &[Ticket<Self>],
    ) -> impl Future<Output = Result<Vec<Self::Answer>, Stopped>> + Send;

    /// The answer if the store failed.
    fn failed(error: StoreError) -> Self::Answer;
}

/// Why a transaction came to nothing.
#[derive(Debug)]
pub(super) struct Stopped {
    pub(super) error: StoreError,
    /// Whether only one of those who went together may be to blame: then the others would have succeeded without it.
    pub(super) may_be_of_one: bool,
}

impl Stopped {
    /// By something that failed before the commit. Gives back, or closes, the connection.
    pub(super) async fn by(failure: Failure, store: &PgStore, loan: Loan) -> Self {
        let may_be_of_one = !concerns_all(&failure);
        Self { error: store.failed(loan, failure).await, may_be_of_one }
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self { error, may_be_of_one: false }
    }
}

/// Somebody who waits for an answer.
pub(super) struct Ticket<W: Work> {
    pub(super) work: W,
    is_alone: bool,
    answer: oneshot::Sender<W::Answer>,
}

impl<W: Work> Ticket<W> {
    fn tell(self, answer: W::Answer) {
        // Who went away meanwhile doesn't hear what came of it.
        let _ = self.answer.send(answer);
    }
}

impl<W: Work> Waits for Ticket<W> {
    fn subject(&self) -> Uuid {
        self.work.subject()
    }

    fn is_alone(&self) -> bool {
        self.is_alone
    }

    fn is_given_up(&self) -> bool {
        self.answer.is_closed()
    }
}

/// Where work waits.
pub(super) struct Queue<W: Work>(Mutex<Waiting<Ticket<W>>>);

impl<W: Work> Default for Queue<W> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<W: Work> Queue<W> {
    /// Has `work` done, and waits for what comes of it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if too much waits, or if the store was too slow to say more.
    pub(super) async fn ask(self: &Arc<Self>, store: &PgStore, work: W) -> Result<W::Answer, StoreError> {
        let (answer, told) = oneshot::channel();
        self.lock().put(Ticket { work, is_alone: false, answer })?;
        self.go(store);
        told.await.map_err(StoreError::unavailable)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<Ticket<W>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends whatever can go.
    fn go(self: &Arc<Self>, store: &PgStore) {
        loop {
            let together = self.lock().take();
            if together.is_empty() {
                return;
            }
            store.runtime.spawn(Arc::clone(self).carry_out(store.clone(), together));
        }
    }

    async fn carry_out(self: Arc<Self>, store: PgStore, together: Vec<Ticket<W>>) {
        let mut subjects: Vec<Uuid> = together.iter().map(Ticket::subject).collect();
        subjects.dedup();
        let mut under_way = UnderWay { queue: self, store: store.clone(), subjects, is_aside: false };
        let outcome = {
            let mut work = pin!(store.within(W::carry_out(&store, &together)));
            if let Ok(outcome) = timeout(PATIENCE, &mut work).await {
                outcome
            } else {
                under_way.step_aside();
                work.await
            }
        };
        match outcome {
            Ok(answers) => together.into_iter().zip(answers).for_each(|(ticket, answer)| ticket.tell(answer)),
            Err(stopped) => under_way.queue.stopped(stopped, together),
        }
    }

    fn stopped(&self, Stopped { error, may_be_of_one }: Stopped, together: Vec<Ticket<W>>) {
        match <[Ticket<W>; 1]>::try_from(together) {
            Ok([only]) => only.tell(W::failed(error)),
            Err(several) if may_be_of_one => {
                let each = several.into_iter().map(|ticket| Ticket { is_alone: true, ..ticket });
                self.lock().put_back(each.collect());
            }
            Err(several) => {
                let error = Arc::new(error);
                for ticket in several {
                    ticket.tell(W::failed(StoreError::unavailable(Arc::clone(&error))));
                }
            }
        }
    }
}

/// Some that went together. Once they have arrived, whatever happened to them, others may go.
struct UnderWay<W: Work> {
    queue: Arc<Queue<W>>,
    store: PgStore,
    subjects: Vec<Uuid>,
    is_aside: bool,
}

impl<W: Work> UnderWay<W> {
    /// Lets others go that are about something else.
    fn step_aside(&mut self) {
        self.is_aside = true;
        self.queue.lock().give_way();
        self.queue.go(&self.store);
    }
}

impl<W: Work> Drop for UnderWay<W> {
    fn drop(&mut self) {
        {
            let mut waiting = self.queue.lock();
            if !self.is_aside {
                waiting.give_way();
            }
            waiting.let_go(&self.subjects);
        }
        self.queue.go(&self.store);
    }
}
