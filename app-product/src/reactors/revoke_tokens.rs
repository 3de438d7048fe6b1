use async_trait::async_trait;
use domain_shared::{Reactor, Revocation, Revocations, Revoked, Setback, StoredEvent};
use uuid::Uuid;

/// Ends access tokens before their time, as auth-service's events tell. Of those it reads no more than it must: whose
/// tokens, and since when.
#[derive(Debug, Clone)]
pub struct RevokeTokens<R> {
    /// Where revocations are kept.
    pub revocations: R,
}

#[async_trait]
impl<R: Revocations> Reactor for RevokeTokens<R> {
    fn name(&self) -> &'static str {
        "revoke-tokens"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[
            "session.ended.v1",
            "session.reuse_detected.v1",
            "user.deactivated.v1",
            "user.erased.v1",
            "user.password_changed.v1",
            "user.signed_out_everywhere.v1",
        ]
    }

    async fn on(&self, stored: &StoredEvent) -> Result<(), Setback> {
        let event = &stored.event;
        let of = if event.kind.starts_with("session.") {
            Revoked::Session(event.aggregate_id)
        } else {
            let kept = event.data.get("kept_session").and_then(|session| session.as_str());
            let kept = kept.map(Uuid::try_parse).transpose();
            let kept_session = kept.map_err(|error| Setback::ThisEvent(error.into()))?;
            Revoked::User { user: event.aggregate_id, kept_session }
        };
        self.revocations.keep(event.id, &Revocation { of, at: event.occurred_at }).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use adapters::memory::MemoryStore;
    use chrono::DateTime;
    use domain_shared::EventEnvelope;
    use serde_json::{Value, json};

    use super::*;

    async fn on(kind: &str, data: Value) -> (Uuid, Vec<Revocation>) {
        let (store, id) = (MemoryStore::default(), Uuid::from_u128(7));
        let event = EventEnvelope {
            id: Uuid::from_u128(1),
            aggregate_type: String::new(),
            aggregate_id: id,
            sequence: 3,
            kind: kind.to_owned(),
            occurred_at: DateTime::UNIX_EPOCH,
            actor: None,
            command_id: Uuid::from_u128(1),
            traceparent: None,
            origin: domain_shared::Origin::default(),
            data,
        };
        let reactor = RevokeTokens { revocations: store.clone() };
        for _ in 0..2 {
            reactor.on(&StoredEvent { position: 1, event: event.clone() }).await.unwrap();
        }
        (id, store.after(0).await.unwrap().into_iter().map(|(_, revocation)| revocation).collect())
    }

    fn at_the_epoch(of: Revoked) -> Vec<Revocation> {
        vec![Revocation { of, at: DateTime::UNIX_EPOCH }]
    }

    #[tokio::test]
    async fn a_session_that_ends_takes_its_tokens_along() {
        let (session, kept) =
            on("session.ended.v1", json!({ "user_id": Uuid::nil(), "reason": "logout" })).await;
        assert_eq!(kept, at_the_epoch(Revoked::Session(session)));
    }

    #[tokio::test]
    async fn a_user_who_is_deactivated_loses_every_token() {
        let (user, kept) = on("user.deactivated.v1", json!({})).await;
        assert_eq!(kept, at_the_epoch(Revoked::User { user, kept_session: None }));
    }

    #[tokio::test]
    async fn a_new_password_keeps_the_session_it_was_set_in() {
        let session = Uuid::from_u128(9);
        let (user, kept) = on("user.password_changed.v1", json!({ "kept_session": session })).await;
        assert_eq!(kept, at_the_epoch(Revoked::User { user, kept_session: Some(session) }));
    }
}
