//! Rows that many ask for at once are fetched together, as data loaders do: while the server is busy with some, whoever
//! comes waits, and is next with all who came meanwhile. Who comes alone never waits.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain_shared::{Aggregate, Snapshots, StoreError};
use futures_util::future::join_all;
use tokio::{runtime::Handle, sync::oneshot, time::timeout};
use uuid::Uuid;

use super::{
    PgStore, line,
    shared::{Find, Stored},
};

/// How many statements one thread has on their way. With a second one the server needn't wait for us.
const ON_THEIR_WAY: usize = 2;
/// The most rows that one statement asks for.
const MOST: usize = 64;

type Answer<A> = Result<Option<A>, StoreError>;

/// Those on one thread who want an aggregate of one kind.
pub(super) struct Crowd<A: Aggregate>(Mutex<State<A>>);

struct State<A: Aggregate> {
    on_their_way: usize,
    waiting: Vec<Waiting<A>>,
}

struct Waiting<A: Aggregate> {
    id: A::Id,
    answer: oneshot::Sender<Answer<A>>,
}

impl<A: Aggregate> Default for Crowd<A> {
    fn default() -> Self {
        Self(Mutex::new(State { on_their_way: 0, waiting: Vec::new() }))
    }
}

enum Entered<A: Aggregate> {
    /// Nobody is before us.
    AtOnce,
    /// Somebody will fetch it.
    Later(oneshot::Receiver<Answer<A>>),
}

impl<A: Aggregate> Crowd<A> {
    fn with<T>(&self, work: impl FnOnce(&mut State<A>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn enter(&self, id: A::Id) -> Entered<A> {
        self.with(|state| {
            if state.on_their_way < ON_THEIR_WAY {
                state.on_their_way += 1;
                return Entered::AtOnce;
            }
            let (answer, later) = oneshot::channel();
            state.waiting.push(Waiting { id, answer });
            Entered::Later(later)
        })
    }

    /// Whom the next statement is for; without anybody its turn is over.
    fn next(&self) -> Option<Vec<Waiting<A>>> {
        self.with(|state| {
            let rest = state.waiting.split_off(state.waiting.len().min(MOST));
            let next = std::mem::replace(&mut state.waiting, rest);
            if next.is_empty() {
                state.on_their_way -= 1;
            }
            Some(next).filter(|next| !next.is_empty())
        })
    }
}

/// The right to have one statement on its way. Whoever gives it up, even by going away, sees to those who wait.
struct Turn<A: Stored> {
    crowd: Arc<Crowd<A>>,
    store: PgStore,
    is_over: bool,
}

impl<A: Stored> Turn<A> {
    const fn new(crowd: Arc<Crowd<A>>, store: PgStore) -> Self {
        Self { crowd, store, is_over: false }
    }

    /// Fetches for `next`, and then for whoever has come meanwhile.
    async fn serve(mut self, mut next: Vec<Waiting<A>>) {
        loop {
            self.store.fetch(next).await;
            match self.crowd.next() {
                Some(more) => next = more,
                None => break self.is_over = true,
            }
        }
    }
}

impl<A: Stored> Drop for Turn<A> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let Some(next) = self.crowd.next() else { return };
        let turn = Self::new(Arc::clone(&self.crowd), self.store.clone());
        // Without a runtime nobody waits any more.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(turn.serve(next));
        }
    }
}

impl PgStore {
    /// The aggregate with this id.
    pub(super) async fn one<A: Stored>(&self, id: A::Id) -> Answer<A> {
        let crowd = line::crowd::<A>(&self.settings);
        match crowd.enter(id) {
            Entered::AtOnce => {
                let _turn = Turn::new(crowd, self.clone());
                self.read(Find(id)).await
            }
            Entered::Later(later) => match timeout(self.settings.timeouts.answer, later).await {
                Ok(answer) => answer.unwrap_or_else(|gone| Err(StoreError::unavailable(gone))),
                Err(elapsed) => Err(StoreError::unavailable(elapsed)),
            },
        }
    }

    /// Tells all who wait. What fails for all together may not for each: a row that can't be read is one's own trouble.
    async fn fetch<A: Stored>(&self, mut waiting: Vec<Waiting<A>>) {
        waiting.retain(|waiting| !waiting.answer.is_closed());
        waiting.sort_unstable_by_key(|waiting| waiting.id.into());
        let ids: Vec<Uuid> = waiting.iter().map(|waiting| waiting.id.into()).collect();
        let Ok(rows) = Snapshots::<A>::rows(self, &ids).await else {
            join_all(waiting.into_iter().map(async |Waiting { id, answer }| {
                // Whoever has gone meanwhile needn't be told.
                let _ = answer.send(self.read(Find(id)).await);
            }))
            .await;
            return;
        };
        let mut rows: HashMap<Uuid, A> = rows.into_iter().map(|row| (row.id().into(), row)).collect();
        let mut ids = ids.into_iter().peekable();
        for Waiting { answer, .. } in waiting {
            let Some(id) = ids.next() else { return };
            let row = if ids.peek() == Some(&id) { rows.get(&id).cloned() } else { rows.remove(&id) };
            let _ = answer.send(Ok(row));
        }
    }
}
