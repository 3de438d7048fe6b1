use actix_web::FromRequest;

use crate::http::problem::Problem;

/// What a request must bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// Nothing, but who brings a token is shown more.
    TokenIfAny,
    /// The token of anybody.
    Token,
    /// A token with this scope.
    Scope(&'static str),
    /// The token of a superuser.
    Superuser,
    /// The credentials of a service of ours (HTTP Basic).
    Credentials,
}

/// Who may use a route: an extractor that fails for everybody else, and that its handler takes.
pub trait Policy: FromRequest<Error = Problem> + 'static {
    /// What a request must bring.
    const NEEDS: Needs;
}
