//! Setting another password in place of one that was forgotten.
use actix_web::{HttpRequest, HttpResponse, web::Data};
use app_auth::commands::{ForgotPassword, ResetPassword};
use domain_auth::{LoginCode, Password, PasswordAttempt};
use domain_shared::{Email, Handle};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Auth, register::confirm};
use crate::http::{
    afterwards::Afterwards,
    body::Body,
    context::visitor,
    failures::{BadBody, OutOfOrder, TooOften},
    field::{Field, Violations},
    message::{MessageBody, say},
    problem::Problem,
};

/// Whose password was forgotten.
#[derive(Deserialize, ToSchema)]
pub struct ForgotPasswordBody {
    /// The account's e-mail address.
    #[serde(default)]
    #[schema(required = true, value_type = String, format = Email, max_length = 254, example = "user@example.com")]
    email: Field<Email>,
}

/// Ask for a code to set a new password
///
/// Sends a code of 6 digits to the address, if it is that of an account that may sign in. The answer is always the same, and
/// takes the same time. A code that was sent already is sent again, though not within a minute.
#[utoipa::path(
    post,
    path = "/api/v1/auth/forgot-password",
    tag = "accounts",
    request_body = ForgotPasswordBody,
    responses(
        (status = 202, description = "If there is such an account, the code is on its way", body = MessageBody),
        BadBody,
        TooOften,
        OutOfOrder,
    ),
)]
pub async fn forgot_password(
    auth: Data<Auth>,
    afterwards: Data<Afterwards>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let body: ForgotPasswordBody = body.json()?;
    let mut bad = Violations::default();
    let Some(email) = bad.required("email", body.email) else { return Err(bad.into()) };
    let caller = visitor(&request);
    auth.admit_forgot_password(&caller).await?;
    let message = say(
        caller.language,
        "If there is an account with this address, a code is on its way to it",
        "Si hay una cuenta con esta dirección, un código va en camino",
    );
    // Some of this is only done for addresses that are somebody's, so that nobody may wait for it.
    afterwards.spawn(async move {
        if let Err(error) = auth.handle(ForgotPassword { email }, &caller).await {
            let error: &(dyn std::error::Error + 'static) = &error;
            tracing::warn!(error, "a code to set a new password can't be asked for");
        }
    });
    Ok(HttpResponse::Accepted().json(MessageBody { message }))
}

/// The code and the new password.
#[derive(Deserialize, ToSchema)]
pub struct ResetPasswordBody {
    /// The account's e-mail address.
    #[serde(default)]
    #[schema(required = true, value_type = String, format = Email, max_length = 254, example = "user@example.com")]
    email: Field<Email>,
    /// The 6 digits from the mail.
    #[serde(default)]
    #[schema(required = true, value_type = String, example = "123456")]
    code: Field<LoginCode>,
    /// Any characters, all of which count; not a common one.
    #[serde(default)]
    #[schema(required = true, value_type = String, format = Password, min_length = 8, max_length = 128, example = "NewPass123!")]
    new_password: Field<Password>,
    /// The new password again, checked when given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, example = "NewPass123!")]
    confirm_password: Field<PasswordAttempt>,
}

/// Set a new password with a code
///
/// The code works once, for a quarter of an hour and five tries. Every session of the user ends. A wrong code and an address
/// that is nobody's get the same answer.
#[utoipa::path(
    post,
    path = "/api/v1/auth/reset-password",
    tag = "accounts",
    request_body = ResetPasswordBody,
    responses(
        (status = 200, description = "The password is set", body = MessageBody),
        BadBody,
        TooOften,
        OutOfOrder,
    ),
)]
pub async fn reset_password(
    auth: Data<Auth>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let body: ResetPasswordBody = body.json()?;
    let mut bad = Violations::default();
    let (email, code) = (bad.required("email", body.email), bad.required("code", body.code));
    let new = bad.required("new_password", body.new_password);
    confirm(&mut bad, new.as_ref(), body.confirm_password);
    let (Some(email), Some(code), Some(new)) = (email, code, new) else { return Err(bad.into()) };
    bad.result()?;
    let caller = visitor(&request);
    auth.handle(ResetPassword { email, code, new }, &caller).await?;
    let message = say(
        caller.language,
        "The new password is set; sign in with it",
        "La contraseña nueva está puesta; inicia sesión con ella",
    );
    Ok(HttpResponse::Ok().json(MessageBody { message }))
}
