//! What many ask for at once is fetched together, as data loaders do: while the server is busy with some, whoever comes
//! waits, and is next with all who came meanwhile and can be served by the same statement. Who comes alone never waits.
mod page;
mod row;

use std::sync::{Arc, Mutex, PoisonError};

use domain_shared::StoreError;
pub(super) use row::Row;
use tokio::{runtime::Handle, sync::oneshot, time::timeout};

use super::{PgStore, line};

/// How many statements one thread has on their way. With a second one the server needn't wait for us.
const ON_THEIR_WAY: usize = 2;
/// The most that one statement serves.
const MOST: usize = 64;

type Answer<W> = Result<<W as Wanted>::Answer, StoreError>;

/// Something that many may want at once.
pub(super) trait Wanted: Send + Sync + Sized + 'static {
    /// What they are told.
    type Answer: Send + 'static;

    /// Whether one statement may serve both.
    fn goes_with(&self, other: &Self) -> bool;

    /// What `store` tells one who is alone.
    fn alone(self, store: &PgStore) -> impl Future<Output = Answer<Self>> + Send;

    /// Tells all who wait, and go together, what `store` knows.
    fn together(store: &PgStore, waiting: Vec<Waiting<Self>>) -> impl Future<Output = ()> + Send;
}

/// Those on one thread who want something of one kind.
pub(super) struct Crowd<W: Wanted>(Mutex<State<W>>);

struct State<W: Wanted> {
    on_their_way: usize,
    waiting: Vec<Waiting<W>>,
}

/// One of them.
pub(super) struct Waiting<W: Wanted> {
    wanted: W,
    answer: oneshot::Sender<Answer<W>>,
}

impl<W: Wanted> Waiting<W> {
    /// Who has gone meanwhile needn't be told.
    fn tell(self, answer: Answer<W>) {
        let _ = self.answer.send(answer);
    }
}

impl<W: Wanted> Default for Crowd<W> {
    fn default() -> Self {
        Self(Mutex::new(State { on_their_way: 0, waiting: Vec::new() }))
    }
}

enum Entered<W: Wanted> {
    /// Nobody is before us.
    AtOnce(W),
    /// Somebody will fetch it.
    Later(oneshot::Receiver<Answer<W>>),
}

impl<W: Wanted> Crowd<W> {
    fn with<T>(&self, work: impl FnOnce(&mut State<W>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn enter(&self, wanted: W) -> Entered<W> {
        self.with(|state| {
            if state.on_their_way < ON_THEIR_WAY {
                state.on_their_way += 1;
                return Entered::AtOnce(wanted);
            }
            let (answer, later) = oneshot::channel();
            state.waiting.push(Waiting { wanted, answer });
            Entered::Later(later)
        })
    }

    /// Whom the next statement is for: who has waited longest, and those who go with them. Without anybody its turn is over.
    fn next(&self) -> Option<Vec<Waiting<W>>> {
        self.with(|state| {
            state.waiting.retain(|waiting| !waiting.answer.is_closed());
            let mut waiting = std::mem::take(&mut state.waiting).into_iter();
            let Some(first) = waiting.next() else {
                state.on_their_way -= 1;
                return None;
            };
            let mut next = vec![first];
            for one in waiting {
                let goes = next.len() < MOST
                    && next.first().is_some_and(|first| first.wanted.goes_with(&one.wanted));
                if goes { &mut next } else { &mut state.waiting }.push(one);
            }
            Some(next)
        })
    }
}

/// The right to have one statement on its way. Whoever gives it up, even by going away, sees to those who wait.
struct Turn<W: Wanted> {
    crowd: Arc<Crowd<W>>,
    store: PgStore,
    is_over: bool,
}

impl<W: Wanted> Turn<W> {
    const fn new(crowd: Arc<Crowd<W>>, store: PgStore) -> Self {
        Self { crowd, store, is_over: false }
    }

    /// Fetches for `next`, and then for whoever has come meanwhile.
    async fn serve(mut self, mut next: Vec<Waiting<W>>) {
        loop {
            W::together(&self.store, next).await;
            match self.crowd.next() {
                Some(more) => next = more,
                None => break self.is_over = true,
            }
        }
    }
}

impl<W: Wanted> Drop for Turn<W> {
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
    /// What somebody wants, who may be one of many.
    pub(super) async fn fetch<W: Wanted>(&self, wanted: W) -> Answer<W> {
        let crowd = line::crowd::<W>(&self.settings);
        match crowd.enter(wanted) {
            Entered::AtOnce(wanted) => {
                let _turn = Turn::new(crowd, self.clone());
                wanted.alone(self).await
            }
            Entered::Later(later) => match timeout(self.settings.timeouts.answer, later).await {
                Ok(answer) => answer.unwrap_or_else(|gone| Err(StoreError::unavailable(gone))),
                Err(elapsed) => Err(StoreError::unavailable(elapsed)),
            },
        }
    }
}
