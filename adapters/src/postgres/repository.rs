use async_trait::async_trait;
use domain_auth::{Session, User};
use domain_product::{Catalogue, Filter, Product};
use domain_shared::{
    Aggregate, ChangeError, Changed, Decision, Refused, Repository, StoreError, Together, seal,
};

use super::{
    Store,
    crowd::Row,
    pool::Loan,
    shared::Stored,
    store::undone,
    transaction::{add, change},
};
use crate::sql::failure::Undone;

/// Products come in batches. Users and sessions go one by one: their events are sealed with keys that are locked, too, and a
/// batch of them would have to lock those in one order, for the sake of commands most of which wait for a password's hash.
macro_rules! repositories {
    ($($Aggregate:ident: $add:ident, $decide:ident;)+) => {
        $(#[async_trait]
        impl Repository<$Aggregate> for Store {
            async fn save(&self, aggregate: &mut $Aggregate) -> Result<(), StoreError> {
                self.$add(aggregate).await
            }

            async fn save_all(
                &self,
                new: &mut [$Aggregate],
                together: Together,
            ) -> Result<Vec<Refused>, StoreError> {
                self.add_all(new, together).await
            }

            async fn change(
                &self,
                id: <$Aggregate as Aggregate>::Id,
                decide: Decision<$Aggregate>,
            ) -> Result<Option<Changed<$Aggregate>>, ChangeError<<$Aggregate as Aggregate>::Error>> {
                self.$decide(id, decide).await
            }

            async fn find(&self, id: <$Aggregate as Aggregate>::Id) -> Result<Option<$Aggregate>, StoreError> {
                self.fetch(Row(id)).await
            }
        })+
    };
}

repositories! {
    Product: add_in_batch, decide_in_batch;
    Session: add, decide;
    User: add, decide;
}

#[async_trait]
impl Catalogue for Store {
    async fn list(&self, filter: &Filter) -> Result<Vec<Product>, StoreError> {
        self.fetch(filter.clone()).await
    }
}

impl Store {
    /// Adds a new aggregate, by itself.
    async fn add<A: Stored>(&self, aggregate: &mut A) -> Result<(), StoreError> {
        let events = seal(aggregate)?;
        self.within(async {
            let loan = Loan::from(&self.pool).await?;
            match add(loan.conn(), &*aggregate, events).await {
                Ok(()) => self.settle(loan).await,
                Err(failure) => Err(self.failed(loan, failure).await),
            }
        })
        .await?;
        aggregate.journal_mut().commit();
        Ok(())
    }

    /// Changes an aggregate, by itself.
    async fn decide<A: Stored>(
        &self,
        id: A::Id,
        decide: Decision<A>,
    ) -> Result<Option<Changed<A>>, ChangeError<A::Error>> {
        self.within(async {
            let loan = Loan::from(&self.pool).await?;
            match change(loan.conn(), id, decide).await {
                Ok(Some(changed)) if !changed.events.is_empty() => {
                    self.settle(loan).await?;
                    Ok(Some(changed))
                }
                Ok(unchanged) => Ok(undone(loan, unchanged).await),
                Err(Undone::Refused(refused)) => Err(undone(loan, ChangeError::Refused(refused)).await),
                Err(Undone::Failed(failure)) => Err(self.failed(loan, failure).await.into()),
            }
        })
        .await
    }
}
