use domain_shared::{Refused, StoreError, Together};

use super::{
    Conn, SqliteStore,
    connection::transaction,
    error::store_error,
    shared::{CHUNK, Stored, add_all, commit_journals},
    store::now,
};
use crate::{crash_point::crash_point, sql::failure::Undone};

impl SqliteStore {
    pub(super) async fn add_all<A: Stored>(
        &self,
        new: &mut [A],
        together: Together,
    ) -> Result<Vec<Refused>, StoreError> {
        let all = new.to_vec();
        let add = move |conn: Conn<'_>| transaction(conn, |conn| add(conn, &all, together));
        let refused = match self.writer.run(add).await? {
            Ok(refused) => refused,
            Err(Undone::Refused(refused)) => return Ok(refused),
            Err(Undone::Failed(failure)) => return Err(store_error(failure)),
        };
        crash_point("store.after_commit");
        self.grown.tell();
        commit_journals(new, &refused);
        Ok(refused)
    }
}

fn add<A: Stored>(
    conn: Conn<'_>,
    all: &[A],
    together: Together,
) -> Result<Vec<Refused>, Undone<Vec<Refused>>> {
    let mut refused = Vec::new();
    for (number, chunk) in all.chunks(CHUNK).enumerate() {
        refused.extend(now(add_all(conn, chunk, number * CHUNK))?);
    }
    if together == Together::AllOrNone && !refused.is_empty() {
        return Err(Undone::Refused(refused));
    }
    crash_point("store.before_commit");
    Ok(refused)
}
