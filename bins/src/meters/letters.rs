use async_trait::async_trait;
use domain_shared::{Letter, MailError, Mailer};
use prometheus::{Histogram, HistogramOpts, IntCounter, IntCounterVec, Opts};
use tokio::time::Instant;

use super::{MeterError, Meters};

/// What became of letters.
pub struct Letters<M> {
    mailer: M,
    sent: IntCounter,
    rejected: IntCounter,
    deferred: IntCounter,
    unavailable: IntCounter,
    took: Histogram,
}

impl<M: Mailer> Letters<M> {
    /// The same `mailer`, counted.
    ///
    /// # Errors
    /// See [`MeterError`].
    pub fn of(mailer: M, meters: &Meters) -> Result<Self, MeterError> {
        let options = Opts::new(
            "mails_total",
            "How many mails were handed to the mail server, or why not: rejected for good, deferred, or it was unavailable",
        );
        let letters = IntCounterVec::new(options, &["outcome"])?;
        let took = HistogramOpts::new("mail_duration_seconds", "How long the mail server took for a mail")
            .buckets(vec![0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0]);
        let took = Histogram::with_opts(took)?;
        meters.include(letters.clone())?;
        meters.include(took.clone())?;
        let of = |outcome: &str| letters.with_label_values(&[outcome]);
        let (sent, rejected, deferred, unavailable) =
            (of("sent"), of("rejected"), of("deferred"), of("unavailable"));
        Ok(Self { mailer, sent, rejected, deferred, unavailable, took })
    }
}

#[async_trait]
impl<M: Mailer> Mailer for Letters<M> {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let began = Instant::now();
        let outcome = self.mailer.send(letter).await;
        self.took.observe(began.elapsed().as_secs_f64());
        match &outcome {
            Ok(()) => self.sent.inc(),
            Err(MailError::Rejected(_)) => self.rejected.inc(),
            Err(MailError::Deferred(_)) => self.deferred.inc(),
            Err(MailError::Unavailable(_)) => self.unavailable.inc(),
        }
        outcome
    }
}
