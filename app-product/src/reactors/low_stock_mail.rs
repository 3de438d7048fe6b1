use async_trait::async_trait;
use domain_product::ProductEvent;
use domain_shared::{
    Block, Email, Language, Letter, MailError, Mailer, Reactor, Setback, StoredEvent, decode,
};

/// Tells those who buy in that a product is running out, once per crossing of its threshold.
#[derive(Debug, Clone)]
pub struct LowStockMail<M> {
    /// How they are told.
    pub mailer: M,
    /// Who they are.
    pub recipients: Vec<Email>,
    /// What they read.
    pub language: Language,
}

#[async_trait]
impl<M: Mailer> Reactor for LowStockMail<M> {
    fn name(&self) -> &'static str {
        "low-stock-mail"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["product.low_stock.v1"]
    }

    async fn on(&self, stored: &StoredEvent) -> Result<(), Setback> {
        let event: ProductEvent = decode(&stored.event).map_err(|error| Setback::ThisEvent(error.into()))?;
        let (mut told, mut put_off) = (0, None);
        for recipient in &self.recipients {
            let Some(letter) = self.letter(recipient.clone(), &event) else { continue };
            match self.mailer.send(&letter).await {
                // Nobody lives there; trying again won't change that.
                Ok(()) | Err(MailError::Rejected(_)) => told += 1,
                Err(error @ MailError::Deferred(_)) => put_off = Some(error),
                Err(error) => return Err(Setback::Everything(error.into())),
            }
        }
        match put_off {
            // With others told, trying again would tell them twice.
            Some(error) if told == 0 => Err(Setback::ThisEvent(error.into())),
            _ => Ok(()),
        }
    }
}

impl<M> LowStockMail<M> {
    fn letter(&self, to: Email, event: &ProductEvent) -> Option<Letter> {
        let ProductEvent::LowStock { name, sku, stock, threshold } = event else { return None };
        let (name, stock, threshold) = (name.as_str(), stock.get(), threshold.get());
        let sku = sku.as_ref().map(|sku| format!(" ({})", sku.as_str())).unwrap_or_default();
        let (subject, text) = match self.language {
            Language::En => (
                format!("Low stock: {name}"),
                format!("{name}{sku} is down to {stock}. Its threshold is {threshold}."),
            ),
            Language::Es => (
                format!("Pocas existencias: {name}"),
                format!("De {name}{sku} solo quedan {stock}. El umbral es {threshold}."),
            ),
        };
        Some(Letter { to, language: self.language, subject, body: vec![Block::Text(text)] })
    }
}

#[cfg(test)]
mod tests {
    use adapters::mail::memory::MemoryMailer;
    use domain_product::Quantity;
    use domain_shared::{Aggregate, Caller, Delivery, Handle, ValueObject, deliver};

    use super::*;
    use crate::{
        commands::RemoveStock,
        testing::{create, products},
    };

    #[tokio::test]
    async fn a_crossing_is_reported_once_to_everyone() {
        let products = products();
        let product = create(&products, "Laptop", 12).await.id();
        for _ in 0..4 {
            let quantity = Quantity::parse(1).unwrap();
            let removal = RemoveStock { product, quantity, reason: None, reference: None };
            products.handle(removal, &Caller::default()).await.unwrap();
        }
        let mailer = MemoryMailer::default();
        let recipients = ["a@example.com", "b@example.com"].map(|a| Email::parse(a.into()).unwrap()).into();
        let reporter = LowStockMail { mailer: mailer.clone(), recipients, language: Language::Es };
        while !matches!(
            deliver(&products.0.log, &products.0.log, &reporter, None).await.unwrap(),
            Delivery::Idle
        ) {}
        let subjects: Vec<_> = mailer.sent().into_iter().map(|letter| letter.subject).collect();
        assert_eq!(subjects, ["Pocas existencias: Laptop", "Pocas existencias: Laptop"]);
    }
}
