use std::sync::Arc;

use async_trait::async_trait;
use domain_product::{Movement, Product, ProductError, ProductEvent, ProductId, ProductRepository};
use domain_shared::{ChangeError, Changed, Decision, Recorded, Refused, Repository, StoreError, Together};
use prometheus::{IntCounter, IntCounterVec, Opts};

use super::{MeterError, Meters};

/// What happens to stock, counted where products are kept.
#[derive(Clone)]
pub struct Stock {
    kept: Arc<dyn ProductRepository>,
    added: Direction,
    removed: Direction,
    ran_low: IntCounter,
}

/// Movements in one direction.
#[derive(Clone)]
struct Direction {
    movements: IntCounter,
    units: IntCounter,
}

impl Direction {
    fn count(&self, movement: &Movement) {
        self.movements.inc();
        self.units.inc_by(u64::try_from(movement.quantity.get()).unwrap_or_default());
    }
}

impl Stock {
    /// The same products, counted.
    ///
    /// # Errors
    /// See [`MeterError`].
    pub fn of(kept: Arc<dyn ProductRepository>, meters: &Meters) -> Result<Self, MeterError> {
        let by_direction = |name: &str, help: &str| IntCounterVec::new(Opts::new(name, help), &["direction"]);
        let movements = by_direction("stock_movements_total", "How often stock came in or went out")?;
        let units = by_direction("stock_units_moved_total", "How many units came in or went out")?;
        let ran_low = IntCounter::new(
            "stock_ran_low_total",
            "How often the stock of a product came down to its threshold",
        )?;
        meters.include(movements.clone())?;
        meters.include(units.clone())?;
        meters.include(ran_low.clone())?;
        let of = |direction: &str| Direction {
            movements: movements.with_label_values(&[direction]),
            units: units.with_label_values(&[direction]),
        };
        let (added, removed) = (of("in"), of("out"));
        Ok(Self { kept, added, removed, ran_low })
    }

    fn count(&self, events: &[Recorded<ProductEvent>]) {
        for recorded in events {
            match &recorded.event {
                ProductEvent::StockAdded(movement) => self.added.count(movement),
                ProductEvent::StockRemoved(movement) => self.removed.count(movement),
                ProductEvent::LowStock { .. } => self.ran_low.inc(),
                ProductEvent::Created(_)
                | ProductEvent::Updated(_)
                | ProductEvent::Activated {}
                | ProductEvent::Deactivated {}
                | ProductEvent::Deleted {} => {}
            }
        }
    }
}

/// A new product hasn't moved yet, so only changes are counted.
#[async_trait]
impl Repository<Product> for Stock {
    async fn save(&self, product: &mut Product) -> Result<(), StoreError> {
        self.kept.save(product).await
    }

    async fn save_all(&self, new: &mut [Product], together: Together) -> Result<Vec<Refused>, StoreError> {
        self.kept.save_all(new, together).await
    }

    async fn change(
        &self,
        id: ProductId,
        decide: Decision<Product>,
    ) -> Result<Option<Changed<Product>>, ChangeError<ProductError>> {
        let changed = self.kept.change(id, decide).await?;
        self.count(changed.as_ref().map_or(&[], |changed| &changed.events));
        Ok(changed)
    }

    async fn find(&self, id: ProductId) -> Result<Option<Product>, StoreError> {
        self.kept.find(id).await
    }
}

#[cfg(test)]
mod tests {
    use adapters::{
        memory::MemoryStore,
        system::{SystemClock, UuidV7},
    };
    use app_product::{
        Products, Wiring,
        commands::{AddStock, CreateProduct, RemoveStock},
    };
    use domain_product::{Currency, Draft, Money, ProductName, Quantity, Stock as Units, Threshold};
    use domain_shared::{Aggregate, Caller, Handle, ValueObject};
    use prometheus::TextEncoder;

    use super::*;

    #[tokio::test]
    async fn what_moved_is_counted_and_what_was_refused_is_not() {
        let (store, meters) = (MemoryStore::default(), Meters::of("product-service").unwrap());
        let products = Products(Wiring {
            products: Stock::of(Arc::new(store.clone()), &meters).unwrap(),
            catalogue: store.clone(),
            ledger: store.clone(),
            summary: store.clone(),
            log: store,
            clock: SystemClock,
            ids: UuidV7,
        });
        let draft = Draft {
            name: ProductName::parse("thing".into()).unwrap(),
            description: None,
            price: Money::restore(100, Currency::USD),
            stock: Units::parse(12).unwrap(),
            sku: None,
            category: None,
            low_stock_threshold: Threshold::DEFAULT,
            is_active: true,
        };
        let caller = Caller::default();
        let product = products.handle(CreateProduct { draft }, &caller).await.unwrap().id();
        let quantity = |units| Quantity::parse(units).unwrap();
        let remove =
            |units| RemoveStock { product, quantity: quantity(units), reason: None, reference: None };
        products.handle(remove(4), &caller).await.unwrap();
        products.handle(remove(100), &caller).await.unwrap_err();
        let add = AddStock { product, quantity: quantity(7), reason: None, reference: None };
        products.handle(add, &caller).await.unwrap();
        let text = TextEncoder::new().encode_to_string(&meters.gather()).unwrap();
        for line in [
            "stock_movements_total{direction=\"in\"} 1\n",
            "stock_movements_total{direction=\"out\"} 1\n",
            "stock_units_moved_total{direction=\"in\"} 7\n",
            "stock_units_moved_total{direction=\"out\"} 4\n",
            "stock_ran_low_total 1\n",
        ] {
            assert!(text.contains(line), "{line} isn't in {text}");
        }
    }
}
