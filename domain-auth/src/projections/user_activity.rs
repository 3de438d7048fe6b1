use chrono::{DateTime, Utc};
use domain_shared::{EventDecodeError, ProjectedRow, Projection, StoredEvent, decode};
use uuid::Uuid;

use crate::{UserEvent, UserId};

/// What each user has done lately, one row per user. Of somebody who was erased there is none.
#[derive(Debug, Clone, Copy)]
pub struct UserActivity;

/// What a user has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityRow {
    /// Who.
    pub user: UserId,
    /// The position of their last event in the log.
    pub position: u64,
    /// When they registered.
    pub registered_at: DateTime<Utc>,
    /// When they signed in last.
    pub last_login_at: Option<DateTime<Utc>>,
    /// How often they signed in.
    pub logins: u64,
    /// When they set another password last.
    pub password_changed_at: Option<DateTime<Utc>>,
    /// When anything happened to their account last, signing in included.
    pub last_event_at: DateTime<Utc>,
}

impl ProjectedRow for ActivityRow {
    fn key(&self) -> Uuid {
        self.user.0
    }
    fn aggregate(&self) -> Uuid {
        self.user.0
    }
    fn position(&self) -> u64 {
        self.position
    }
}

impl Projection for UserActivity {
    const NAME: &'static str = "user-activity";
    type Row = ActivityRow;

    fn key(event: &StoredEvent) -> Option<Uuid> {
        event.event.kind.starts_with("user.").then_some(event.event.aggregate_id)
    }

    fn apply(
        row: Option<ActivityRow>,
        stored: &StoredEvent,
    ) -> Result<Option<ActivityRow>, EventDecodeError> {
        let (event, at): (UserEvent, _) = (decode(&stored.event)?, stored.event.occurred_at);
        if let UserEvent::Registered(_) = event {
            return Ok(Some(ActivityRow {
                user: UserId(stored.event.aggregate_id),
                position: stored.position,
                registered_at: at,
                last_login_at: None,
                logins: 0,
                password_changed_at: None,
                last_event_at: at,
            }));
        }
        let Some(mut row) = row else { return Ok(None) };
        row.position = stored.position;
        row.last_event_at = at;
        match event {
            UserEvent::Erased { .. } => return Ok(None),
            UserEvent::LoggedIn {} => {
                row.logins += 1;
                row.last_login_at = Some(at);
            }
            UserEvent::PasswordChanged { .. } => row.password_changed_at = Some(at),
            _ => {}
        }
        Ok(Some(row))
    }
}
