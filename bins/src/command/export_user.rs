use adapters::system::{SystemClock, UuidV7};
use app_auth::queries::{ExportUser as Export, UserExport};
use clap::Args;
use domain_auth::{
    ActivityRow, EndReason, FullName, PendingCode, PhoneNumber, SecurityEvent, SecurityLog, Session, User,
};
use domain_shared::{Aggregate, Caller, Handle, Scope};
use serde_json::{Value, json};

use super::who;
use crate::compose::{AuthService, ComposeError};

/// Writes everything that is held about a user, as JSON.
#[derive(Args, Debug, Clone)]
pub struct ExportUser {
    /// The user's id, e-mail address or username
    #[arg(value_name = "ID")]
    who: String,
}

impl ExportUser {
    /// The document.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub async fn run(&self, service: &AuthService) -> Result<String, ComposeError> {
        let export = Export { user: who::find(service, &self.who).await?.id() };
        let (user_id, caller) = (export.user, Caller::default());
        let held = service.auth.handle(export, &caller).await.map_err(|e| who::failure(&e))?;
        // Before anything is shown.
        let context = caller.context(&SystemClock, &UuidV7);
        service.store.security.note(SecurityEvent::UserExported { user_id }, &context).await?;
        Ok(serde_json::to_string_pretty(&document(&held)?)?)
    }
}

fn document(held: &UserExport) -> Result<Value, serde_json::Error> {
    Ok(json!({
        "account": account(&held.user),
        "password": "a hash of it is held, which is handed out to nobody",
        "sessions": held.sessions.iter().map(session).collect::<Vec<_>>(),
        "pending_code": held.pending_code.as_ref().map(pending),
        "activity": held.activity.as_ref().map(activity),
        "pending_reset": held.pending_reset.as_ref().map(pending),
        "events": serde_json::to_value(&held.events)?,
    }))
}

fn account(user: &User) -> Value {
    json!({
        "id": user.id().0,
        "email": user.email.as_str(),
        "username": user.username.as_str(),
        "full_name": user.full_name.as_ref().map(FullName::as_str),
        "phone_number": user.phone_number.as_ref().map(PhoneNumber::as_str),
        "language": user.language.code(),
        "is_active": user.is_active,
        "is_superuser": user.is_superuser,
        "scopes": user.scopes.iter().map(Scope::as_str).collect::<Vec<_>>(),
        "created_at": user.created_at,
        "updated_at": user.updated_at,
        "password_changed_at": user.password_changed_at,
        "sessions_from": user.sessions_from,
        "kept_session": user.kept_session.map(|session| session.0),
        "version": user.version(),
    })
}

fn session(session: &Session) -> Value {
    json!({
        "id": session.id().0,
        "address": session.client.address,
        "user_agent": session.client.user_agent,
        "started_at": session.started_at,
        "refreshed_at": session.refreshed_at,
        "expires_at": session.expires_at,
        "generation": session.generation,
        "ended": session.ended.map(EndReason::as_str),
    })
}

fn activity(row: &ActivityRow) -> Value {
    json!({
        "registered_at": row.registered_at,
        "last_login_at": row.last_login_at,
        "logins": row.logins,
        "password_changed_at": row.password_changed_at,
        "last_event_at": row.last_event_at,
    })
}

fn pending(code: &PendingCode) -> Value {
    json!({
        "issued_at": code.issued_at,
        "expires_at": code.expires_at,
        "attempts": code.attempts,
        "sent_at": code.sent_at,
    })
}
