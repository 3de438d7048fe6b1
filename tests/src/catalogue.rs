//! [`Catalogue`]: which products a filter lets through. The subject is a catalogue, and the repository it shows.
use std::sync::Arc;

use domain_product::{
    Catalogue, Currency, Draft, Edit, Filter, Money, Product, ProductError, Stock, Threshold,
};
use domain_shared::{Aggregate, Context, Decimal, Limit, Repository, ValueObject};

use crate::{
    examples::{assert_same, draft, product},
    support::{context, parse},
};

pub(crate) async fn save(products: &impl Repository<Product>, draft: Draft) -> Product {
    let mut product = product(draft);
    products.save(&mut product).await.unwrap();
    product
}

pub(crate) async fn change(
    products: &impl Repository<Product>,
    product: &Product,
    decide: fn(&mut Product, &Context) -> Result<(), ProductError>,
) -> Product {
    let context = context();
    let changed = products.change(product.id(), Arc::new(move |p: &mut Product| decide(p, &context))).await;
    changed.unwrap().expect("it is there").aggregate
}

pub(crate) fn money(amount: &str, currency: &str) -> Money {
    Money::new(Decimal::from_json_number(amount).unwrap(), parse::<Currency>(currency)).unwrap()
}

/// The names of the products that `filter` lets through, in alphabetical order.
async fn names(catalogue: &impl Catalogue, filter: Filter) -> Vec<String> {
    let found = catalogue.list(&filter).await.unwrap();
    let mut names: Vec<_> = found.iter().map(|product| product.sheet.name.as_str().to_owned()).collect();
    names.sort_unstable();
    names
}

async fn search(catalogue: &impl Catalogue, text: &str) -> Vec<String> {
    names(catalogue, Filter { search: Some(text.to_owned()), ..Filter::default() }).await
}

pub async fn lists_what_was_saved_as_it_is(
    (catalogue, products): (impl Catalogue, impl Repository<Product>),
) {
    use crate::Example;
    assert!(catalogue.list(&Filter::default()).await.unwrap().is_empty(), "nothing at first");
    let (mut small, mut large) = (Product::small(), Product::large());
    products.save(&mut small).await.unwrap();
    products.save(&mut large).await.unwrap();
    let small = change(&products, &small, Product::deactivate).await;
    let found = catalogue.list(&Filter::default()).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_same(&found[0], &small, "in the catalogue");
    assert_same(&found[1], &large, "in the catalogue");
}

pub async fn never_lists_deleted_ones((catalogue, products): (impl Catalogue, impl Repository<Product>)) {
    let gone = save(&products, Draft { sku: Some(parse("GONE")), ..draft("gone") }).await;
    save(&products, draft("kept")).await;
    change(&products, &gone, Product::delete).await;
    assert_eq!(names(&catalogue, Filter::default()).await, ["kept"]);
    assert_eq!(search(&catalogue, "gone").await, [""; 0]);
}

pub async fn lists_only_those_for_sale((catalogue, products): (impl Catalogue, impl Repository<Product>)) {
    save(&products, draft("active")).await;
    save(&products, Draft { is_active: false, ..draft("inactive") }).await;
    let filter = |active_only| Filter { active_only, ..Filter::default() };
    assert_eq!(names(&catalogue, filter(true)).await, ["active"]);
    assert_eq!(names(&catalogue, filter(false)).await, ["active", "inactive"]);
}

pub async fn finds_text_in_name_description_or_sku(
    (catalogue, products): (impl Catalogue, impl Repository<Product>),
) {
    save(&products, draft("a needle")).await;
    save(&products, Draft { description: Some(parse("one\nneedle, or two")), ..draft("b") }).await;
    save(&products, Draft { sku: Some(parse("NEEDLE-01")), ..draft("c") }).await;
    save(&products, Draft { category: Some(parse("needles")), ..draft("d") }).await;
    assert_eq!(search(&catalogue, "needle").await, ["a needle", "b", "c"]);
    assert_eq!(search(&catalogue, "needle-0").await, ["c"]);
    assert_eq!(search(&catalogue, "one\nneedle").await, ["b"]);
    assert_eq!(search(&catalogue, "needlework").await, [""; 0]);
    assert_eq!(search(&catalogue, "").await.len(), 4, "everything contains nothing");
}

pub async fn finds_text_regardless_of_case(
    (catalogue, products): (impl Catalogue, impl Repository<Product>),
) {
    save(&products, Draft { description: Some(parse("ÑANDÚ y Ærø")), ..draft("Cafetera ÉLITE") }).await;
    for text in ["élite", "ÉLITE", "Élite", "ñandú", "ÑANDÚ Y", "ærø", "ÆRØ", "CAFETERA é"] {
        assert_eq!(search(&catalogue, text).await.len(), 1, "{text}");
    }
    for text in ["elite", "nandu", "aero"] {
        assert_eq!(search(&catalogue, text).await.len(), 0, "{text}: an accent is no matter of case");
    }
}

pub async fn finds_text_as_it_is_now((catalogue, products): (impl Catalogue, impl Repository<Product>)) {
    let renamed = save(&products, draft("a lamp")).await;
    save(&products, draft("a lamp shade")).await;
    let rename = |product: &mut Product, context: &Context| {
        product.update(Edit { name: Some(parse("ein Licht")), ..Edit::default() }, context)
    };
    change(&products, &renamed, rename).await;
    for (text, found) in
        [("lamp", "a lamp shade"), ("licht", "ein Licht"), ("lic", "ein Licht"), ("ei", "ein Licht")]
    {
        assert_eq!(search(&catalogue, text).await, [found], "{text}");
    }
    change(&products, &renamed, Product::deactivate).await;
    assert_eq!(search(&catalogue, "licht").await, ["ein Licht"], "another change keeps it");
}

pub async fn takes_every_character_of_the_text_literally(
    (catalogue, products): (impl Catalogue, impl Repository<Product>),
) {
    save(&products, draft(r#"100%_\ "O'Neill" *?[a-z]"#)).await;
    save(&products, draft("100 of something else")).await;
    for text in ["%", "_", r"\", "100%", r"%_\", r"_\ ", "'", "\"", "*", "?", "[a-z]", "o'neill\""] {
        assert_eq!(search(&catalogue, text).await.len(), 1, "{text}");
    }
    for text in ["1%0", "1_0", r"\%", r"\\", ".*", "\0", "100\0", "\u{1f}", "' OR 1=1 --", "%%", "__"] {
        assert_eq!(search(&catalogue, text).await.len(), 0, "{text:?}");
    }
}

pub async fn finds_no_text_across_two_fields(
    (catalogue, products): (impl Catalogue, impl Repository<Product>),
) {
    let (description, sku) = (Some(parse("description")), Some(parse("SKU")));
    save(&products, Draft { description, sku, ..draft("name") }).await;
    for text in
        ["namedescription", "name description", "name\ndescription", "edesc", "descriptionsku", "skuname"]
    {
        assert_eq!(search(&catalogue, text).await, [""; 0], "{text:?}");
    }
}

pub async fn lists_only_one_shelf((catalogue, products): (impl Catalogue, impl Repository<Product>)) {
    for (name, category) in [("a", Some("Books")), ("b", Some("books")), ("c", Some("Books 2")), ("d", None)]
    {
        save(&products, Draft { category: category.map(parse), ..draft(name) }).await;
    }
    for (category, expected) in [
        ("Books", vec!["a"]),
        ("books", vec!["b"]),
        ("Books 2", vec!["c"]),
        ("B%", vec![]),
        ("Boo_s", vec![]),
    ] {
        let filter = Filter { category: Some(parse(category)), ..Filter::default() };
        assert_eq!(names(&catalogue, filter).await, expected, "{category}");
    }
}

pub async fn lists_only_what_is_low_or_what_is_not(
    (catalogue, products): (impl Catalogue, impl Repository<Product>),
) {
    for (name, stock, threshold) in [("a", 0, 0), ("b", 1, 0), ("c", 10, 10), ("d", 11, 10), ("e", 50, 100)] {
        let (stock, low_stock_threshold) =
            (Stock::parse(stock).unwrap(), Threshold::parse(threshold).unwrap());
        save(&products, Draft { stock, low_stock_threshold, ..draft(name) }).await;
    }
    for (low_stock, expected) in [
        (Some(true), vec!["a", "c", "e"]),
        (Some(false), vec!["b", "d"]),
        (None, vec!["a", "b", "c", "d", "e"]),
    ] {
        let filter = Filter { low_stock, ..Filter::default() };
        assert_eq!(
            names(&catalogue, filter).await,
            expected,
            "low: {low_stock:?}, each by its own threshold"
        );
    }
}

pub async fn lists_only_what_costs_that_much(
    (catalogue, products): (impl Catalogue, impl Repository<Product>),
) {
    for (name, amount, currency) in
        [("a", "4.99", "USD"), ("b", "5", "JPY"), ("c", "5.001", "KWD"), ("d", "999999999.9999", "CLF")]
    {
        save(&products, Draft { price: money(amount, currency), ..draft(name) }).await;
    }
    for (min, max, expected) in [
        (None, None, vec!["a", "b", "c", "d"]),
        (Some("5"), None, vec!["b", "c", "d"]),
        (Some("5.00"), Some("5.00"), vec!["b"]),
        (Some("5.0001"), Some("5.001"), vec!["c"]),
        (None, Some("5"), vec!["a", "b"]),
        (None, Some("4.98"), vec![]),
        (Some("-1"), Some("0"), vec![]),
        (Some("-1e14"), Some("1e14"), vec!["a", "b", "c", "d"]),
        (Some("6"), Some("5"), vec![]),
        (Some("1e17"), None, vec![]),
    ] {
        let bound = |text: Option<&str>| text.map(|text| Decimal::from_json_number(text).unwrap());
        let filter = Filter { min_price: bound(min), max_price: bound(max), ..Filter::default() };
        assert_eq!(
            names(&catalogue, filter).await,
            expected,
            "from {min:?} to {max:?}, whatever the currency"
        );
    }
}

pub async fn every_condition_counts((catalogue, products): (impl Catalogue, impl Repository<Product>)) {
    let wanted =
        || Draft { category: Some(parse("shelf")), stock: Stock::parse(3).unwrap(), ..draft("wanted") };
    save(&products, wanted()).await;
    save(&products, Draft { is_active: false, ..wanted() }).await;
    save(&products, Draft { name: parse("other"), ..wanted() }).await;
    save(&products, Draft { category: Some(parse("else")), ..wanted() }).await;
    save(&products, Draft { stock: Stock::parse(30).unwrap(), ..wanted() }).await;
    save(&products, Draft { price: money("1", "USD"), ..wanted() }).await;
    save(&products, Draft { price: money("9999", "USD"), ..wanted() }).await;
    let filter = Filter {
        active_only: true,
        search: Some("wanted".to_owned()),
        category: Some(parse("shelf")),
        low_stock: Some(true),
        min_price: Decimal::from_json_number("2"),
        max_price: Decimal::from_json_number("1000"),
        ..Filter::default()
    };
    assert_eq!(names(&catalogue, filter).await, ["wanted"], "only the one that meets them all");
}

pub async fn lists_no_more_than_the_limit((catalogue, products): (impl Catalogue, impl Repository<Product>)) {
    for _ in 0..201 {
        save(&products, draft("x")).await;
    }
    for (limit, expected) in
        [(Limit::default(), 50), (Limit::parse(1).unwrap(), 1), (Limit::parse(200).unwrap(), 200)]
    {
        let found = catalogue.list(&Filter { limit, ..Filter::default() }).await.unwrap();
        assert_eq!(found.len(), expected);
    }
}
