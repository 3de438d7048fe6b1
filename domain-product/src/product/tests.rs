use chrono::{DateTime, TimeDelta, Utc};
use domain_shared::{Aggregate, Context, Decimal, Expected, ValueObject, decode, replay, seal};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Draft, Edit, Product, ProductError, ProductEvent, ProductId};
use crate::{Currency, Money, ProductName, Quantity, Stock, Threshold};

fn at(second: i64) -> Context {
    Context {
        command_id: Uuid::from_u128(u128::try_from(second).unwrap() << 64),
        at: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(second),
        actor: None,
        traceparent: None,
        origin: domain_shared::Origin::default(),
    }
}

fn laptops(stock: i64) -> Product {
    let draft = Draft {
        name: ProductName::parse("Laptop".into()).unwrap(),
        description: None,
        price: Money::new(Decimal::new(89_999, 2), Currency::USD).unwrap(),
        stock: Stock::parse(stock).unwrap(),
        sku: None,
        category: None,
        low_stock_threshold: Threshold::DEFAULT,
        is_active: true,
    };
    Product::create(ProductId(Uuid::nil()), draft, &at(1))
}

fn quantity(n: i64) -> Quantity {
    Quantity::parse(n).unwrap()
}

fn remove(product: &mut Product, n: i64) -> Result<(), ProductError> {
    product.remove_stock(quantity(n), None, None, &at(2))
}

fn low_stock_events(product: &Product) -> usize {
    product.journal().pending().iter().filter(|r| matches!(r.event, ProductEvent::LowStock { .. })).count()
}

#[test]
fn more_than_there_is_can_not_be_removed() {
    let mut laptops = laptops(5);
    let refused = remove(&mut laptops, 6);
    assert_eq!(refused, Err(ProductError::InsufficientStock { available: 5, requested: 6 }));
    assert_eq!((laptops.stock.get(), laptops.version()), (5, 1), "and nothing happened");
}

#[test]
fn low_stock_is_noticed_once_per_crossing() {
    let mut laptops = laptops(12);
    remove(&mut laptops, 1).unwrap();
    assert_eq!(low_stock_events(&laptops), 0);
    remove(&mut laptops, 1).unwrap();
    remove(&mut laptops, 5).unwrap();
    assert_eq!(low_stock_events(&laptops), 1, "10 is the threshold");
    laptops.add_stock(quantity(20), None, None, &at(3)).unwrap();
    remove(&mut laptops, 20).unwrap();
    assert_eq!(low_stock_events(&laptops), 2, "it had risen above");
}

#[test]
fn a_threshold_raised_above_the_stock_is_a_crossing_too() {
    let mut laptops = laptops(15);
    let edit = Edit { low_stock_threshold: Threshold::parse(20).ok(), ..Edit::default() };
    laptops.update(edit, &at(2)).unwrap();
    remove(&mut laptops, 1).unwrap();
    assert_eq!(low_stock_events(&laptops), 1);
}

#[test]
fn the_stock_of_an_inactive_product_does_not_move() {
    let mut laptops = laptops(5);
    laptops.deactivate(&at(2)).unwrap();
    assert_eq!(remove(&mut laptops, 1), Err(ProductError::Inactive));
    assert_eq!(laptops.add_stock(quantity(1), None, None, &at(3)), Err(ProductError::Inactive));
    assert_eq!(laptops.deactivate(&at(3)), Err(ProductError::AlreadyInactive));
    laptops.activate(&at(4)).unwrap();
    assert_eq!(laptops.activate(&at(5)), Err(ProductError::AlreadyActive));
    remove(&mut laptops, 1).unwrap();
}

#[test]
fn a_deleted_product_is_no_more() {
    let mut laptops = laptops(5);
    laptops.delete(&at(2)).unwrap();
    assert_eq!(laptops.delete(&at(3)), Err(ProductError::Deleted));
    assert_eq!(laptops.update(Edit::default(), &at(3)), Err(ProductError::Deleted));
    assert_eq!(remove(&mut laptops, 1), Err(ProductError::Deleted));
}

#[test]
fn a_product_keeps_its_currency() {
    let mut laptops = laptops(5);
    let euros = Edit { currency: Currency::parse("EUR".into()).ok(), ..Edit::default() };
    assert_eq!(laptops.update(euros, &at(2)), Err(ProductError::CurrencyChange));
    let same = Edit { currency: Some(Currency::USD), price: Some(Decimal::new(5, 1)), ..Edit::default() };
    laptops.update(same, &at(2)).unwrap();
    assert_eq!(laptops.sheet.price.minor_units(), 50);
}

#[test]
fn an_edit_that_changes_nothing_is_no_event() {
    let mut laptops = laptops(5);
    let same = Edit { name: Some(laptops.sheet.name.clone()), ..Edit::default() };
    laptops.update(same, &at(2)).unwrap();
    assert_eq!(laptops.version(), 1);
}

#[test]
fn whoever_looked_at_an_older_version_is_told() {
    let mut laptops = laptops(5);
    remove(&mut laptops, 1).unwrap();
    assert_eq!(laptops.must_be_at(&Expected::OneOf(vec![1])), Err(ProductError::VersionMismatch));
    assert_eq!(laptops.must_be_at(&Expected::OneOf(vec![])), Err(ProductError::VersionMismatch));
    assert_eq!(laptops.must_be_at(&Expected::OneOf(vec![1, 2])), Ok(()));
    assert_eq!(laptops.must_be_at(&Expected::Any), Ok(()));
}

#[test]
fn the_types_of_all_events_are_listed() {
    let unknown =
        serde_json::from_str::<ProductEvent>(r#"{ "type": "", "data": {} }"#).unwrap_err().to_string();
    let known: Vec<_> = unknown.split('`').filter(|text| text.starts_with("product.")).collect();
    assert_eq!(known, ProductEvent::KINDS, "{unknown}");
}

/// Any command, in any order.
fn command(product: &mut Product, which: u8, n: i64, context: &Context) {
    let _ = match which {
        0 => product.activate(context),
        1 => product.deactivate(context),
        2..=4 => product.add_stock(quantity(n), None, None, context),
        5..=9 => product.remove_stock(quantity(n), None, None, context),
        10 => {
            let edit = Edit { low_stock_threshold: Threshold::parse(n).ok(), ..Edit::default() };
            product.update(edit, context)
        }
        _ => product.update(Edit { price: Some(Decimal::new(n, 1)), ..Edit::default() }, context),
    };
}

proptest! {
    #[test]
    fn replaying_the_log_gives_the_state(
        commands in prop::collection::vec((0_u8..12, 1_i64..30), 0..60),
        deleted in any::<bool>(),
    ) {
        let mut product = laptops(20);
        for ((which, n), second) in commands.into_iter().zip(2..) {
            command(&mut product, which, n, &at(second));
            prop_assert!(product.stock >= Stock::NONE);
        }
        if deleted {
            product.delete(&at(1000)).unwrap();
        }
        let history = seal(&product).unwrap();
        prop_assert!(history.iter().zip(1..).all(|(event, sequence)| event.sequence == sequence), "no gaps");
        let events = history.iter().map(|event| (decode::<ProductEvent>(event).unwrap(), event.occurred_at));
        let replayed: Product = replay(Uuid::nil(), events).unwrap();
        prop_assert_eq!(&*replayed, &*product);
        prop_assert_eq!(replayed.version(), product.version());
    }
}
