use std::sync::Arc;

use domain_auth::{EndReason, Session, SessionId, SessionRepository, UserId};
use domain_shared::{Aggregate, Caller, Repository};

use crate::{Auth, AuthError, Ports};

impl<P: Ports> Auth<P> {
    /// Whether `session` can be used now.
    pub(crate) fn is_alive(&self, session: &Session) -> bool {
        session.is_alive(self.now(), self.policy.session_idle)
    }

    /// Ends one session; one that has ended already, or never was, is fine, so doing it again does no harm. Tells whether
    /// this ended it.
    pub(crate) async fn end_session(
        &self,
        session: SessionId,
        reason: EndReason,
        caller: &Caller,
    ) -> Result<bool, AuthError> {
        let context = self.context(&caller.besides());
        let end = Arc::new(move |s: &mut Session| s.end(reason, &context));
        let changed = self.ports.sessions().change(session, end).await?;
        Ok(changed.is_some_and(|changed| !changed.events.is_empty()))
    }

    /// Ends every session of `user` but `kept`.
    pub(crate) async fn end_sessions(
        &self,
        user: UserId,
        kept: Option<SessionId>,
        reason: EndReason,
        caller: &Caller,
    ) -> Result<(), AuthError> {
        for session in self.ports.sessions().of_user(user, self.now(), self.policy.session_idle).await? {
            if Some(session.id()) != kept {
                self.end_session(session.id(), reason, caller).await?;
            }
        }
        Ok(())
    }
}
