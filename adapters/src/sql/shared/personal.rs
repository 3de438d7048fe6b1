//! What is about people in the log: sealed when it is added, opened when it is read.
use std::{collections::HashMap, mem::take};

use async_trait::async_trait;
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use domain_auth::{CodePurpose, PendingCode, PersonalData, Session, UserId, asker, personal};
use domain_shared::{Client, EventEnvelope, Personal, StoreError, StoredEvent};
use uuid::Uuid;

use super::{Conn, Query, RunQueryDsl, Store};
use crate::sql::{
    failure::Failure,
    origin::KeptOrigin,
    rows::{ChallengeRow, EventRow, SessionRow, StoredEventRow},
    schema::{dead_letters, events, login_codes, sessions, user_keys},
    sealed::{self, UserKey},
    types::Id,
};

/// Seals what is personal in events that are about to be added. Events that are about nobody cost nothing.
pub async fn seal(conn: &mut Conn<'_>, events: Vec<EventEnvelope>) -> Result<Vec<EventRow>, Failure> {
    let mut rows = Vec::new();
    for mut event in events {
        seal_data(conn, &mut event).await?;
        let origin = seal_origin(conn, &mut event).await?;
        rows.push(EventRow::of(event, origin)?);
    }
    Ok(rows)
}

async fn seal_data(conn: &mut Conn<'_>, event: &mut EventEnvelope) -> Result<(), Failure> {
    if let Some(personal) = personal(&event.kind)
        && let Some(subject) = personal.subject_of(event)
    {
        let is_first = event.sequence == 1 && event.aggregate_id == subject;
        if let Some(key) = key_of(conn, subject, is_first).await? {
            key.seal(personal, event)?;
        } else {
            personal.erase(subject, &mut event.data);
            clear_sessions(conn, Id(subject)).await?;
        }
    }
    Ok(())
}

/// The key may be destroyed before the end of the transaction: what was sealed with it is unreadable then, which is all
/// that is asked for. So nobody has to wait, whoever holds what.
async fn seal_origin(conn: &mut Conn<'_>, event: &mut EventEnvelope) -> Result<Option<KeptOrigin>, Failure> {
    let (origin, owner) = (take(&mut event.origin), asker(event));
    let (true, Some(owner)) = (origin.client != Client::default(), owner) else {
        return Ok(KeptOrigin::plain(origin));
    };
    let found: Option<Option<Vec<u8>>> =
        user_keys::table.find(Id(owner)).select(user_keys::key).get_result(conn).await.optional()?;
    let key = match found {
        Some(key) => key.map(UserKey::stored),
        None => key_of(conn, owner, true).await?,
    };
    Ok(KeptOrigin::sealed(origin, key.as_ref(), event.id)?)
}

/// The key of `user`, made if there never was one; `None` if it was destroyed. It isn't destroyed before the end of the
/// transaction, so that whoever destroys it sees what was done meanwhile.
async fn key_of(conn: &mut Conn<'_>, user: Uuid, is_new: bool) -> Result<Option<UserKey>, Failure> {
    if !is_new && let Some(found) = stored_key(conn, user).await? {
        return Ok(found);
    }
    let key = UserKey::generate()?;
    let row = (user_keys::user_id.eq(Id(user)), user_keys::key.eq(Some(key.bytes())));
    let made = diesel::insert_into(user_keys::table).values(row).on_conflict_do_nothing();
    match made.execute(conn).await? {
        1 => Ok(Some(key)),
        _ => Ok(stored_key(conn, user).await?.flatten()),
    }
}

/// `Some(None)` is one that was destroyed.
async fn stored_key(conn: &mut Conn<'_>, user: Uuid) -> Result<Option<Option<UserKey>>, Failure> {
    let row = for_update!(user_keys::table.find(Id(user)).select(user_keys::key));
    let key: Option<Option<Vec<u8>>> = row.get_result(conn).await.optional()?;
    Ok(key.map(|key| key.map(UserKey::stored)))
}

/// The events as they were before they were sealed, as far as there are keys: those of all of them in one query, of none
/// if nothing is sealed.
pub async fn open(conn: &mut Conn<'_>, rows: Vec<StoredEventRow>) -> Result<Vec<StoredEvent>, Failure> {
    let mut events: Vec<_> = rows.into_iter().map(StoredEventRow::into_sealed).collect();
    let mut users = Vec::new();
    for (StoredEvent { event, .. }, origin) in &events {
        users.extend(sealed_about(event).map(|(_, subject)| subject));
        users.extend(origin.as_ref().filter(|origin| origin.is_sealed()).and_then(|_| asker(event)));
    }
    let keys = if users.is_empty() { HashMap::new() } else { keys_of(conn, users).await? };
    for (StoredEvent { event, .. }, origin) in &mut events {
        if let Some((personal, subject)) = sealed_about(event) {
            sealed::open(personal, subject, keys.get(&subject), event);
        }
        if let Some(origin) = origin.take() {
            let key = asker(event).and_then(|owner| keys.get(&owner));
            event.origin = origin.open(key, event.id);
        }
    }
    Ok(events.into_iter().map(|(event, _)| event).collect())
}

/// Whom something in `event` is about that is sealed.
fn sealed_about(event: &EventEnvelope) -> Option<(&'static Personal, Uuid)> {
    let personal = personal(&event.kind).filter(|personal| sealed::is_sealed(personal, event))?;
    Some((personal, personal.subject_of(event)?))
}

async fn keys_of(conn: &mut Conn<'_>, mut users: Vec<Uuid>) -> Result<HashMap<Uuid, UserKey>, Failure> {
    users.sort_unstable();
    users.dedup();
    let users: Vec<Id> = users.into_iter().map(Id).collect();
    let rows: Vec<(Id, Option<Vec<u8>>)> = user_keys::table
        .filter(user_keys::user_id.eq_any(&users))
        .select((user_keys::user_id, user_keys::key))
        .load(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|(user, key)| Some((user.0, UserKey::stored(key?)))).collect())
}

/// Clears from where the sessions of `user` were started.
async fn clear_sessions(conn: &mut Conn<'_>, user: Id) -> Result<(), Failure> {
    let told = sessions::address.is_not_null().or(sessions::user_agent.is_not_null());
    diesel::update(sessions::table.filter(sessions::user_id.eq(user)).filter(told))
        .set((sessions::address.eq(None::<String>), sessions::user_agent.eq(None::<String>)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Drops what couldn't be delivered about `user`: the reason often names an address.
async fn drop_dead_letters(conn: &mut Conn<'_>, user: Id) -> Result<(), Failure> {
    let own = sessions::table.filter(sessions::user_id.eq(user)).select(sessions::id);
    let about = events::aggregate_id.eq(user).or(events::aggregate_id.eq_any(own));
    let letters = dead_letters::event_id.eq_any(events::table.filter(about).select(events::id));
    diesel::delete(dead_letters::table.filter(letters)).execute(conn).await?;
    Ok(())
}

/// Destroys the key, then clears the rows, in one transaction. In this order whatever is added meanwhile either waits, and
/// finds no key, or is there to be cleared.
#[derive(Debug)]
pub struct Forget(UserId);

impl Query for Forget {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        let user = Id(self.0.0);
        let gone = || user_keys::key.eq(None::<Vec<u8>>);
        diesel::insert_into(user_keys::table)
            .values((user_keys::user_id.eq(user), gone()))
            .on_conflict(user_keys::user_id)
            .do_update()
            .set(gone())
            .execute(&mut conn)
            .await?;
        clear_sessions(&mut conn, user).await?;
        drop_dead_letters(&mut conn, user).await
    }
}

#[derive(Debug)]
struct AllSessions(UserId);

impl Query for AllSessions {
    type Answer = Vec<Session>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<Session>, Failure> {
        let rows = sessions::table
            .filter(sessions::user_id.eq(Id(self.0.0)))
            .order((sessions::started_at, sessions::id))
            .select(SessionRow::as_select())
            .load(&mut conn)
            .await?;
        Ok(rows.into_iter().map(Session::try_from).collect::<Result<_, _>>()?)
    }
}

#[derive(Debug)]
struct Pending(UserId, CodePurpose);

impl Query for Pending {
    type Answer = Option<PendingCode>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Option<PendingCode>, Failure> {
        let row = login_codes::table.find((Id(self.0.0), self.1.as_str())).select(ChallengeRow::as_select());
        let row: Option<ChallengeRow> = row.get_result(&mut conn).await.optional()?;
        Ok(row.map(Into::into))
    }
}

#[async_trait]
impl PersonalData for Store {
    async fn forget(&self, user: UserId) -> Result<(), StoreError> {
        self.destroy(Forget(user)).await
    }

    async fn all_sessions(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        self.read(AllSessions(user)).await
    }

    async fn pending_code(
        &self,
        user: UserId,
        purpose: CodePurpose,
    ) -> Result<Option<PendingCode>, StoreError> {
        self.read(Pending(user, purpose)).await
    }
}
