//! A command that is given again, by its id, takes effect once and has its first result.
use std::sync::Arc;

use domain_product::{Draft, Product, ProductError, Quantity, Sku, Stock};
use domain_shared::{Aggregate, Caller, EventLog, Expected, Handle, ValueObject};
use uuid::Uuid;

use crate::{
    AppError,
    commands::{ActivateProduct, AddStock, CreateProduct, DeactivateProduct, DeleteProduct, RemoveStock},
    testing::{create, draft, products},
};

fn with_command(number: u128) -> Caller {
    Caller { command: Some(Uuid::from_u128(number << 64)), ..Caller::default() }
}

fn removal(product: &Product, n: i64) -> RemoveStock {
    let quantity = Quantity::parse(n).unwrap();
    RemoveStock { product: product.id(), quantity, reason: None, reference: None }
}

fn addition(product: &Product, n: i64) -> AddStock {
    let quantity = Quantity::parse(n).unwrap();
    AddStock { product: product.id(), quantity, reason: None, reference: None }
}

#[tokio::test]
async fn a_removal_has_its_first_result_even_when_nothing_is_left() {
    let (products, caller) = (products(), with_command(1));
    let laptop = create(&products, "Laptop", 12).await;
    let first = products.handle(removal(&laptop, 5), &caller).await.unwrap();
    products.handle(removal(&laptop, 7), &Caller::default()).await.unwrap();
    let again = products.handle(removal(&laptop, 5), &caller).await.unwrap();
    assert_eq!((again.movement, again.stock), (first.movement, first.stock));
    assert_eq!(again.product.version(), first.product.version(), "as of then");
    assert_eq!(*again.product, *first.product, "as of then");
    let now = products.handle(addition(&laptop, 1), &Caller::default()).await.unwrap();
    assert_eq!(now.stock, Stock::parse(1).unwrap(), "it was removed once");
}

#[tokio::test]
async fn a_removal_given_again_after_its_product_is_gone_has_its_first_result() {
    let (products, caller) = (products(), with_command(1));
    let laptop = create(&products, "Laptop", 12).await;
    let first = products.handle(removal(&laptop, 5), &caller).await.unwrap();
    let delete = DeleteProduct { product: laptop.id(), expected: Expected::Any };
    products.handle(delete, &Caller::default()).await.unwrap();
    let again = products.handle(removal(&laptop, 5), &caller).await.unwrap();
    assert_eq!((again.movement, again.stock), (first.movement, first.stock));
}

#[tokio::test]
async fn another_command_is_another_command() {
    let products = products();
    let laptop = create(&products, "Laptop", 12).await;
    let one = products.handle(removal(&laptop, 5), &with_command(1)).await.unwrap();
    let other = products.handle(removal(&laptop, 5), &with_command(2)).await.unwrap();
    assert_ne!(one.movement, other.movement);
    assert_eq!(other.stock, Stock::parse(2).unwrap());
    let third = products.handle(removal(&laptop, 5), &with_command(3)).await;
    let expected = ProductError::InsufficientStock { available: 2, requested: 5 };
    assert!(matches!(third, Err(AppError::Product(e)) if e == expected), "{third:?}");
}

#[tokio::test]
async fn of_twenty_at_once_one_takes_effect_and_all_have_its_result() {
    let products = Arc::new(products());
    let laptop = create(&products, "Laptop", 12).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (products, removal) = (products.clone(), removal(&laptop, 12));
        tasks.spawn(async move { products.handle(removal, &with_command(1)).await.unwrap() });
    }
    let moved = tasks.join_all().await;
    assert!(moved.iter().all(|m| m.movement == moved[0].movement && m.stock == Stock::NONE), "{moved:?}");
    assert_eq!(products.0.log.history(&[laptop.id().0]).await.unwrap().len(), 3, "created, removed, low");
}

#[tokio::test]
async fn a_refused_command_may_be_given_again_once_it_can_be_carried_out() {
    let (products, caller) = (products(), with_command(1));
    let laptop = create(&products, "Laptop", 2).await;
    products.handle(removal(&laptop, 5), &caller).await.unwrap_err();
    products.handle(addition(&laptop, 10), &Caller::default()).await.unwrap();
    let moved = products.handle(removal(&laptop, 5), &caller).await.unwrap();
    assert_eq!(moved.stock, Stock::parse(7).unwrap());
}

#[tokio::test]
async fn a_product_is_created_once() {
    let products = products();
    for (command, sku) in [(1, None), (2, Sku::parse("LAP-1".into()).ok())] {
        let create = CreateProduct { draft: Draft { sku, ..draft("Laptop", 5) } };
        let first = products.handle(create.clone(), &with_command(command)).await.unwrap();
        products.handle(addition(&first, 1), &Caller::default()).await.unwrap();
        let again = products.handle(create, &with_command(command)).await.unwrap();
        assert_eq!((again.id(), again.version(), &*again), (first.id(), 1, &*first), "as of then");
    }
}

#[tokio::test]
async fn stock_is_added_and_a_product_switched_once() {
    let products = products();
    let laptop = create(&products, "Laptop", 1).await;
    for _ in 0..2 {
        let moved = products.handle(addition(&laptop, 4), &with_command(1)).await.unwrap();
        assert_eq!(moved.stock, Stock::parse(5).unwrap());
    }
    for _ in 0..2 {
        let off = DeactivateProduct { product: laptop.id() };
        let off = products.handle(off, &with_command(2)).await.unwrap();
        assert_eq!((off.is_active, off.version()), (false, 3));
    }
    for _ in 0..2 {
        let on = ActivateProduct { product: laptop.id() };
        let on = products.handle(on, &with_command(3)).await.unwrap();
        assert_eq!((on.is_active, on.version()), (true, 4));
    }
}
