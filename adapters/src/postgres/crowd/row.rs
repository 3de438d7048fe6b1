//! An aggregate's row: many are fetched by their ids.
use std::collections::HashMap;

use domain_shared::{Aggregate, Snapshots};
use futures_util::future::join_all;
use uuid::Uuid;

use super::{Answer, PgStore, Waiting, Wanted};
use crate::postgres::shared::{Find, Stored};

/// The aggregate with this id, if there is one.
pub(in crate::postgres) struct Row<A: Aggregate>(pub A::Id);

impl<A: Stored> Wanted for Row<A> {
    type Answer = Option<A>;

    fn goes_with(&self, _: &Self) -> bool {
        true
    }

    async fn alone(self, store: &PgStore) -> Answer<Self> {
        store.read(Find(self.0)).await
    }

    /// What fails for all together may not for each: a row that can't be read is one's own trouble.
    async fn together(store: &PgStore, mut waiting: Vec<Waiting<Self>>) {
        waiting.sort_unstable_by_key(|waiting| waiting.wanted.0.into());
        let ids: Vec<Uuid> = waiting.iter().map(|waiting| waiting.wanted.0.into()).collect();
        let Ok(rows) = Snapshots::<A>::rows(store, &ids).await else {
            join_all(waiting.into_iter().map(async |waiting| {
                let answer = Self(waiting.wanted.0).alone(store).await;
                waiting.tell(answer);
            }))
            .await;
            return;
        };
        let mut rows: HashMap<Uuid, A> = rows.into_iter().map(|row| (row.id().into(), row)).collect();
        let mut ids = ids.into_iter().peekable();
        for waiting in waiting {
            let Some(id) = ids.next() else { return };
            waiting.tell(Ok(if ids.peek() == Some(&id) { rows.get(&id).cloned() } else { rows.remove(&id) }));
        }
    }
}
