use async_trait::async_trait;
use domain_shared::{Fault, Letter, MailError, Mailer};

use super::{KeyValue, Span, SpanKind};

/// Shows letters on their way out; not to whom, nor what they say.
#[derive(Debug, Clone)]
pub struct TracedMailer<M> {
    inner: M,
    server: Option<String>,
}

impl<M> TracedMailer<M> {
    /// Around `inner`, which hands letters to the mail server of that name, if it does.
    pub const fn new(inner: M, server: Option<String>) -> Self {
        Self { inner, server }
    }
}

#[async_trait]
impl<M: Mailer> Mailer for TracedMailer<M> {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let server = self.server.clone().map(|server| KeyValue::new("server.address", server));
        let span = Span::begin("send mail", SpanKind::Client, server);
        let sent = span.around(self.inner.send(letter)).await;
        if let Err(error) = &sent {
            span.failed(error.code().into_owned());
        }
        sent
    }
}
