use domain_product::{
    Currency, Draft, Edit, Money, Product, ProductError, ProductId, Quantity, Stock, Threshold,
};
use domain_shared::{Aggregate, Context, Decimal, ValueObject};

use super::Example;
use crate::support::{context, id, number, parse};

/// A product of that name, to be changed with `Draft { …, ..draft(name) }`.
pub(crate) fn draft(name: &str) -> Draft {
    Draft {
        name: parse(name),
        description: None,
        price: Money::new(Decimal::new(89_999, 2), Currency::USD).unwrap(),
        stock: Stock::parse(20).unwrap(),
        sku: None,
        category: None,
        low_stock_threshold: Threshold::DEFAULT,
        is_active: true,
    }
}

pub(crate) fn product(draft: Draft) -> Product {
    Product::create(ProductId(id()), draft, &context())
}

impl Example for Product {
    fn small() -> Self {
        product(draft("x"))
    }

    fn large() -> Self {
        let currency: Currency = parse("CLF");
        let mut large = product(Draft {
            name: parse(format!("{:🐝<255}", "Ñandú O'Neill \\ \"%_\"")),
            description: Some(parse(format!("{:ñ<1000}", "one\n\ttwo"))),
            price: Money::new(Decimal::new(9_999_999_999_999, 4), currency).unwrap(),
            stock: Stock::parse(999_999_999_000).unwrap(),
            sku: Some(parse(format!("{:X<64}", number()))),
            category: Some(parse("ñ".repeat(100))),
            low_stock_threshold: Threshold::parse(1_000_000_000).unwrap(),
            is_active: false,
        });
        large.activate(&context()).unwrap();
        large
    }

    fn namesake(&self) -> Self {
        Self::create(self.id(), draft("namesake"), &context())
    }

    fn rivals(&self) -> Vec<(&'static str, Self)> {
        let same_sku = |sku| ("sku", product(Draft { sku: Some(sku), ..draft("rival") }));
        self.sheet.sku.clone().map(same_sku).into_iter().collect()
    }

    fn step(&mut self, context: &Context) -> Result<(), ProductError> {
        self.add_stock(Quantity::parse(1).unwrap(), Some(parse("delivery")), Some(parse("PO-1")), context)
    }

    fn idle(&mut self, context: &Context) -> Result<(), ProductError> {
        self.update(Edit::default(), context)
    }

    fn refuse(&mut self, context: &Context) -> Result<(), ProductError> {
        Product::activate(self, context)
    }
}
