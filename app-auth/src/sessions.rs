use std::sync::Arc;

use domain_auth::{EndReason, Session, SessionId, SessionRepository, UserId};
use domain_shared::{Aggregate, Caller, Repository};

use crate::{Auth, AuthError, Ports};

impl<P: Ports> Auth<P> {
    /// Ends one session; one that has ended already, or never was, is fine, so doing it again does no harm.
    pub(crate) async fn end_session(
        &self,
        session: SessionId,
        reason: EndReason,
        caller: &Caller,
    ) -> Result<(), AuthError> {
        let context = self.context(&caller.besides());
        self.ports
            .sessions()
            .change(session, Arc::new(move |s: &mut Session| s.end(reason, &context)))
            .await?;
        Ok(())
    }

    /// Ends every session of `user` but `kept`.
    pub(crate) async fn end_sessions(
        &self,
        user: UserId,
        kept: Option<SessionId>,
        reason: EndReason,
        caller: &Caller,
    ) -> Result<(), AuthError> {
        for session in self.ports.sessions().of_user(user, self.now()).await? {
            if Some(session.id()) != kept {
                self.end_session(session.id(), reason, caller).await?;
            }
        }
        Ok(())
    }
}
