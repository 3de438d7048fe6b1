//! [`ProductRepository`](domain_product::ProductRepository). The subject is one, and the log it writes to.
use std::sync::Arc;

use domain_product::{Draft, Edit, Product, ProductError, Quantity, Sku};
use domain_shared::{Aggregate, ChangeError, Context, EventLog, Repository, StoreError, ValueObject};

use crate::{
    examples::{assert_same, draft, product},
    support::{context, history, parse},
};

async fn with_sku(products: &impl Repository<Product>, sku: Option<&str>) -> Product {
    let mut product = product(Draft { sku: sku.map(parse), ..draft("product") });
    products.save(&mut product).await.unwrap();
    product
}

async fn change(
    products: &impl Repository<Product>,
    product: &Product,
    decide: impl Fn(&mut Product, &Context) -> Result<(), ProductError> + Send + Sync + 'static,
) -> Result<Product, ChangeError<ProductError>> {
    let context = context();
    let changed = products.change(product.id(), Arc::new(move |p: &mut Product| decide(p, &context))).await?;
    Ok(changed.expect("it is there").aggregate)
}

fn give(sku: Option<Sku>) -> impl Fn(&mut Product, &Context) -> Result<(), ProductError> {
    move |product, context| product.update(Edit { sku: Some(sku.clone()), ..Edit::default() }, context)
}

pub async fn any_number_may_have_no_sku((products, _): (impl Repository<Product>, impl EventLog)) {
    for _ in 0..3 {
        with_sku(&products, None).await;
    }
    let product = with_sku(&products, Some("A")).await;
    change(&products, &product, give(None)).await.expect("none is not a value");
}

pub async fn a_sku_cannot_be_changed_to_that_of_another(
    (products, log): (impl Repository<Product>, impl EventLog),
) {
    with_sku(&products, Some("A")).await;
    let product = with_sku(&products, Some("B")).await;
    let refused = change(&products, &product, give(Some(parse("a")))).await;
    assert!(matches!(refused, Err(ChangeError::Store(StoreError::Taken("sku")))), "{refused:?}");
    assert_same(&products.find(product.id()).await.unwrap().unwrap(), &product, "nothing is stored");
    assert_eq!(history(&log, product.id().0).await.len(), 1, "no event is stored");
    change(&products, &product, give(Some(parse("C")))).await.expect("what nobody has is free");
    with_sku(&products, Some("B")).await;
}

pub async fn a_product_may_keep_its_sku((products, _): (impl Repository<Product>, impl EventLog)) {
    let product = with_sku(&products, Some("A")).await;
    let renamed = Edit { name: Some(parse("other")), sku: Some(Some(parse("A"))), ..Edit::default() };
    change(&products, &product, move |p, context| p.update(renamed.clone(), context)).await.unwrap();
}

pub async fn the_sku_of_a_deleted_product_is_free((products, _): (impl Repository<Product>, impl EventLog)) {
    let gone = with_sku(&products, Some("A")).await;
    let gone = change(&products, &gone, Product::delete).await.unwrap();
    with_sku(&products, Some("A")).await;
    assert_same(&products.find(gone.id()).await.unwrap().expect("it is kept"), &gone, "as it was deleted");
    let third = with_sku(&products, Some("B")).await;
    change(&products, &third, Product::delete).await.expect("many deleted ones may have had it");
}

pub async fn the_stock_never_falls_below_nothing((products, log): (impl Repository<Product>, impl EventLog)) {
    let products = Arc::new(products);
    let mut product = product(draft("product"));
    products.save(&mut product).await.unwrap();
    let removals = crate::support::at_once(30, |_| {
        let (products, product) = (products.clone(), product.clone());
        async move {
            let one = Quantity::parse(1).unwrap();
            change(&*products, &product, move |p, context| p.remove_stock(one, None, None, context)).await
        }
    });
    let (mut removed, mut refused) = (0, 0);
    for removal in removals.await {
        match removal {
            Ok(_) => removed += 1,
            Err(ChangeError::Refused(ProductError::InsufficientStock { available: 0, requested: 1 })) => {
                refused += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((removed, refused), (20, 10), "of a stock of 20");
    assert_eq!(products.find(product.id()).await.unwrap().unwrap().stock.get(), 0);
    let low = history(&log, product.id().0).await.iter().filter(|e| e.kind == "product.low_stock.v1").count();
    assert_eq!(low, 1, "the stock became low once");
}
