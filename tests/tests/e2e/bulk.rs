//! Many products at once, in and out.
use std::{collections::HashSet, fmt::Write};

use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use super::{
    actions::{Session, json_of},
    retries::{REPLAYED, sent},
    world::World,
};

fn import(
    world: &World,
    who: &Session,
    query: &str,
    kind: &str,
    body: impl Into<reqwest::Body>,
) -> RequestBuilder {
    let post = world.at_products(Method::POST, &format!("/bulk{query}")).bearer_auth(&who.access);
    post.header("Content-Type", kind).body(body)
}

async fn imported(request: RequestBuilder) -> Value {
    json_of(request.send().await.unwrap(), 200).await
}

async fn export(world: &World, who: &Session, query: &str) -> Response {
    let get = world.at_products(Method::GET, &format!("/export{query}")).bearer_auth(&who.access);
    let answer = get.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer
}

/// All products, inactive ones too, in the order in which they were created.
async fn all(world: &World, who: &Session) -> Vec<Value> {
    let all = export(world, who, "?format=json&active_only=false").await;
    json_of(all, 200).await.as_array().unwrap().clone()
}

/// The numbers of the rows that failed, and why.
fn failed(report: &Value) -> Vec<(u64, &str)> {
    let rows = report["results"].as_array().unwrap().iter().filter(|row| row["status"] == "failed");
    rows.map(|row| (row["row"].as_u64().unwrap(), row["problem"]["code"].as_str().unwrap())).collect()
}

fn sheet(rows: usize, row: impl Fn(usize) -> String) -> String {
    let mut sheet = "name,price,sku\r\n".to_owned();
    for number in 1..=rows {
        write!(sheet, "{}\r\n", row(number)).unwrap();
    }
    sheet
}

pub async fn of_ten_thousand_rows_all_but_the_bad_ones_are_stored(world: &World) {
    let root = world.superuser().await;
    world.create(&root, json!({ "name": "There", "price": 1, "sku": "S-77" })).await;
    let rows = sheet(10_000, |row| match row {
        500 => "No price,,S-500".to_owned(),
        501 => "Twice,1.00,S-3".to_owned(),
        9_999 => "Too precise,1.001,S-9999".to_owned(),
        _ => format!("Row {row},{row}.50,S-{row}"),
    });
    let done = import(world, &root, "", "text/csv", rows);
    // Whoever comes meanwhile is served.
    let others = async {
        for _ in 0..20 {
            let listed = world.at_products(Method::GET, "?limit=5").send().await.unwrap();
            assert_eq!(listed.status(), 200);
        }
    };
    let (report, ()) = tokio::join!(imported(done), others);
    assert_eq!((&report["created"], &report["failed"]), (&json!(9_996), &json!(4)), "{:?}", failed(&report));
    let expected = [(77, "sku_taken"), (500, "invalid"), (501, "sku_taken"), (9_999, "invalid")];
    assert_eq!(failed(&report), expected);
    let results = report["results"].as_array().unwrap();
    assert!(results.iter().map(|row| row["row"].as_u64().unwrap()).eq(1..=10_000), "in their order");
    assert_eq!(results[499]["problem"]["errors"][0]["field"], "price");
    let there = all(world, &root).await;
    assert_eq!(there.len(), 9_997);
    let ids: HashSet<&str> = there.iter().map(|product| product["id"].as_str().unwrap()).collect();
    assert!(results.iter().filter_map(|row| row["id"].as_str()).all(|id| ids.contains(id)));
    let last = world.get_product(results[9_997]["id"].as_str().unwrap(), &root).await;
    assert_eq!(
        (&last["name"], &last["price"], &last["version"]),
        (&json!("Row 9998"), &json!(9998.5), &json!(1))
    );

    let many = import(world, &root, "", "text/csv", sheet(10_001, |row| format!("Row {row},1,")));
    assert_eq!(json_of(many.send().await.unwrap(), 413).await["code"], "too_many_rows");
    let atomic = sheet(10_000, |row| format!("Row {row},1,A-{row}"));
    let report = imported(import(world, &root, "?atomic=true", "text/csv", atomic)).await;
    assert_eq!((&report["created"], &report["failed"]), (&json!(10_000), &json!(0)));
}

pub async fn of_all_or_none_none_is_left(world: &World) {
    let root = world.superuser().await;
    world.create(&root, json!({ "name": "There", "price": 1, "sku": "A-1" })).await;
    let rows = |skus: [&str; 4]| -> Value {
        skus.map(|sku| json!({ "name": "x", "price": 1, "sku": sku })).to_vec().into()
    };
    let all_or_none =
        |rows: Value| import(world, &root, "?atomic=true", "application/json", rows.to_string());
    let taken = all_or_none(rows(["B-1", "A-1", "B-2", "B-1"])).header("Accept-Language", "es").send().await;
    let refused = json_of(taken.unwrap(), 422).await;
    assert_eq!(
        (&refused["code"], &refused["created"], &refused["failed"]),
        (&json!("rows_refused"), &json!(0), &json!(2))
    );
    assert_eq!(failed(&refused), [(2, "sku_taken"), (4, "sku_taken")]);
    assert_eq!(refused["results"][0]["problem"]["detail"], "este SKU ya está en uso");
    let mut bad = rows(["B-1", "B-2", "B-3", "B-4"]);
    bad[1]["price"] = json!(-1);
    bad[2] = json!("x");
    let refused = json_of(all_or_none(bad).send().await.unwrap(), 422).await;
    assert_eq!(failed(&refused), [(2, "invalid"), (3, "not_an_object")]);
    assert_eq!(all(world, &root).await.len(), 1, "nothing is stored");
    assert_eq!(imported(all_or_none(rows(["B-1", "B-2", "B-3", ""]))).await["created"], 4);
    assert_eq!(all(world, &root).await.len(), 5);
}

pub async fn what_was_exported_is_imported_as_it_was(world: &World) {
    let root = world.superuser().await;
    let sheet = "\u{feff}SKU,name,price,description,is_active,currency,stock,note\r\n\
                 a-1,\"Ñandú, 15\"\" 🐝\",899.9,\"one\r\ntwo\",TRUE,,7,ours\r\n\
                 ,'=1+1,1,'@SUM(A1),false,JPY,,\r\n\
                 -X,''tis,0.001,- dash,,KWD,0,\r\n";
    let report = imported(import(world, &root, "", "text/csv; charset=utf-8", sheet)).await;
    assert_eq!(report["created"], 3, "{report}");
    let before = all(world, &root).await;
    assert_eq!(
        (&before[0]["name"], &before[0]["sku"], &before[0]["price"]),
        (&json!("Ñandú, 15\" 🐝"), &json!("A-1"), &json!(899.9))
    );
    assert_eq!((&before[0]["description"], &before[0]["stock"]), (&json!("one\r\ntwo"), &json!(7)));
    assert_eq!(
        (&before[1]["name"], &before[1]["is_active"], &before[1]["stock"]),
        (&json!("=1+1"), &json!(false), &json!(0))
    );
    assert_eq!((&before[2]["name"], &before[2]["currency"]), (&json!("''tis"), &json!("KWD")));

    for (format, kind) in
        [("csv", "text/csv"), ("ndjson", "application/x-ndjson"), ("json", "application/json")]
    {
        let file = export(world, &root, &format!("?active_only=false&format={format}")).await;
        let disposition = file.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert_eq!(disposition, format!("attachment; filename=\"products.{format}\""));
        assert!(file.headers()["content-type"].to_str().unwrap().starts_with(kind));
        let file = file.text().await.unwrap();
        if format == "csv" {
            assert!(file.starts_with("id,name,") && file.contains(",'=1+1,'@SUM(A1),"), "{file}");
            assert!(file.contains(",'-X,") && file.contains(",'- dash,"), "{file}");
        }
        for product in all(world, &root).await {
            let path = format!("/{}", product["id"].as_str().unwrap());
            let gone =
                world.at_products(Method::DELETE, &path).bearer_auth(&root.access).send().await.unwrap();
            assert_eq!(gone.status(), 200);
        }
        assert_eq!(imported(import(world, &root, "?atomic=true", kind, file)).await["created"], 3);
        let own = |mut product: Value| {
            for field in ["id", "version", "created_at", "updated_at"] {
                product.as_object_mut().unwrap().remove(field).unwrap();
            }
            product
        };
        let after: Vec<_> = all(world, &root).await.into_iter().map(own).collect();
        assert_eq!(after, before.iter().cloned().map(own).collect::<Vec<_>>(), "{format}");
    }
    let anybody = world.at_products(Method::GET, "/export?active_only=false").send().await.unwrap();
    let file = anybody.text().await.unwrap();
    assert_eq!(file.lines().filter(|line| line.ends_with('Z')).count(), 2, "only what they may see: {file}");
}

pub async fn what_is_no_batch_is_refused_as_a_whole(world: &World) {
    let (root, ada) = (world.superuser().await, world.newcomer("ada").await);
    let ask = async |kind: &str, body: &[u8]| {
        let answer = import(world, &root, "", kind, body.to_vec()).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, json_of(answer, status).await["code"].as_str().unwrap_or_default().to_owned())
    };
    for (kind, body, status, code) in [
        ("application/json", &b"[{\"name\": \"x\", \"price\": 1}"[..], 400, "malformed_json"),
        ("application/json", b"{\"name\": \"x\", \"price\": 1}", 400, "not_an_array"),
        ("application/json", b"", 400, "malformed_json"),
        ("text/csv", b"", 400, "malformed_csv"),
        ("text/csv", b"name;price\r\nx;1\r\n", 400, "malformed_csv"),
        ("text/csv", b"name,price\r\n\xd1and\xfa,1\r\n", 400, "malformed_csv"),
        ("text/csv", b"name,price,name\r\nx,1,y\r\n", 422, "duplicate_key"),
        ("text/plain", b"name,price\r\nx,1\r\n", 415, "unknown_format"),
    ] {
        assert_eq!(ask(kind, body).await, (status, code.to_owned()), "{}", String::from_utf8_lossy(body));
    }
    assert_eq!(ask("application/json", b"[]").await, (200, String::new()));
    assert_eq!(ask("application/json", &vec![b' '; 17 * 1024 * 1024]).await.0, 413);
    let rows = br#"[{"name":"x","price":1,"name":"y"}, {"name":"\ud800","price":1}, null, {"price":1}]"#;
    let report = imported(import(world, &root, "", "application/json", rows.to_vec())).await;
    let codes = [(1, "duplicate_key"), (2, "malformed_json"), (3, "not_an_object"), (4, "invalid")];
    assert_eq!(failed(&report), codes);
    let bad = import(world, &root, "?atomic=perhaps", "application/json", "[]").send().await.unwrap();
    assert_eq!(json_of(bad, 422).await["errors"][0]["field"], "atomic");
    for bad in ["?format=xml", "?sort=colour", "?active_only=x"] {
        let bad = world.at_products(Method::GET, &format!("/export{bad}")).send().await.unwrap();
        assert_eq!(bad.status(), 422);
    }
    let row = r#"[{"name":"x","price":1}]"#;
    assert_eq!(import(world, &ada, "", "application/json", row).send().await.unwrap().status(), 403);
    let nobody =
        world.at_products(Method::POST, "/bulk").header("Content-Type", "application/json").body(row);
    assert_eq!(nobody.send().await.unwrap().status(), 401);
    assert_eq!(all(world, &root).await.len(), 0, "nothing is stored");
}

pub async fn an_import_that_is_sent_again_takes_effect_once(world: &World) {
    let root = world.superuser().await;
    let rows = sheet(600, |row| format!("Row {row},1,"));
    let keyed =
        |rows: String| import(world, &root, "", "text/csv", rows).header("Idempotency-Key", "import-1");
    let answers = join_all((0..4).map(|_| sent(keyed(rows.clone())))).await;
    assert_eq!(answers.iter().filter(|answer| !answer.headers().contains_key(REPLAYED)).count(), 1);
    let reports = join_all(answers.into_iter().map(|answer| json_of(answer, 200))).await;
    assert!(reports.iter().all(|report| *report == reports[0]) && reports[0]["created"] == 600);
    let there = all(world, &root).await;
    assert_eq!(there.len(), 600);
    assert_eq!(there[599]["id"], reports[0]["results"][599]["id"]);
    let other = keyed(sheet(1, |_| "x,1,".to_owned())).send().await.unwrap();
    assert_eq!(json_of(other, 422).await["code"], "idempotency_key_reused");
}

pub async fn an_export_is_complete_while_products_change(world: &World) {
    let root = world.superuser().await;
    let rows = sheet(3_000, |row| format!("{:x<200} {row},1,S-{row}", ""));
    let report = imported(import(world, &root, "", "text/csv", rows)).await;
    let id = |row: usize| report["results"][row]["id"].as_str().unwrap().to_owned();
    let mut file = export(world, &root, "?format=ndjson").await;
    let mut text = file.chunk().await.unwrap().expect("a beginning").to_vec();
    let of = |row: usize| format!("/{}", id(row));
    for row in (100..3_000).step_by(500) {
        let gone =
            world.at_products(Method::DELETE, &of(row)).bearer_auth(&root.access).send().await.unwrap();
        assert_eq!(gone.status(), 200);
        let edit = world.at_products(Method::PUT, &of(row + 1)).bearer_auth(&root.access);
        let edited = edit.json(&json!({ "name": "Aardvark", "price": 2 })).send().await.unwrap();
        assert_eq!(edited.status(), 200);
        world.laptop(&root, 1).await;
    }
    while let Some(chunk) = file.chunk().await.unwrap() {
        text.extend(chunk);
    }
    let lines: Vec<Value> = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let told: Vec<&str> = lines.iter().map(|product| product["id"].as_str().unwrap()).collect();
    let once: HashSet<&str> = told.iter().copied().collect();
    assert_eq!(once.len(), told.len(), "none is in it twice");
    let stayed = (0..3_000).filter(|row| row % 500 != 100).map(id);
    assert_eq!(stayed.filter(|id| !once.contains(id.as_str())).count(), 0, "none is missing");
}
