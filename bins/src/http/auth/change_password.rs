use actix_web::{HttpRequest, HttpResponse, web::Data};
use app_auth::commands::ChangePassword;
use domain_auth::{Password, PasswordAttempt};
use domain_shared::Handle;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Auth, SignedIn, register::confirm};
use crate::http::{
    body::Body,
    conditional::expected_version,
    failures::{BadBody, BadCondition, InTheWay, NotSignedIn, OutOfOrder, TooOften},
    field::{Field, Violations},
    message::{MessageBody, say},
    problem::Problem,
};

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the contract")]
pub struct ChangePasswordBody {
    /// The password in force; `current_password` will do as well.
    #[serde(default, alias = "current_password")]
    #[schema(required = true, value_type = String, format = Password, example = "OldPass123!")]
    old_password: Field<PasswordAttempt>,
    /// The one to replace it.
    #[serde(default)]
    #[schema(required = true, value_type = String, format = Password, min_length = 8, max_length = 128, example = "NewPass123!")]
    new_password: Field<Password>,
    /// The new password again, checked when given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, example = "NewPass123!")]
    confirm_password: Field<PasswordAttempt>,
}

/// Change the password
///
/// Every other session of the user ends.
#[utoipa::path(
    put,
    path = "/api/v1/auth/change-password",
    tag = "accounts",
    security(("bearer" = [])),
    params(("If-Match" = Option<String>, Header, description = "The version of yourself that you looked at")),
    request_body = ChangePasswordBody,
    responses(
        (status = 200, description = "The password is changed", body = MessageBody),
        BadBody,
        BadCondition,
        NotSignedIn,
        InTheWay,
        TooOften,
        OutOfOrder,
    ),
)]
pub async fn change_password(
    auth: Data<Auth>,
    request: HttpRequest,
    who: SignedIn,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (expected, body) = (expected_version(&request)?, body.json::<ChangePasswordBody>()?);
    let mut bad = Violations::default();
    let (old, new) =
        (bad.required("old_password", body.old_password), bad.required("new_password", body.new_password));
    confirm(&mut bad, new.as_ref(), body.confirm_password);
    let (Some(old), Some(new)) = (old, new) else { return Err(bad.into()) };
    bad.result()?;
    let command = ChangePassword { user: who.id(), session: who.session(), expected, old, new };
    auth.handle(command, &who.caller).await?;
    let message = say(who.caller.language, "The password is changed", "La contraseña ha cambiado");
    Ok(HttpResponse::Ok().json(MessageBody { message }))
}
