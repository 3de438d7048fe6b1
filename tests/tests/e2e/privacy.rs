//! What is held about somebody is handed out to them, and forgotten, on the command line beside the running service.
use std::{
    fs,
    io::Write,
    process::{Output, Stdio},
};

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    actions::json_of,
    world::{PASSWORD, Stores, World, eventually},
};

fn run(world: &World, arguments: &[&str]) -> Output {
    let mut command = world.command("auth-service");
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap()
}

fn done(world: &World, arguments: &[&str]) -> String {
    let output = run(world, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Erases somebody as people do: by typing the name once more.
fn type_name_to_erase(world: &World, name: &str) {
    let mut command = world.command("auth-service");
    command.args(["erase-user", name]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut erasing = command.spawn().unwrap();
    writeln!(erasing.stdin.take().unwrap(), "{name}").unwrap();
    assert!(erasing.wait().unwrap().success());
}

/// What is exported, without what was tried on the account: each export is told in the next one.
fn export(world: &World, who: &str) -> Value {
    let mut held: Value = serde_json::from_str(&done(world, &["export-user", who])).unwrap();
    let is_own = |event: &Value| event["aggregate_type"] != "security";
    held["events"].as_array_mut().unwrap().retain(is_own);
    held
}

/// Registers Augusta as `ada`, who tells everything about herself.
async fn register(world: &World) -> String {
    let body = json!({
        "email": world.address("ada"), "username": "ada", "password": PASSWORD,
        "full_name": "Augusta Ada King", "phone_number": "+442012345678",
    });
    let answer = world.at_auth(Method::POST, "/register").json(&body).send().await.unwrap();
    json_of(answer, 201).await["id"].as_str().unwrap().to_owned()
}

async fn somebody_is_exported_and_erased(stores: Stores) {
    let world = World::start(stores).await;
    let root = world.superuser().await;
    let id = register(&world).await;
    let address = world.address("ada");
    let tokens = world.sign_in("ada").await;
    world.start_login("ada", PASSWORD).await;

    eventually("activity follows", async || export(&world, &id)["activity"]["logins"] == 1).await;
    let held = export(&world, &id);
    assert_eq!((&held["account"]["email"], &held["account"]["username"]), (&json!(address), &json!("ada")));
    assert_eq!(held["account"]["phone_number"], "+442012345678");
    assert_eq!(held["sessions"][0]["address"], "127.0.0.1");
    assert_eq!((&held["pending_code"]["attempts"], &held["pending_reset"]), (&json!(0), &Value::Null));
    let kinds: Vec<_> =
        held["events"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["user.registered.v1", "session.started.v1", "user.logged_in.v1"]);
    assert_eq!(held["events"][0]["data"]["email"], json!(address), "events are told as they were");
    let text = held.to_string();
    assert!(!text.contains("$2") && text.contains("a hash of it is held"), "{text}");
    assert_eq!((export(&world, &address), export(&world, "ADA")), (held.clone(), held), "by any name");

    let refused = run(&world, &["erase-user", &id]);
    assert!(!refused.status.success(), "it isn't done without --yes unless the name is typed");
    assert_eq!(world.log_in("ada", PASSWORD).await.status(), 200);
    done(&world, &["erase-user", &id, "--yes"]);

    assert_eq!(world.log_in("ada", PASSWORD).await.status(), 401);
    let me = world.at_auth(Method::GET, "/me").bearer_auth(&tokens.access).send().await.unwrap();
    assert_eq!(me.status(), 401, "sessions are over at once");
    let at_root = async |method: Method, path: &str, status: u16| {
        let answer = world.at_auth(method, path).bearer_auth(&root.access).send().await.unwrap();
        json_of(answer, status).await
    };
    let left = at_root(Method::GET, &format!("/users/{id}"), 200).await;
    let hex = id.replace('-', "");
    assert_eq!(left["email"], json!(format!("erased-{hex}@erased.invalid")));
    assert_eq!(left["username"], json!(format!("erased-{hex}")));
    assert_eq!((&left["full_name"], &left["phone_number"]), (&Value::Null, &Value::Null));
    let back = at_root(Method::POST, &format!("/users/{id}/activate"), 409).await;
    assert_eq!(back["code"], "user_erased");
    assert!(run(&world, &["export-user", &address]).status.code() == Some(1), "nobody has that address");
    eventually("no activity is kept", async || export(&world, &id)["activity"].is_null()).await;
    let held = export(&world, &id).to_string();
    for trace in [&*address, "Augusta", "+4420", "127.0.0.1"] {
        assert!(!held.contains(trace), "{trace} in {held}");
    }

    let again = register(&world).await;
    assert_ne!(again, id, "the address and the name are free");
    let listed = at_root(Method::GET, "/users", 200).await;
    assert_eq!(listed.as_array().unwrap().len(), 3, "root, what is left of her, and the next one");
    type_name_to_erase(&world, "ada");
    world.stop_all();

    // Once more, with nobody else about: so nothing is left in a file that somebody was just reading.
    done(&world, &["erase-user", &id, "--yes"]);
    done(&world, &["projections", "verify"]);
    for (name, dump) in dumps(&world, "user.erased.v1").await {
        for trace in [address.as_bytes(), b"Augusta", b"+442012345678"] {
            assert!(!dump.windows(trace.len()).any(|bytes| bytes == trace), "{name} has {trace:?}");
        }
    }
    world.run_all().await;
    assert!(export(&world, &id).to_string().contains("user.erased.v1"), "the log is still there");
}

/// Everything that auth-service stores, in which `there` must be found: the files of SQLite, the tables of PostgreSQL.
pub async fn dumps(world: &World, there: &str) -> Vec<(String, Vec<u8>)> {
    if let Some(url) = world.setting("DATABASE_URL") {
        return vec![("PostgreSQL".to_owned(), dump(url, there).await)];
    }
    let folder = fs::read_dir(world.setting("DATA_DIR").unwrap()).unwrap();
    let files: Vec<_> = folder
        .map(|file| file.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("auth.db"))
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    let has = |bytes: &[u8]| bytes.windows(there.len()).any(|bytes| bytes == there.as_bytes());
    assert!(files.iter().any(|(_, bytes)| has(bytes)));
    files
}

/// Every row of every table in the schema `auth`.
async fn dump(url: &str, there: &str) -> Vec<u8> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let column = async |sql: &str| -> Vec<String> {
        client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    };
    let mut dump = String::new();
    for table in column("SELECT tablename::text FROM pg_tables WHERE schemaname = 'auth'").await {
        dump.extend(column(&format!("SELECT t::text FROM auth.{table} t")).await);
    }
    assert!(dump.contains(there));
    dump.into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_exported_and_erased_on_sqlite() {
    somebody_is_exported_and_erased(Stores::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_exported_and_erased_on_postgres() {
    somebody_is_exported_and_erased(Stores::Postgres).await;
}
