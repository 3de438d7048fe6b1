//! From where an event was asked for, as it is stored: address and user agent are sealed with the key of whom they are about.
use domain_shared::{Client, Origin, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::sealed::UserKey;

/// An origin in a row.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct KeptOrigin {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<Uuid>,
    /// Address and user agent, if they are about somebody who is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
    /// The same, if they are about nobody in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<Client>,
}

/// Where in an event it is, so that nobody can move it to another.
fn place(event: Uuid) -> Vec<u8> {
    [event.as_bytes().as_slice(), b"origin"].concat()
}

impl KeptOrigin {
    /// The origin of an event that nobody in particular asked for; `None` if there is nothing to keep.
    pub fn plain(Origin { client, session }: Origin) -> Option<Self> {
        let client = (client != Client::default()).then_some(client);
        (client.is_some() || session.is_some()).then_some(Self { session, client, sealed: None })
    }

    /// The origin of the event `event`, sealed with the `key` of whoever asked; without the client if there is no key any
    /// more.
    pub fn sealed(origin: Origin, key: Option<&UserKey>, event: Uuid) -> Result<Option<Self>, StoreError> {
        let Origin { client, session } = origin;
        let (false, Some(key)) = (client == Client::default(), key) else {
            return Ok(Self::plain(Origin { client: Client::default(), session }));
        };
        let text = serde_json::to_string(&client).map_err(StoreError::unavailable)?;
        let sealed = Some(key.seal_text(&place(event), &text)?);
        Ok(Some(Self { session, sealed, client: None }))
    }

    /// Whether it takes a key to read it.
    pub const fn is_sealed(&self) -> bool {
        self.sealed.is_some()
    }

    /// What it was, as far as `key` opens it.
    pub fn open(self, key: Option<&UserKey>, event: Uuid) -> Origin {
        let Self { session, sealed, client } = self;
        let opened = || serde_json::from_str(&key?.open_text(&place(event), &sealed?)?).ok();
        Origin { client: client.or_else(opened).unwrap_or_default(), session }
    }

    pub fn to_json(&self) -> Result<Value, StoreError> {
        serde_json::to_value(self).map_err(StoreError::unavailable)
    }

    /// What can't be read is unknown: it must not keep anybody from reading the log.
    pub fn from_json(json: Value) -> Self {
        serde_json::from_value(json).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        let client =
            Client { address: Some("203.0.113.7".to_owned()), user_agent: Some("Mosaic".to_owned()) };
        Origin { client, session: Some(Uuid::max()) }
    }

    fn stored(kept: &KeptOrigin) -> KeptOrigin {
        KeptOrigin::from_json(kept.to_json().unwrap())
    }

    #[test]
    fn what_is_sealed_shows_the_session_alone_until_it_is_opened_in_its_place() {
        let key = UserKey::generate().unwrap();
        let kept = stored(&KeptOrigin::sealed(origin(), Some(&key), Uuid::nil()).unwrap().unwrap());
        let text = kept.to_json().unwrap().to_string();
        assert!(kept.is_sealed() && !text.contains("203.0") && !text.contains("Mosaic"), "{text}");
        assert_eq!(kept.clone().open(Some(&key), Uuid::nil()), origin());
        for unreadable in [kept.clone().open(None, Uuid::nil()), kept.open(Some(&key), Uuid::max())] {
            assert_eq!(unreadable, origin().without_client());
        }
    }

    #[test]
    fn without_a_key_the_client_is_left_out_and_an_unknown_origin_is_no_origin() {
        let kept = KeptOrigin::sealed(origin(), None, Uuid::nil()).unwrap().unwrap();
        assert_eq!(stored(&kept).open(None, Uuid::nil()), origin().without_client());
        assert!(KeptOrigin::sealed(Origin::default(), None, Uuid::nil()).unwrap().is_none());
        assert!(KeptOrigin::plain(Origin::default()).is_none());
        assert_eq!(stored(&KeptOrigin::plain(origin()).unwrap()).open(None, Uuid::nil()), origin());
    }
}
