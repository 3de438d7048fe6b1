use actix_web::{HttpRequest, HttpResponse, http::header::LOCATION, web::Data};
use app_auth::commands::{OpenAccount, Opened, TellOwner};
use domain_auth::{FullName, Password, PasswordAttempt, PhoneNumber, Registration, Username};
use domain_shared::{Aggregate, Email, Handle, Invalid, Language};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Auth, shown::UserBody};
use crate::http::{
    afterwards::Afterwards,
    body::Body,
    conditional::with_tag,
    context::visitor,
    failures::{BadBody, InTheWay, NotAllowed, OutOfOrder, TooOften},
    field::{Field, Violations, text_or_blank},
    problem::Problem,
};

/// A new account.
#[derive(Deserialize, ToSchema)]
pub struct RegisterBody {
    /// Where codes will go.
    #[serde(default)]
    #[schema(required = true, value_type = String, format = Email, max_length = 254, example = "user@example.com")]
    email: Field<Email>,
    /// Letters, digits, dots, hyphens and underscores; unique regardless of case.
    #[serde(default)]
    #[schema(required = true, value_type = String, min_length = 3, max_length = 50, example = "testuser")]
    username: Field<Username>,
    /// Any characters, all of which count; not a common one.
    #[serde(default)]
    #[schema(required = true, value_type = String, format = Password, min_length = 8, max_length = 128, example = "SecurePass123!")]
    password: Field<Password>,
    /// The password again, checked when given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, example = "SecurePass123!")]
    confirm_password: Field<PasswordAttempt>,
    /// What people call the user.
    #[serde(default, deserialize_with = "text_or_blank")]
    #[schema(value_type = Option<String>, max_length = 100, example = "Test User")]
    full_name: Field<FullName>,
    /// An optional plus and 7 to 15 digits.
    #[serde(default, deserialize_with = "text_or_blank")]
    #[schema(value_type = Option<String>, example = "+1234567890")]
    phone_number: Field<PhoneNumber>,
    /// Nobody makes themselves a superuser: `true` is 403.
    #[serde(default)]
    #[schema(value_type = Option<bool>, example = false)]
    is_superuser: Field<bool>,
    /// Accounts start active: `false` is 403.
    #[serde(default)]
    #[schema(value_type = Option<bool>, example = true)]
    is_active: Field<bool>,
}

impl RegisterBody {
    fn check(self, language: Language) -> Result<OpenAccount, Problem> {
        let mut bad = Violations::default();
        let (email, username) = (bad.required("email", self.email), bad.required("username", self.username));
        let password = bad.required("password", self.password);
        confirm(&mut bad, password.as_ref(), self.confirm_password);
        let full_name = bad.optional("full_name", self.full_name);
        let phone_number = bad.optional("phone_number", self.phone_number);
        let is_superuser = bad.optional("is_superuser", self.is_superuser).unwrap_or(false);
        let is_active = bad.optional("is_active", self.is_active).unwrap_or(true);
        if is_superuser || !is_active {
            return Err(Problem::forbidden());
        }
        let (Some(email), Some(username), Some(password)) = (email, username, password) else {
            return Err(bad.into());
        };
        bad.result()?;
        let registration = Registration { email, username, full_name, phone_number, language, is_superuser };
        Ok(OpenAccount { registration, password })
    }
}

/// Checks a repetition of `password`, if there is one.
pub(super) fn confirm(bad: &mut Violations, password: Option<&Password>, again: Field<PasswordAttempt>) {
    if let (Some(again), Some(password)) = (bad.optional("confirm_password", again), password)
        && again.expose() != password.expose()
    {
        bad.add("confirm_password", Invalid::Mismatch);
    }
}

/// Register
///
/// Opens an account for an address and a name nobody has used yet. Where the service doesn't reveal which addresses have one,
/// it answers in the same way for an address that has, makes nothing, and tells its owner.
#[utoipa::path(
    post,
    path = "/api/v1/auth/register",
    tag = "accounts",
    request_body = RegisterBody,
    responses(
        (status = 201, description = "The new user", body = UserBody, headers(("Location" = String), ("ETag" = String))),
        BadBody,
        NotAllowed,
        InTheWay,
        TooOften,
        OutOfOrder,
    ),
)]
pub async fn register(
    auth: Data<Auth>,
    afterwards: Data<Afterwards>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let caller = visitor(&request);
    let command = body.json::<RegisterBody>()?.check(caller.language)?;
    let user = match auth.handle(command, &caller).await? {
        Opened::New(user) => user,
        Opened::Pretended(shown) => {
            let (command, caller) = (TellOwner { email: shown.email.clone() }, caller.besides());
            // Not waited for: the time it takes would tell.
            afterwards.spawn(async move {
                if let Err(error) = auth.handle(command, &caller).await {
                    tracing::warn!(%error, "the owner of an address couldn't be told of a registration");
                }
            });
            shown
        }
    };
    let mut response = HttpResponse::Created();
    with_tag(&mut response, user.version());
    Ok(response
        .insert_header((LOCATION, format!("/api/v1/auth/users/{}", user.id().0)))
        .json(UserBody::from(&user)))
}
