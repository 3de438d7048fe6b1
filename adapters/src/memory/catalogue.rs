use std::cmp::Ordering;

use async_trait::async_trait;
use domain_product::{Catalogue, Cursor, CursorValue, Filter, Money, Product, Start, search_key};
use domain_shared::StoreError;

use super::MemoryStore;

#[async_trait]
impl Catalogue for MemoryStore {
    async fn list(&self, filter: &Filter) -> Result<Vec<Product>, StoreError> {
        let needle = filter.search.as_deref().map(search_key);
        let place = |product: &Product| filter.sort.cursor(product);
        let order = |a: &Cursor, b: &Cursor| {
            let ascending = compare(&a.value, &b.value).then(a.id.cmp(&b.id));
            if filter.sort.descending { ascending.reverse() } else { ascending }
        };
        let state = self.state();
        let mut found: Vec<_> = state
            .products
            .values()
            .filter(|product| matches(product, filter, needle.as_deref()))
            .map(|product| (place(product), product))
            .filter(|(at, _)| match &filter.start {
                Start::After(cursor) => order(at, cursor).is_gt(),
                Start::Beginning | Start::Skip(_) => true,
            })
            .collect();
        found.sort_by(|(a, _), (b, _)| order(a, b));
        let skipped = match filter.start {
            Start::Skip(count) => usize::try_from(count).unwrap_or(usize::MAX),
            Start::Beginning | Start::After(_) => 0,
        };
        let page = found.into_iter().skip(skipped).take(filter.limit.get());
        Ok(page.map(|(_, product)| product.clone()).collect())
    }
}

fn compare(a: &CursorValue, b: &CursorValue) -> Ordering {
    match (a, b) {
        (CursorValue::Text(a), CursorValue::Text(b)) => a.cmp(b),
        (CursorValue::Number(a), CursorValue::Number(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

fn matches(product: &Product, filter: &Filter, needle: Option<&str>) -> bool {
    let sheet = &product.sheet;
    let price = sheet.price.sort_key();
    let contains = |needle: &str| {
        let description = sheet.description.as_ref().map_or("", |text| text.as_str());
        let sku = sheet.sku.as_ref().map_or("", |sku| sku.as_str());
        [sheet.name.as_str(), description, sku].iter().any(|text| search_key(text).contains(needle))
    };
    !product.is_deleted
        && (product.is_active || !filter.active_only)
        && filter.category.as_ref().is_none_or(|category| sheet.category.as_ref() == Some(category))
        && filter.low_stock.is_none_or(|low| product.is_low() == low)
        && filter.min_price.is_none_or(|least| price >= Money::bound(least))
        && filter.max_price.is_none_or(|most| price <= Money::bound(most))
        && needle.is_none_or(contains)
}
