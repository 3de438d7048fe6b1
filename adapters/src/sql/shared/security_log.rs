use async_trait::async_trait;
use domain_auth::{SecurityEvent, SecurityLog};
use domain_shared::{Context, EventEnvelope, StoreError};

use super::{Conn, Query, Store, append};
use crate::sql::failure::Failure;

/// An event that changes no aggregate.
#[derive(Debug)]
pub struct Alone(EventEnvelope);

impl Query for Alone {
    type Answer = ();

    async fn run(&self, conn: Conn<'_>) -> Result<(), Failure> {
        append(conn, vec![self.0.clone()]).await
    }
}

#[async_trait]
impl SecurityLog for Store {
    async fn note(&self, event: SecurityEvent, context: &Context) -> Result<(), StoreError> {
        self.add_alone(Alone(event.envelope(context)?)).await
    }
}
