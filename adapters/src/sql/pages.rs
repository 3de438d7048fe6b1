//! Ten thousand products and the ways to leaf through them, for tests of how the databases do it.
use domain_product::{Category, Cursor, CursorValue, Filter, Sort, SortKey, Start};
use domain_shared::ValueObject;
use uuid::Uuid;

/// The statement that adds products 1 to 10000, which `id` makes an id of each `n` for, at the time `now`.
pub fn ten_thousand(id: &str, now: &str) -> String {
    format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000) \
         INSERT INTO products (id, name, name_key, price_minor, currency, price_e4, stock, category, \
         low_stock_threshold, is_active, is_deleted, search_text, created_at, updated_at, version) \
         SELECT {id}, 'Thing ' || n, 'thing ' || n, n, 'USD', n * 100, n % 500, 'shelf ' || (n % 200), \
         10, n % 10 <> 0, n % 50 = 0, 'thing ' || n || chr(31), {now}, {now}, 1 FROM numbers"
    )
}

/// The first page in each order, and one further on, of all products and of what each filter leaves.
pub fn pages() -> Vec<Filter> {
    let all = Filter::default();
    let category = Category::parse("shelf 7".to_owned()).unwrap();
    let filters = [
        all.clone(),
        Filter { active_only: true, ..all.clone() },
        Filter { category: Some(category), active_only: true, ..all.clone() },
        Filter { low_stock: Some(true), ..all.clone() },
        Filter { low_stock: Some(false), ..all.clone() },
        Filter { search: Some("Thing 4711".to_owned()), ..all.clone() },
        Filter { search: Some("thing".to_owned()), active_only: true, ..all },
    ];
    let id = Uuid::from_u128(5000);
    let keys = [
        (SortKey::CreatedAt, CursorValue::None),
        (SortKey::Name, CursorValue::Text("thing 5000".to_owned())),
        (SortKey::Price, CursorValue::Number(500_000)),
        (SortKey::Stock, CursorValue::Number(250)),
    ];
    let mut pages = Vec::new();
    for filter in filters {
        for (key, value) in &keys {
            for descending in [false, true] {
                let further_on = Start::After(Cursor { value: value.clone(), id });
                for start in [Start::Beginning, further_on] {
                    let sort = Sort { key: *key, descending };
                    pages.push(Filter { sort, start, ..filter.clone() });
                }
            }
        }
    }
    pages
}
