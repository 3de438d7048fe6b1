use async_trait::async_trait;
use chrono::TimeDelta;
use domain_auth::{CodePurpose, LoginCodeGenerator, LoginCodes, Resend, UserId, UserRepository};
use domain_shared::{Clock, Mailer, Reactor, Setback, StoredEvent};

use super::tell;
use crate::letters;

/// Sends users who asked for it the code to set another password with. It is theirs that is live when it is sent: one
/// that died while the mail server was away goes to nobody.
#[derive(Debug, Clone)]
pub struct ResetCodeMail<U, C, G, M, T> {
    /// Where users are kept.
    pub users: U,
    /// The challenges that wait for their code.
    pub codes: C,
    /// Derives the codes.
    pub code_generator: G,
    /// How many times a code may be tried.
    pub code_attempts: u32,
    /// How long a code lives.
    pub ttl: TimeDelta,
    /// How it is sent.
    pub mailer: M,
    /// Tells the time.
    pub clock: T,
}

#[async_trait]
impl<U, C, G, M, T> Reactor for ResetCodeMail<U, C, G, M, T>
where
    U: UserRepository,
    C: LoginCodes,
    G: LoginCodeGenerator,
    M: Mailer,
    T: Clock,
{
    fn name(&self) -> &'static str {
        "reset-code-mail"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["user.password_reset_requested.v1"]
    }

    async fn on(&self, stored: &StoredEvent) -> Result<(), Setback> {
        let (id, now) = (UserId(stored.event.aggregate_id), self.clock.now());
        // However recently it was sent: the cooldown was over when it was asked for.
        let not_since = now + self.ttl;
        let live = self.codes.resend(id, CodePurpose::Reset, self.code_attempts, not_since, now).await?;
        let Resend::Send(challenge) = live else { return Ok(()) };
        let Some(user) = self.users.find(id).await?.filter(|user| user.is_active) else { return Ok(()) };
        let code = self.code_generator.code(CodePurpose::Reset, challenge.id);
        let letter = letters::reset_code(user.email.clone(), user.language, &code, self.ttl);
        tell(&self.mailer, &letter).await
    }
}
