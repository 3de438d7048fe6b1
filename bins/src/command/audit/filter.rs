use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::Args;
use domain_shared::StoredEvent;
use uuid::Uuid;

/// When it happened.
#[derive(Args, Debug, Clone, Copy, Default)]
pub struct When {
    /// Only what happened then or later: a date, or a time such as 2026-11-24T10:13:11Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<DateTime<Utc>>,
    /// Only what happened before
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<DateTime<Utc>>,
}

/// A time, or the beginning of a day (UTC).
fn time(raw: &str) -> Result<DateTime<Utc>, String> {
    let day = || raw.parse::<NaiveDate>().map(|day| day.and_time(NaiveTime::MIN).and_utc()).ok();
    let time = DateTime::parse_from_rfc3339(raw).map(|time| time.to_utc()).ok();
    time.or_else(day).ok_or_else(|| "must be a date or a time, such as 2026-11-24T10:13:11Z".to_owned())
}

/// Which events somebody wants to see.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub user: Option<Uuid>,
    pub kind: Option<String>,
    pub when: When,
    pub address: Option<String>,
}

impl Wanted {
    /// Whether `stored` is one of them.
    pub fn has(&self, stored: &StoredEvent) -> bool {
        let event = &stored.event;
        let named = || event.data.get("user_id").and_then(|id| Uuid::try_parse(id.as_str()?).ok());
        let is_theirs =
            |user| event.actor == Some(user) || event.aggregate_id == user || named() == Some(user);
        self.user.is_none_or(is_theirs)
            && self.kind.as_ref().is_none_or(|prefix| event.kind.starts_with(prefix))
            && self.when.since.is_none_or(|since| event.occurred_at >= since)
            && self.when.until.is_none_or(|until| event.occurred_at < until)
            && self.address.as_ref().is_none_or(|wanted| event.origin.client.address.as_ref() == Some(wanted))
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::{Client, EventEnvelope, Origin};
    use serde_json::json;

    use super::*;

    fn failed() -> StoredEvent {
        let client = Client { address: Some("203.0.113.7".to_owned()), user_agent: None };
        let event = EventEnvelope {
            id: Uuid::from_u128(1),
            aggregate_type: "security".to_owned(),
            aggregate_id: Uuid::from_u128(1),
            sequence: 1,
            kind: "security.login_failed.v1".to_owned(),
            occurred_at: time("2026-11-24T10:00:00Z").unwrap(),
            actor: None,
            command_id: Uuid::from_u128(1),
            traceparent: None,
            origin: Origin { client, session: None },
            data: json!({ "user_id": Uuid::from_u128(7), "reason": "wrong_password", "count": 1 }),
        };
        StoredEvent { position: 1, event }
    }

    #[test]
    fn an_event_is_wanted_if_it_fits_everything_that_was_asked_for() {
        let at = |raw: &str| Some(time(raw).unwrap());
        let all = Wanted {
            user: Some(Uuid::from_u128(7)),
            kind: Some("security.login".to_owned()),
            when: When { since: at("2026-11-24T10:00:00Z"), until: at("2026-11-25") },
            address: Some("203.0.113.7".to_owned()),
        };
        assert!(all.has(&failed()) && Wanted::default().has(&failed()));
        for other in [
            Wanted { user: Some(Uuid::from_u128(8)), ..all.clone() },
            Wanted { kind: Some("user.".to_owned()), ..all.clone() },
            Wanted { when: When { since: at("2026-11-24T10:00:01Z"), until: None }, ..all.clone() },
            Wanted { when: When { since: None, until: at("2026-11-24T11:00:00+01:00") }, ..all.clone() },
            Wanted { address: Some("203.0.113.70".to_owned()), ..all },
        ] {
            assert!(!other.has(&failed()), "{other:?}");
        }
    }

    #[test]
    fn a_time_is_a_date_or_says_its_zone() {
        assert_eq!(time("2026-11-24").unwrap(), time("2026-11-24T01:00:00+01:00").unwrap());
        assert!(time("2026-11-24T10:00:00").is_err() && time("yesterday").is_err());
    }
}
