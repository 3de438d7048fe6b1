//! The public keys of access tokens.
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web::Data};
use adapters::{
    jwt::{Jwk, KeyRing},
    system::SystemClock,
};
use domain_shared::Clock;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::conditional;

/// What is published, and how long it may be kept.
#[derive(Clone)]
pub struct Published {
    /// The keys of the moment.
    pub ring: KeyRing,
    /// How long whoever has asked needn't ask again.
    pub good_for: Duration,
}

/// A public key (RFC 7517).
#[derive(Serialize, ToSchema)]
#[schema(as = PublicKey)]
struct KeyBody {
    /// What kind of key it is.
    #[schema(example = "OKP")]
    kty: String,
    /// On which curve.
    #[schema(example = "Ed25519")]
    crv: String,
    /// The key, or the first coordinate of its point.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    x: String,
    /// The second coordinate, if it is a point.
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    /// What tokens call it, in their headers.
    #[schema(example = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")]
    kid: String,
    /// The only algorithm that it is for.
    #[schema(example = "EdDSA")]
    alg: Option<String>,
    /// What it is used for.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    usage: Option<String>,
}

impl From<Jwk> for KeyBody {
    fn from(jwk: Jwk) -> Self {
        let Jwk { kty, crv, x, y, kid, alg, usage } = jwk;
        Self { kty, crv, x, y, kid, alg, usage }
    }
}

/// The public keys of access tokens (RFC 7517).
#[derive(Serialize, ToSchema)]
#[schema(as = PublicKeys)]
pub struct KeysBody {
    /// Those that sign, will sign, or have signed tokens that are alive. Empty with HS256, whose keys are secrets.
    keys: Vec<KeyBody>,
}

/// Get the public keys
///
/// What access tokens are checked with, offline. A key is here before the first token that it signs, and until the last one
/// has expired, so whoever keeps the answer no longer than `Cache-Control` allows has every key in time.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "tokens",
    responses(
        (status = 200, description = "The keys, as a JSON Web Key Set", body = KeysBody, headers(
            ("Cache-Control" = String, description = "How long they may be kept"),
            ("ETag" = String, description = "Which keys these are"),
        )),
        (status = 304, description = "You have them already"),
    ),
)]
pub async fn published(request: HttpRequest, published: Data<Published>) -> HttpResponse {
    let keys = published.ring.published(SystemClock.now());
    // Names are thumbprints, so they say all about the keys.
    let tag = keys.iter().map(|key| key.kid.as_str()).collect::<Vec<_>>().join(".");
    let body = KeysBody { keys: keys.into_iter().map(Into::into).collect() };
    conditional::cached(&request, &tag, published.good_for, &body)
}
