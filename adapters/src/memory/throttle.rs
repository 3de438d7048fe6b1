use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain_shared::{Bucket, Debt, Quota, StoreError, Taken, Throttle, Ticket};

use super::MemoryStore;

#[async_trait]
impl Throttle for MemoryStore {
    async fn take(&self, bucket: &Bucket, quota: &Quota, now: DateTime<Utc>) -> Result<Taken, StoreError> {
        let mut state = self.state();
        Ok(match quota.take(state.debts.get(bucket).copied(), now) {
            Ok(debt) => {
                state.debts.insert(bucket.clone(), debt);
                let (bucket, refill) = (bucket.clone(), quota.refill());
                Taken::Granted(Ticket { bucket, refill, free_at: debt.free_at })
            }
            Err(wait) => Taken::Refused(wait),
        })
    }

    async fn give_back(&self, ticket: &Ticket) -> Result<(), StoreError> {
        if let Some(debt) = self.state().debts.get_mut(&ticket.bucket) {
            debt.until -= ticket.refill;
            if debt.free_at == ticket.free_at {
                debt.free_at = Debt::LONG_AGO;
            }
        }
        Ok(())
    }

    async fn clear(&self, bucket: &Bucket) -> Result<(), StoreError> {
        self.state().debts.remove(bucket);
        Ok(())
    }

    async fn sweep(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        let mut state = self.state();
        let paid_off = state.debts.iter().filter(|(_, debt)| debt.until <= now && debt.free_at <= now);
        let paid_off: Vec<Bucket> = paid_off.map(|(bucket, _)| bucket.clone()).take(limit).collect();
        for bucket in &paid_off {
            state.debts.remove(bucket);
        }
        Ok(paid_off.len())
    }
}
