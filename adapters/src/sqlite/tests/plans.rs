//! How SQLite finds the pages of the catalogue.
use diesel::{Connection, RunQueryDsl, connection::SimpleConnection};
use domain_product::{Catalogue, Filter};

use super::*;
use crate::{
    sql::pages::{pages, ten_thousand},
    sqlite::shared::Explained,
};

/// The world's products, and a connection to see how they are found.
fn filled() -> (World, diesel::SqliteConnection) {
    let world = World::new();
    let mut conn = connection::open(&world.path).unwrap();
    let id = "unhex(printf('%032x', n))";
    let fill = ten_thousand(id, "0").replace("chr(", "char(");
    conn.transaction(|conn| conn.batch_execute(&fill)).unwrap();
    (world, conn)
}

fn plan(conn: &mut diesel::SqliteConnection, filter: &Filter) -> Vec<String> {
    let question = Explained::new("EXPLAIN QUERY PLAN", filter).unwrap();
    let steps: Vec<(i32, i32, i32, String)> = question.load(conn).unwrap();
    steps.into_iter().map(|(.., what)| what).collect()
}

#[tokio::test]
async fn no_page_of_the_catalogue_takes_a_walk_through_all_products() {
    let (_world, mut conn) = filled();
    for filter in pages() {
        let plan = plan(&mut conn, &filter);
        let walks = |step: &String| step.starts_with("SCAN") && !step.contains("INDEX");
        assert!(!plan.iter().any(walks), "{filter:?}: {plan:?}");
    }
}

#[tokio::test]
async fn a_search_looks_for_trigrams_and_finds_what_a_walk_would() {
    let (world, mut conn) = filled();
    let search = |needle: &str| Filter { search: Some(needle.to_owned()), ..Filter::default() };
    assert!(plan(&mut conn, &search("471")).iter().any(|step| step.contains("product_trigrams VIRTUAL")));
    let found = world.store.list(&search("THING 471")).await.unwrap();
    // 471, and 4710 to 4719.
    assert_eq!(found.len(), 11);
    conn.batch_execute("UPDATE products SET search_text = 'a \"new\" name' WHERE name = 'Thing 471'")
        .unwrap();
    assert_eq!(world.store.list(&search("THING 471")).await.unwrap().len(), 10);
    assert_eq!(world.store.list(&search("A \"NEW\"")).await.unwrap().len(), 1);
    conn.batch_execute("DELETE FROM products WHERE name = 'Thing 471'; VACUUM").unwrap();
    assert!(world.store.list(&search("a \"new\"")).await.unwrap().is_empty());
    assert_eq!(world.store.list(&search("thing 4711")).await.unwrap().len(), 1);
}
