use domain_product::{Product, Sku};
use domain_shared::{Aggregate, EventEnvelope, StoreError};
use futures_util::future::join;
use uuid::Uuid;

use super::queue::{Stopped, Ticket, Work};
use crate::{
    postgres::{
        Conn,
        columns::add_products,
        pool::Loan,
        shared::append,
        store::PgStore,
        transaction::{add, begin},
    },
    sql::failure::Failure,
};

/// A new product.
pub(super) struct Addition {
    pub(super) new: Product,
    pub(super) events: Vec<EventEnvelope>,
}

impl Work for Addition {
    type Answer = Result<(), StoreError>;

    fn subject(&self) -> Uuid {
        self.new.id().0
    }

    async fn carry_out(store: &PgStore, together: &[Ticket<Self>]) -> Result<Vec<Self::Answer>, Stopped> {
        let loan = Loan::from(&store.pool).await?;
        let outcome = match together {
            [Ticket { work, .. }] => add(loan.conn(), &work.new, work.events.clone()).await,
            several => add_all(loan.conn(), several).await,
        };
        match outcome {
            Ok(()) => store.settle(loan).await?,
            Err(failure) => return Err(Stopped::by(failure, store, loan).await),
        }
        Ok(together.iter().map(|_| Ok(())).collect())
    }

    fn failed(error: StoreError) -> Self::Answer {
        Err(error)
    }
}

async fn add_all(conn: Conn<'_>, several: &[Ticket<Addition>]) -> Result<(), Failure> {
    // In the order of what must be unique: two such transactions wait for each other's otherwise.
    let mut new: Vec<_> = several.iter().map(|ticket| &ticket.work.new).collect();
    new.sort_unstable_by_key(|product| product.sheet.sku.as_ref().map(Sku::as_str));
    let events = several.iter().flat_map(|ticket| ticket.work.events.clone()).collect();
    begin(conn).await?;
    let (added, appended) = join(add_products(conn, new.into_iter()), append(conn, events)).await;
    added.and(appended)
}
