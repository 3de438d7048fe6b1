//! What can be done to a product: each decides and records.
use domain_shared::{Aggregate, Context, Decimal, Expected};

use super::{
    Product, ProductError, ProductEvent, ProductId, ProductState,
    event::{Draft, Movement},
};
use crate::{
    Category, Currency, Description, Money, ProductName, Quantity, Reason, Reference, Sku, Stock, Threshold,
};

/// What to change about a product: `None` keeps, `Some(None)` clears.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// What it is called.
    pub name: Option<ProductName>,
    /// What there is to say about it.
    pub description: Option<Option<Description>>,
    /// What one costs, in the product's currency.
    pub price: Option<Decimal>,
    /// The currency the caller takes the price to be in; it must be the product's.
    pub currency: Option<Currency>,
    /// Its stock keeping unit.
    pub sku: Option<Option<Sku>>,
    /// The shelf it is found on.
    pub category: Option<Option<Category>>,
    /// From which stock downwards it counts as low.
    pub low_stock_threshold: Option<Threshold>,
}

impl Product {
    /// Puts a new product into the catalogue.
    #[must_use]
    pub fn create(id: ProductId, draft: Draft, context: &Context) -> Self {
        let mut product = Self::restore(id, ProductState::created(&draft, context.at), 0);
        product.record(ProductEvent::Created(draft), context);
        product
    }

    /// Changes what describes the product. Records nothing if nothing changes.
    ///
    /// # Errors
    /// [`ProductError::Deleted`], [`ProductError::CurrencyChange`], [`ProductError::Price`].
    pub fn update(&mut self, edit: Edit, context: &Context) -> Result<(), ProductError> {
        self.must_exist()?;
        let (was_low, mut sheet) = (self.is_low(), self.sheet.clone());
        if edit.currency.is_some_and(|currency| currency != sheet.price.currency()) {
            return Err(ProductError::CurrencyChange);
        }
        if let Some(amount) = edit.price {
            sheet.price = Money::new(amount, sheet.price.currency()).map_err(ProductError::Price)?;
        }
        sheet.name = edit.name.unwrap_or(sheet.name);
        sheet.description = edit.description.unwrap_or(sheet.description);
        sheet.sku = edit.sku.unwrap_or(sheet.sku);
        sheet.category = edit.category.unwrap_or(sheet.category);
        sheet.low_stock_threshold = edit.low_stock_threshold.unwrap_or(sheet.low_stock_threshold);
        if sheet != self.sheet {
            self.record(ProductEvent::Updated(sheet), context);
            self.notice_low_stock(was_low, context);
        }
        Ok(())
    }

    /// Puts the product up for sale.
    ///
    /// # Errors
    /// [`ProductError::Deleted`], [`ProductError::AlreadyActive`].
    pub fn activate(&mut self, context: &Context) -> Result<(), ProductError> {
        self.must_exist()?;
        if self.is_active {
            return Err(ProductError::AlreadyActive);
        }
        self.record(ProductEvent::Activated {}, context);
        Ok(())
    }

    /// Takes the product off sale.
    ///
    /// # Errors
    /// [`ProductError::Deleted`], [`ProductError::AlreadyInactive`].
    pub fn deactivate(&mut self, context: &Context) -> Result<(), ProductError> {
        self.must_exist()?;
        if !self.is_active {
            return Err(ProductError::AlreadyInactive);
        }
        self.record(ProductEvent::Deactivated {}, context);
        Ok(())
    }

    /// Takes the product out of the catalogue for good; its history stays.
    ///
    /// # Errors
    /// [`ProductError::Deleted`].
    pub fn delete(&mut self, context: &Context) -> Result<(), ProductError> {
        self.must_exist()?;
        self.record(ProductEvent::Deleted {}, context);
        Ok(())
    }

    /// Takes `quantity` more in.
    ///
    /// # Errors
    /// [`ProductError::Deleted`], [`ProductError::Inactive`], [`ProductError::TooMuchStock`].
    pub fn add_stock(
        &mut self,
        quantity: Quantity,
        reason: Option<Reason>,
        reference: Option<Reference>,
        context: &Context,
    ) -> Result<(), ProductError> {
        self.must_be_for_sale()?;
        let stock_after = self.stock.plus(quantity).ok_or(ProductError::TooMuchStock)?;
        self.record(ProductEvent::StockAdded(Movement { quantity, stock_after, reason, reference }), context);
        Ok(())
    }

    /// Takes `quantity` out; all of it or nothing.
    ///
    /// # Errors
    /// [`ProductError::Deleted`], [`ProductError::Inactive`], [`ProductError::InsufficientStock`].
    pub fn remove_stock(
        &mut self,
        quantity: Quantity,
        reason: Option<Reason>,
        reference: Option<Reference>,
        context: &Context,
    ) -> Result<(), ProductError> {
        self.must_be_for_sale()?;
        let (was_low, available) = (self.is_low(), self.stock);
        let stock_after = available.minus(quantity).ok_or(ProductError::InsufficientStock {
            available: Stock::get(available),
            requested: quantity.get(),
        })?;
        self.record(
            ProductEvent::StockRemoved(Movement { quantity, stock_after, reason, reference }),
            context,
        );
        self.notice_low_stock(was_low, context);
        Ok(())
    }

    /// Refuses to go on if the caller looked at another version.
    ///
    /// # Errors
    /// [`ProductError::VersionMismatch`].
    pub fn must_be_at(&self, expected: &Expected) -> Result<(), ProductError> {
        if self.is_at(expected) { Ok(()) } else { Err(ProductError::VersionMismatch) }
    }

    /// Low stock is noticed once, when it comes about; again only after the stock was above the threshold.
    fn notice_low_stock(&mut self, was_low: bool, context: &Context) {
        if !was_low && self.is_low() {
            let (name, sku) = (self.sheet.name.clone(), self.sheet.sku.clone());
            let (stock, threshold) = (self.stock, self.sheet.low_stock_threshold);
            self.record(ProductEvent::LowStock { name, sku, stock, threshold }, context);
        }
    }

    fn must_exist(&self) -> Result<(), ProductError> {
        if self.is_deleted { Err(ProductError::Deleted) } else { Ok(()) }
    }

    fn must_be_for_sale(&self) -> Result<(), ProductError> {
        self.must_exist()?;
        if self.is_active { Ok(()) } else { Err(ProductError::Inactive) }
    }
}
