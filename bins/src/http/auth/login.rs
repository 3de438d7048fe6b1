//! Signing in: a password, then the code that went out by e-mail.
use actix_web::{HttpRequest, HttpResponse, web::Data};
use app_auth::commands::{CodeOwner, LogIn, LoginName, ResendCode, VerifyCode};
use domain_auth::{LoginCode, PasswordAttempt, UserId};
use domain_shared::{Handle, Invalid, ValueObject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Auth, session::TokensBody};
use crate::{
    http::{
        body::Body,
        context::visitor,
        failures::{BadBody, NotSignedIn, OutOfOrder, TooOften, TooSoon},
        field::{Field, Violations},
        message::{MessageBody, say},
        problem::Problem,
    },
    meters::{Logins, Step},
};

/// Credentials.
#[derive(Deserialize, ToSchema)]
pub struct LoginBody {
    /// A username or an e-mail address.
    #[serde(default)]
    #[schema(required = true, value_type = String, example = "testuser")]
    username: Field<LoginName>,
    /// The password.
    #[serde(default)]
    #[schema(required = true, value_type = String, format = Password, example = "SecurePass123!")]
    password: Field<PasswordAttempt>,
}

/// A login that waits for its code.
#[derive(Serialize, ToSchema)]
pub struct LoginStartedBody {
    /// What to do next.
    message: &'static str,
    /// Who is signing in.
    user_id: Uuid,
    /// Where the code went, masked.
    #[schema(example = "u***@example.com")]
    email: String,
    /// Always true.
    requires_verification: bool,
}

/// Sign in
///
/// Checks the password and sends a code of 6 digits by e-mail; an earlier code dies. A wrong user, a wrong password
/// and an inactive account get the same answer.
#[utoipa::path(
    post,
    path = "/api/v1/auth/login",
    tag = "signing in",
    request_body = LoginBody,
    responses(
        (status = 200, description = "The code is on its way", body = LoginStartedBody),
        BadBody,
        NotSignedIn,
        TooOften,
        OutOfOrder,
    ),
)]
pub async fn login(
    auth: Data<Auth>,
    logins: Data<Logins>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let body: LoginBody = body.json()?;
    let mut bad = Violations::default();
    let (name, password) = (bad.required("username", body.username), bad.required("password", body.password));
    let (Some(name), Some(password)) = (name, password) else { return Err(bad.into()) };
    let caller = visitor(&request);
    let started = logins.note(Step::Password, auth.handle(LogIn { name, password }, &caller).await)?;
    Ok(HttpResponse::Ok().json(LoginStartedBody {
        message: say(
            caller.language,
            "We sent a code to your e-mail address",
            "Te enviamos un código por correo",
        ),
        user_id: started.user.0,
        email: started.email.masked(),
        requires_verification: true,
    }))
}

/// The code that completes a login.
#[derive(Deserialize, ToSchema)]
pub struct VerifyCodeBody {
    /// The id that the login answered; or give `username`.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    user_id: Field<UserIdField>,
    /// What signed in, a username or an e-mail address; or give `user_id`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "testuser")]
    username: Field<LoginName>,
    /// The 6 digits from the mail.
    #[serde(default)]
    #[schema(required = true, value_type = String, example = "123456")]
    code: Field<LoginCode>,
}

/// A user's id in a body.
pub struct UserIdField(UserId);

impl ValueObject for UserIdField {
    type Raw = String;
    const EXPECTED: &'static str = "a string";

    fn parse(raw: String) -> Result<Self, Invalid> {
        Uuid::try_parse(&raw).map(|id| Self(UserId(id))).map_err(|_| Invalid::Malformed("an id"))
    }
}

/// Verify a code
///
/// Exchanges the code from the mail for tokens. It works once, for five minutes and five tries.
#[utoipa::path(
    post,
    path = "/api/v1/auth/verify-code",
    tag = "signing in",
    request_body = VerifyCodeBody,
    responses(
        (status = 200, description = "The tokens of a new session", body = TokensBody),
        BadBody,
        TooOften,
        OutOfOrder,
    ),
)]
pub async fn verify_code(
    auth: Data<Auth>,
    logins: Data<Logins>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let body: VerifyCodeBody = body.json()?;
    let mut bad = Violations::default();
    let owner = match (body.user_id, body.username) {
        (Field::Absent | Field::Null, username @ (Field::Value(_) | Field::Bad(_))) => {
            bad.required("username", username).map(CodeOwner::Name)
        }
        (id, _) => bad.required("user_id", id).map(|UserIdField(id)| CodeOwner::Id(id)),
    };
    let code = bad.required("code", body.code);
    let (Some(owner), Some(code)) = (owner, code) else { return Err(bad.into()) };
    let command = VerifyCode { owner, code };
    let tokens = logins.note(Step::Code, auth.handle(command, &visitor(&request)).await)?;
    Ok(HttpResponse::Ok().json(TokensBody::from(tokens)))
}

/// Whose code to send again.
#[derive(Deserialize, ToSchema)]
pub struct ResendCodeBody {
    /// The id that the login answered.
    #[serde(default)]
    #[schema(required = true, value_type = Uuid)]
    user_id: Field<UserIdField>,
}

/// Send the code again
///
/// Sends the live code once more. Somebody unknown gets the same answer as somebody without a live code; that one was
/// sent less than a minute ago is told, by 429 and how long to wait.
#[utoipa::path(
    post,
    path = "/api/v1/auth/resend-code",
    tag = "signing in",
    request_body = ResendCodeBody,
    responses(
        (status = 202, description = "If a login waits for its code, the code is on its way", body = MessageBody),
        BadBody,
        TooSoon,
        OutOfOrder,
    ),
)]
pub async fn resend_code(
    auth: Data<Auth>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let body: ResendCodeBody = body.json()?;
    let mut bad = Violations::default();
    let Some(UserIdField(user)) = bad.required("user_id", body.user_id) else { return Err(bad.into()) };
    let caller = visitor(&request);
    auth.handle(ResendCode { user }, &caller).await?;
    let message = say(
        caller.language,
        "If a sign-in waits for its code, the code is on its way",
        "Si hay un inicio de sesión pendiente de su código, el código va en camino",
    );
    Ok(HttpResponse::Accepted().json(MessageBody { message }))
}
