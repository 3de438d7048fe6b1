use actix_web::{HttpRequest, HttpResponse, web::Data};
use app_auth::commands::UpdateProfile;
use domain_auth::{FullName, PhoneNumber, Profile};
use domain_shared::{Aggregate, Handle};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Auth, SignedIn, shown::UserBody};
use crate::http::{
    body::Body,
    conditional::{expected_version, versioned, with_tag},
    failures::{BadBody, BadCondition, NotSignedIn, OutOfOrder},
    field::{Field, Violations, text_or_blank},
    problem::Problem,
};

/// Who am I
///
/// The signed-in user.
#[utoipa::path(
    get,
    path = "/api/v1/auth/me",
    tag = "accounts",
    security(("bearer" = [])),
    params(("If-None-Match" = Option<String>, Header, description = "The version you have")),
    responses(
        (status = 200, description = "The signed-in user", body = UserBody, headers(("ETag" = String))),
        (status = 304, description = "You have this version"),
        NotSignedIn,
        OutOfOrder,
    ),
)]
pub async fn me(request: HttpRequest, who: SignedIn) -> HttpResponse {
    versioned(&request, who.user.version(), || UserBody::from(&who.user))
}

/// What to change: what is left out stays, `null` or a blank text clears.
#[derive(Deserialize, ToSchema)]
pub struct ProfileBody {
    /// What people call the user.
    #[serde(default, deserialize_with = "text_or_blank")]
    #[schema(value_type = Option<String>, max_length = 100, example = "Updated Name")]
    full_name: Field<FullName>,
    /// An optional plus and 7 to 15 digits.
    #[serde(default, deserialize_with = "text_or_blank")]
    #[schema(value_type = Option<String>, example = "+0987654321")]
    phone_number: Field<PhoneNumber>,
}

/// Update the profile
///
/// Changes the signed-in user's name and telephone number.
#[utoipa::path(
    put,
    path = "/api/v1/auth/profile",
    tag = "accounts",
    security(("bearer" = [])),
    params(("If-Match" = Option<String>, Header, description = "The version you looked at")),
    request_body = ProfileBody,
    responses(
        (status = 200, description = "The user", body = UserBody, headers(("ETag" = String))),
        BadBody,
        BadCondition,
        NotSignedIn,
        OutOfOrder,
    ),
)]
pub async fn update_profile(
    auth: Data<Auth>,
    request: HttpRequest,
    who: SignedIn,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (expected, body) = (expected_version(&request)?, body.json::<ProfileBody>()?);
    let mut bad = Violations::default();
    let profile = Profile {
        full_name: bad.clearable("full_name", body.full_name),
        phone_number: bad.clearable("phone_number", body.phone_number),
    };
    bad.result()?;
    let user = auth.handle(UpdateProfile { user: who.id(), expected, profile }, &who.caller).await?;
    let mut response = HttpResponse::Ok();
    Ok(with_tag(&mut response, user.version()).json(UserBody::from(&user)))
}
