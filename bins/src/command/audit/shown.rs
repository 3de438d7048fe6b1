use chrono::SecondsFormat;
use domain_shared::StoredEvent;

/// An event on one line, whatever others have put into it.
pub fn line(stored: &StoredEvent) -> String {
    let event = &stored.event;
    let mut parts = vec![
        event.occurred_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        event.kind.clone(),
        format!("{}={}", event.aggregate_type, event.aggregate_id),
    ];
    let (client, session) = (&event.origin.client, event.origin.session);
    parts.extend(event.actor.map(|actor| format!("actor={actor}")));
    parts.extend(session.map(|session| format!("session={session}")));
    parts.extend(client.address.as_ref().map(|address| format!("address={address}")));
    parts.extend(client.user_agent.as_ref().map(|agent| format!("agent={agent:?}")));
    parts.push(event.data.to_string());
    parts.join(" ").replace(char::is_control, " ")
}
