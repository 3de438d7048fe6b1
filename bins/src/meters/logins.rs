use app_auth::AuthError;
use domain_auth::HashError;
use prometheus::{IntCounterVec, Opts};

use super::{MeterError, Meters};

/// A step of signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A password, which leads to a code.
    Password,
    /// A code, which leads to a session.
    Code,
    /// A refresh token, which leads to the next.
    Refresh,
}

impl Step {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Password, "password"), (Self::Code, "code"), (Self::Refresh, "refresh")];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(step, _)| *step == self).map_or("", |(_, name)| name)
    }
}

const OUTCOMES: [&str; 5] = ["ok", "wrong", "throttled", "busy", "failed"];

fn outcome<T>(tried: &Result<T, AuthError>) -> &'static str {
    match tried {
        Ok(_) => "ok",
        Err(AuthError::WrongCredentials | AuthError::InvalidCode | AuthError::InvalidRefreshToken) => "wrong",
        Err(AuthError::TooManyAttempts(_) | AuthError::SentJustNow(_)) => "throttled",
        Err(AuthError::Hash(HashError::Busy)) => "busy",
        Err(_) => "failed",
    }
}

/// What became of those who signed in. That it was wrong is all that is told: whether there is such an account is for the
/// log of security-relevant acts.
#[derive(Clone)]
pub struct Logins(IntCounterVec);

impl Logins {
    /// Nobody yet.
    ///
    /// # Errors
    /// See [`MeterError`].
    pub fn new(meters: &Meters) -> Result<Self, MeterError> {
        let options = Opts::new(
            "logins_total",
            "How signing in went, by step: ok, wrong, throttled, busy (too many passwords waited), or failed",
        );
        let logins = Self(IntCounterVec::new(options, &["step", "outcome"])?);
        for (_, step) in Step::ALL {
            for outcome in OUTCOMES {
                drop(logins.0.with_label_values(&[step, outcome]));
            }
        }
        meters.include(logins.0.clone())?;
        Ok(logins)
    }

    /// The same outcome of a `step`, counted.
    ///
    /// # Errors
    /// Whatever was tried.
    pub fn note<T>(&self, step: Step, tried: Result<T, AuthError>) -> Result<T, AuthError> {
        self.0.with_label_values(&[step.name(), outcome(&tried)]).inc();
        tried
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use prometheus::TextEncoder;

    use super::*;

    #[test]
    fn each_outcome_is_counted_once_under_a_name_that_says_nothing_of_accounts() {
        let meters = Meters::of("auth-service").unwrap();
        let logins = Logins::new(&meters).unwrap();
        logins.note(Step::Password, Ok(())).unwrap();
        for error in [AuthError::WrongCredentials, AuthError::TooManyAttempts(Duration::ZERO)] {
            logins.note::<()>(Step::Password, Err(error)).unwrap_err();
        }
        logins.note::<()>(Step::Password, Err(HashError::Busy.into())).unwrap_err();
        logins.note::<()>(Step::Code, Err(AuthError::InvalidCode)).unwrap_err();
        let text = TextEncoder::new().encode_to_string(&meters.gather()).unwrap();
        for line in [
            "logins_total{outcome=\"ok\",step=\"password\"} 1\n",
            "logins_total{outcome=\"wrong\",step=\"password\"} 1\n",
            "logins_total{outcome=\"throttled\",step=\"password\"} 1\n",
            "logins_total{outcome=\"busy\",step=\"password\"} 1\n",
            "logins_total{outcome=\"wrong\",step=\"code\"} 1\n",
            "logins_total{outcome=\"ok\",step=\"code\"} 0\n",
        ] {
            assert!(text.contains(line), "{line} isn't in {text}");
        }
    }
}
