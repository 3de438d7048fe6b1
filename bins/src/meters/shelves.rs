use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain_product::Summary;
use domain_shared::StoreError;
use prometheus::Gauge;
use tokio::time::Instant;

use super::{MeterError, Meters, read_off::number};

/// How many products there are for sale, and how many of them are low. That takes a walk over all of them, so it isn't done
/// each time somebody asks. Clones share what was seen.
#[derive(Clone)]
pub struct Shelves {
    summary: Arc<dyn Summary>,
    products: Gauge,
    low: Gauge,
    looked: Arc<Mutex<Option<Instant>>>,
}

impl Shelves {
    /// Those that `summary` tells of.
    ///
    /// # Errors
    /// See [`MeterError`].
    pub fn of(summary: Arc<dyn Summary>, meters: &Meters) -> Result<Self, MeterError> {
        let products = Gauge::new("products_for_sale", "How many products there are for sale")?;
        let low = Gauge::new(
            "products_low_on_stock",
            "How many products for sale have a stock at their threshold or below",
        )?;
        meters.include(products.clone())?;
        meters.include(low.clone())?;
        Ok(Self { summary, products, low, looked: Arc::default() })
    }

    /// Looks, unless somebody has a moment ago.
    ///
    /// # Errors
    /// Whatever the store answers.
    pub async fn look(&self) -> Result<(), StoreError> {
        const AT_MOST_EVERY: Duration = Duration::from_secs(10);
        if self.looked().is_some_and(|looked| looked.elapsed() < AT_MOST_EVERY) {
            return Ok(());
        }
        let lines = self.summary.by_category(false).await?;
        self.products.set(number(lines.iter().map(|line| line.items).sum()));
        self.low.set(number(lines.iter().map(|line| line.low).sum()));
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Ok(())
    }

    fn looked(&self) -> Option<Instant> {
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
