use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::{EndReason, Session, SessionError, SessionEvent, SessionId, SessionRepository, UserId};
use domain_shared::{
    Aggregate, ChangeError, Changed, Decision, Recorded, Refused, Repository, StoreError, Together,
};
use prometheus::{IntCounter, IntCounterVec, Opts};

use super::{MeterError, Meters};

/// What happens to sessions, counted where they are kept.
#[derive(Clone)]
pub struct Sessions {
    kept: Arc<dyn SessionRepository>,
    started: IntCounter,
    refreshed: IntCounter,
    ended: IntCounterVec,
}

impl Sessions {
    /// The same sessions, counted.
    ///
    /// # Errors
    /// See [`MeterError`].
    pub fn of(kept: Arc<dyn SessionRepository>, meters: &Meters) -> Result<Self, MeterError> {
        let started = IntCounter::new("sessions_started_total", "How many sessions were started")?;
        let refreshed = IntCounter::new("sessions_refreshed_total", "How often sessions were refreshed")?;
        let ended =
            Opts::new("sessions_ended_total", "How many sessions were ended, by reason; none that lapsed");
        let ended = IntCounterVec::new(ended, &["reason"])?;
        for (_, reason) in EndReason::ALL {
            drop(ended.with_label_values(&[reason]));
        }
        meters.include(started.clone())?;
        meters.include(refreshed.clone())?;
        meters.include(ended.clone())?;
        Ok(Self { kept, started, refreshed, ended })
    }

    fn count(&self, events: &[Recorded<SessionEvent>]) {
        for recorded in events {
            match &recorded.event {
                SessionEvent::Started { .. } => self.started.inc(),
                SessionEvent::Refreshed { .. } => self.refreshed.inc(),
                SessionEvent::Ended { reason, .. } => self.ended.with_label_values(&[reason.as_str()]).inc(),
                SessionEvent::ReuseDetected { .. } => {}
            }
        }
    }
}

#[async_trait]
impl Repository<Session> for Sessions {
    async fn save(&self, session: &mut Session) -> Result<(), StoreError> {
        let pending = session.journal().pending().to_vec();
        self.kept.save(session).await?;
        self.count(&pending);
        Ok(())
    }

    async fn save_all(&self, new: &mut [Session], together: Together) -> Result<Vec<Refused>, StoreError> {
        let pending: Vec<_> = new.iter().map(|session| session.journal().pending().to_vec()).collect();
        let refused = self.kept.save_all(new, together).await?;
        // The journals of those that were stored are empty now.
        for (_, events) in
            new.iter().zip(&pending).filter(|(session, _)| session.journal().pending().is_empty())
        {
            self.count(events);
        }
        Ok(refused)
    }

    async fn change(
        &self,
        id: SessionId,
        decide: Decision<Session>,
    ) -> Result<Option<Changed<Session>>, ChangeError<SessionError>> {
        let changed = self.kept.change(id, decide).await?;
        self.count(changed.as_ref().map_or(&[], |changed| &changed.events));
        Ok(changed)
    }

    async fn find(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.kept.find(id).await
    }
}

#[async_trait]
impl SessionRepository for Sessions {
    async fn of_user(
        &self,
        user: UserId,
        at: DateTime<Utc>,
        idle: TimeDelta,
    ) -> Result<Vec<Session>, StoreError> {
        self.kept.of_user(user, at, idle).await
    }

    async fn addresses_of(&self, user: UserId, since: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        self.kept.addresses_of(user, since).await
    }
}
