use domain_auth::{RefreshToken, RefreshTokens, Session, TokenSigner, User};
use domain_shared::{Aggregate, Claims, IdGenerator};

use crate::{Auth, AuthError, Ports};

/// What a client needs to act for its user. Never printed.
#[derive(Clone)]
pub struct Tokens {
    /// Opens every protected door; short-lived.
    pub access: String,
    /// Gets the next pair; works once.
    pub refresh: RefreshToken,
    /// How many seconds the access token lives.
    pub expires_in: i64,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(…)")
    }
}

impl<P: Ports> Auth<P> {
    /// The tokens that go with the present state of `session`.
    pub(crate) fn tokens(&self, user: &User, session: &Session) -> Result<Tokens, AuthError> {
        let issued_at = self.now();
        let expires_at = session.lapses_at(self.policy.session_idle).min(issued_at + self.policy.access_ttl);
        let claims = Claims {
            subject: user.id().0,
            session: session.id().0,
            id: self.ports.ids().next_id(),
            scopes: self.policy.scopes_of(user),
            issued_at,
            expires_at,
        };
        Ok(Tokens {
            access: self.ports.signer().sign(&claims).map_err(AuthError::Sign)?,
            refresh: self.ports.refresh_tokens().mint(session.id(), session.generation),
            expires_in: (expires_at - issued_at).num_seconds(),
        })
    }
}
