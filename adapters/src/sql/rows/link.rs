use diesel::prelude::{Insertable, Queryable, Selectable};
use domain_shared::{Digest, Link};

use super::{from_column, to_column};
use crate::sql::{schema::audit_chain, types::Id};

#[derive(Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = audit_chain)]
pub struct LinkRow {
    position: i64,
    event_id: Id,
    previous: Vec<u8>,
    digest: Vec<u8>,
}

impl From<&Link> for LinkRow {
    fn from(link: &Link) -> Self {
        Self {
            position: to_column(link.position),
            event_id: Id(link.event),
            previous: link.previous.to_vec(),
            digest: link.digest.to_vec(),
        }
    }
}

impl From<LinkRow> for Link {
    fn from(row: LinkRow) -> Self {
        // What isn't a digest fits nothing, as little as zeros do.
        let digest = |bytes: Vec<u8>| Digest::try_from(bytes).unwrap_or_default();
        Self {
            position: from_column(row.position),
            event: row.event_id.0,
            previous: digest(row.previous),
            digest: digest(row.digest),
        }
    }
}
