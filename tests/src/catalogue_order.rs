//! [`Catalogue`]: in which order, and from where on. The subject is a catalogue, and the repository it shows.
use std::cmp::Ordering;

use domain_product::{
    Catalogue, Cursor, Draft, Filter, Product, ProductId, Sort, SortKey, Start, Stock, search_key,
};
use domain_shared::{Aggregate, Limit, Repository, ValueObject};

use crate::{
    catalogue::{change, money, save},
    examples::draft,
    support::parse,
};

const KEYS: [SortKey; 4] = [SortKey::CreatedAt, SortKey::Name, SortKey::Price, SortKey::Stock];

fn sorts() -> impl Iterator<Item = Sort> {
    KEYS.into_iter().flat_map(|key| [false, true].map(|descending| Sort { key, descending }))
}

/// Products in no order at all, many of them equal in what they are ordered by.
async fn shelf(products: &impl Repository<Product>) -> Vec<Product> {
    let mut saved = Vec::new();
    for (name, amount, currency, stock) in [
        ("b", "2.00", "USD", 5),
        ("Á", "2", "JPY", 0),
        ("a", "10", "USD", 5),
        ("B", "0.01", "USD", 1_000_000_000_000),
        ("zebra", "2.000", "KWD", 5),
        ("Zebra", "999999999.99", "USD", 0),
        ("ñu", "1.9999", "CLF", 7),
        ("a b", "2.0001", "CLF", 70),
        ("a-b", "10", "USD", 10),
        ("🐝", "10", "JPY", 9),
        ("\u{ff01}", "3", "USD", 8),
        ("a", "10", "USD", 5),
        ("10", "3", "USD", 8),
        ("9", "3", "USD", 8),
    ] {
        let (price, stock) = (money(amount, currency), Stock::parse(stock).unwrap());
        saved.push(save(products, Draft { price, stock, ..draft(name) }).await);
    }
    saved
}

/// The order as the port defines it.
fn compare(sort: Sort, a: &Product, b: &Product) -> Ordering {
    let name = |product: &Product| search_key(product.sheet.name.as_str());
    let by_key = match sort.key {
        SortKey::CreatedAt => Ordering::Equal,
        // Rust compares text by code point, which UTF-8 keeps.
        SortKey::Name => name(a).cmp(&name(b)),
        SortKey::Price => a.sheet.price.sort_key().cmp(&b.sheet.price.sort_key()),
        SortKey::Stock => a.stock.cmp(&b.stock),
    };
    let ascending = by_key.then(a.id().0.cmp(&b.id().0));
    if sort.descending { ascending.reverse() } else { ascending }
}

fn ids(products: &[Product]) -> Vec<ProductId> {
    products.iter().map(Aggregate::id).collect()
}

async fn page(catalogue: &impl Catalogue, sort: Sort, start: Start, limit: u64) -> Vec<Product> {
    let limit = Limit::parse(limit).unwrap();
    catalogue.list(&Filter { sort, start, limit, ..Filter::default() }).await.unwrap()
}

pub async fn the_order_is_that_asked_for_and_then_that_of_ids(
    (catalogue, products): (impl Catalogue, impl Repository<Product>),
) {
    let mut shelf = shelf(&products).await;
    for sort in sorts() {
        shelf.sort_by(|a, b| compare(sort, a, b));
        let found = page(&catalogue, sort, Start::Beginning, 200).await;
        let names = |products: &[Product]| {
            products
                .iter()
                .map(|p| (p.sheet.name.as_str().to_owned(), p.sheet.price, p.stock))
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&found), names(&shelf), "{sort:?}");
        assert_eq!(ids(&found), ids(&shelf), "{sort:?}, among equals");
    }
    assert_eq!(Filter::default().sort, Sort { key: SortKey::CreatedAt, descending: false });
}

pub async fn pages_cover_everything_once((catalogue, products): (impl Catalogue, impl Repository<Product>)) {
    let mut shelf = shelf(&products).await;
    for sort in sorts() {
        shelf.sort_by(|a, b| compare(sort, a, b));
        for size in [1, 2, 3, 5, 13, 14, 15] {
            let (mut start, mut seen) = (Start::Beginning, Vec::new());
            loop {
                let found = page(&catalogue, sort, start, size).await;
                assert!(found.len() <= usize::try_from(size).unwrap());
                let Some(last) = found.last() else { break };
                start = Start::After(sort.cursor(last));
                seen.extend(ids(&found));
                assert!(seen.len() <= shelf.len(), "{sort:?} in pages of {size} goes round");
            }
            assert_eq!(seen, ids(&shelf), "{sort:?} in pages of {size}");
        }
    }
}

pub async fn a_page_after_a_product_that_is_gone_starts_where_it_was(
    (catalogue, products): (impl Catalogue, impl Repository<Product>),
) {
    let mut shelf = shelf(&products).await;
    let gone = change(&products, &shelf[4], Product::delete).await;
    for sort in sorts() {
        shelf.sort_by(|a, b| compare(sort, a, b));
        let rest: Vec<_> = shelf.iter().filter(|p| compare(sort, p, &gone).is_gt()).cloned().collect();
        let found = page(&catalogue, sort, Start::After(sort.cursor(&gone)), 200).await;
        assert_eq!(ids(&found), ids(&rest), "{sort:?}");
    }
}

pub async fn a_page_starts_anywhere_even_where_no_product_ever_was(
    (catalogue, products): (impl Catalogue, impl Repository<Product>),
) {
    let mut shelf = shelf(&products).await;
    let nowhere = crate::examples::product(Draft { price: money("2.5", "USD"), ..draft("quince' %_\\") });
    for sort in sorts() {
        shelf.sort_by(|a, b| compare(sort, a, b));
        let rest: Vec<_> = shelf.iter().filter(|p| compare(sort, p, &nowhere).is_gt()).cloned().collect();
        let found = page(&catalogue, sort, Start::After(sort.cursor(&nowhere)), 200).await;
        assert_eq!(ids(&found), ids(&rest), "{sort:?}");
    }
}

pub async fn a_cursor_is_nothing_but_a_place(
    (catalogue, products): (impl Catalogue, impl Repository<Product>),
) {
    use domain_product::CursorValue::{None, Number, Text};
    shelf(&products).await;
    for sort in sorts() {
        for value in [
            None,
            Number(i64::MIN),
            Number(i64::MAX),
            Text(String::new()),
            Text("\0".into()),
            Text("x".repeat(9999)),
        ] {
            for id in [uuid::Uuid::nil(), uuid::Uuid::max()] {
                let cursor = Cursor { value: value.clone(), id };
                // Whatever it makes of a value that is not of this order, it doesn't fail.
                page(&catalogue, sort, Start::After(cursor), 5).await;
            }
        }
    }
}

pub async fn so_many_are_skipped((catalogue, products): (impl Catalogue, impl Repository<Product>)) {
    let mut shelf = shelf(&products).await;
    for sort in sorts() {
        shelf.sort_by(|a, b| compare(sort, a, b));
        for count in [0, 1, 5, 13, 14, 15, u32::MAX] {
            let found = page(&catalogue, sort, Start::Skip(count), 3).await;
            let expected: Vec<_> =
                shelf.iter().skip(usize::try_from(count).unwrap()).take(3).cloned().collect();
            assert_eq!(ids(&found), ids(&expected), "{sort:?} after {count}");
        }
    }
}

pub async fn pages_of_a_filter_cover_what_it_lets_through(
    (catalogue, products): (impl Catalogue, impl Repository<Product>),
) {
    for i in 0..9 {
        let category = Some(parse(if i % 3 == 0 { "other" } else { "shelf" }));
        save(&products, Draft { category, ..draft(&format!("product {}", i % 2)) }).await;
    }
    for sort in sorts() {
        let (mut start, mut seen) = (Start::Beginning, 0);
        loop {
            let filter = Filter {
                search: Some("PRODUCT".to_owned()),
                category: Some(parse("shelf")),
                sort,
                start,
                limit: Limit::parse(2).unwrap(),
                ..Filter::default()
            };
            let found = catalogue.list(&filter).await.unwrap();
            let Some(last) = found.last() else { break };
            assert!(found.iter().all(|p| p.sheet.category == Some(parse("shelf"))));
            start = Start::After(sort.cursor(last));
            seen += found.len();
            assert!(seen <= 6, "{sort:?} goes round");
        }
        assert_eq!(seen, 6, "{sort:?}");
    }
}
