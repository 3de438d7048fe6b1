use chrono::DateTime;
use domain_shared::{Claims, Scope, Scopes, ValueObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The claims of an access token, with the times in whole seconds since 1970.
#[derive(Serialize, Deserialize)]
pub struct Payload {
    pub iss: String,
    pub aud: Audience,
    pub sub: Uuid,
    /// The session (OpenID Connect Front-Channel Logout, section 3).
    pub sid: Uuid,
    pub jti: Uuid,
    pub iat: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    pub exp: i64,
    pub scope: String,
}

/// For whom a token is; a list of one is as good as that one (RFC 7519, section 4.1.3).
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    One(String),
    List([String; 1]),
}

impl Audience {
    pub fn is(&self, audience: &str) -> bool {
        let (Self::One(named) | Self::List([named])) = self;
        named == audience
    }
}

impl Payload {
    pub fn new(claims: &Claims, issuer: &str, audience: &str) -> Self {
        Self {
            iss: issuer.to_owned(),
            aud: Audience::One(audience.to_owned()),
            sub: claims.subject,
            sid: claims.session,
            jti: claims.id,
            iat: claims.issued_at.timestamp(),
            nbf: None,
            exp: claims.expires_at.timestamp(),
            scope: claims.scopes.to_string(),
        }
    }

    /// What it says, unless its times or scopes make no sense.
    pub fn claims(&self) -> Option<Claims> {
        let names = self.scope.split(' ').filter(|name| !name.is_empty());
        let scopes: Result<Scopes, _> = names.map(|name| Scope::parse(name.to_owned())).collect();
        Some(Claims {
            subject: self.sub,
            session: self.sid,
            id: self.jti,
            scopes: scopes.ok()?,
            issued_at: DateTime::from_timestamp(self.iat, 0)?,
            expires_at: DateTime::from_timestamp(self.exp, 0)?,
        })
    }
}
