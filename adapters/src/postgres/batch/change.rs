use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use domain_product::{Product, ProductError, ProductId};
use domain_shared::{Aggregate, ChangeError, Changed, Decision, EventEnvelope, StoreError, seal};
use futures_util::future::join;
use uuid::Uuid;

use super::{
    queue::{Stopped, Ticket, Work},
    waiting::Waits as _,
};
use crate::{
    postgres::{
        Conn,
        columns::{lock_products, update_products},
        pool::Loan,
        shared::append,
        store::{PgStore, undone},
        transaction::begin,
    },
    sql::failure::Failure,
};

/// A decision about a product.
pub(super) struct Change {
    pub(super) id: ProductId,
    pub(super) decide: Decision<Product>,
}

type Verdict = Result<Option<Changed<Product>>, ChangeError<ProductError>>;

impl Work for Change {
    /// What came of it, or what it panicked with: that is for the caller's thread, and for nobody else.
    type Answer = thread::Result<Verdict>;

    fn subject(&self) -> Uuid {
        self.id.0
    }

    async fn carry_out(store: &PgStore, together: &[Ticket<Self>]) -> Result<Vec<Self::Answer>, Stopped> {
        let loan = Loan::from(&store.pool).await?;
        match change(loan.conn(), together).await {
            // Nobody is told before it lasts: what they are told may rest on what others did before them.
            Ok((answers, true)) => store.settle(loan).await.map(|()| answers).map_err(Into::into),
            Ok((answers, false)) => Ok(undone(loan, answers).await),
            Err(failure) => Err(Stopped::by(failure, store, loan).await),
        }
    }

    fn failed(error: StoreError) -> Self::Answer {
        Ok(Err(error.into()))
    }
}

type Answer = <Change as Work>::Answer;

/// Has everyone decide, and stores what came of it, but for the commit; also says whether there was anything to store.
async fn change(conn: Conn<'_>, together: &[Ticket<Change>]) -> Result<(Vec<Answer>, bool), Failure> {
    let mut ids: Vec<_> = together.iter().map(|ticket| ticket.work.id).collect();
    ids.dedup();
    // Sent together: should BEGIN fail, a lock that lasts for one statement does no harm.
    let (begun, locked) = join(begin(conn), lock_products(conn, &ids)).await;
    begun?;
    let mut decided = Decided::on(locked?);
    let answers = together.iter().map(|ticket| decided.add(ticket)).collect();
    let Decided { products, events } = decided;
    if events.is_empty() {
        return Ok((answers, false));
    }
    let changed: Vec<_> =
        products.values().filter(|(_, is_changed)| *is_changed).map(|(product, _)| product).collect();
    let (updated, appended) = join(update_products(conn, &changed), append(conn, events)).await;
    updated.and(appended)?;
    Ok((answers, true))
}

/// What came of the decisions so far.
struct Decided {
    /// Each product as it is by now, and whether it is another than before.
    products: HashMap<ProductId, (Product, bool)>,
    events: Vec<EventEnvelope>,
}

impl Decided {
    fn on(products: Vec<Product>) -> Self {
        let products = products.into_iter().map(|product| (product.id(), (product, false))).collect();
        Self { products, events: Vec::new() }
    }

    /// Has one more decide, on a copy, so that whoever refuses leaves no trace.
    fn add(&mut self, ticket: &Ticket<Change>) -> Answer {
        let Some((product, is_changed)) = self.products.get_mut(&ticket.work.id) else { return Ok(Ok(None)) };
        if ticket.is_given_up() {
            return Ok(Ok(None));
        }
        let mut next = product.clone();
        if let Err(refused) = catch_unwind(AssertUnwindSafe(|| (ticket.work.decide)(&mut next)))? {
            return Ok(Err(ChangeError::Refused(refused)));
        }
        let sealed = match seal(&next) {
            Ok(sealed) => sealed,
            Err(error) => return Ok(Err(error.into())),
        };
        let events = next.journal_mut().commit();
        if !sealed.is_empty() {
            self.events.extend(sealed);
            product.clone_from(&next);
            *is_changed = true;
        }
        Ok(Ok(Some(Changed { aggregate: next, events })))
    }
}
