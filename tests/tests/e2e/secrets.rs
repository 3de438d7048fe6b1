//! No secret is ever told: everything is done at the most verbose level, and all that comes out is searched.
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use adapters::jwt::JwtKeys;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::{
    actions::json_of,
    crash_sweep::collector::Collector,
    place::free_port,
    world::{Stores, World, eventually},
};

const PASSWORD: &str = "Zw4-horse-Battery-71";
const NEXT: &str = "Yx9-staple-Correct-38";
const WRONG: &str = "Qq7-wrong-Magnet-52";
const SECRET_KEY: &str = "k3v9-Zq1x-77Tb-pLw2-mmN8-0aSd-fGh4";
const MAIL_PASSWORD: &str = "Mm5-mail-Parcel-19";

/// What was said, and by whom.
#[derive(Default)]
struct Said(Vec<(String, String)>);

impl Said {
    /// The answer's status, having listened to its headers and body.
    async fn listen(&mut self, what: &str, answer: Response) -> (u16, String) {
        let status = answer.status().as_u16();
        let headers = format!("{:?}", answer.headers());
        let body = answer.text().await.unwrap();
        if status >= 400 {
            self.0.push((format!("the answer to {what}"), format!("{headers}\n{body}")));
        }
        (status, body)
    }

    fn assert_silent_about(&self, secrets: &[String]) {
        for (who, text) in &self.0 {
            let words: BTreeSet<_> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
            for secret in secrets {
                // A code is so short that it may well be part of a number.
                let found =
                    if secret.len() == 6 { words.contains(&**secret) } else { text.contains(&**secret) };
                let at = text.lines().find(|line| line.contains(&**secret)).unwrap_or_default();
                assert!(!found, "{secret} is told by {who}: {at}");
            }
        }
    }
}

/// Settings as in production.
fn settings(folder: &Path, format: &str) -> (Vec<(String, String)>, Vec<String>) {
    let keys = JwtKeys::generate().unwrap();
    let file = folder.join("key.pem");
    fs::write(&file, &keys.private_pem).unwrap();
    let settings = [
        ("ENVIRONMENT", "production"),
        ("LOG_LEVEL", "trace"),
        ("LOG_FORMAT", format),
        ("SECRET_KEY", SECRET_KEY),
        ("JWT_PRIVATE_KEY_FILE", file.to_str().unwrap()),
        ("BCRYPT_COST", "10"),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    // The line with the end of the key; the beginning is the same for all.
    let line = keys.private_pem.lines().rfind(|line| !line.starts_with('-')).unwrap();
    (settings.to_vec(), vec![line.chars().rev().take(24).collect::<String>().chars().rev().collect()])
}

async fn everything(world: &World, said: &mut Said) -> Vec<String> {
    let post = |path: &str, body: Value| world.at_auth(Method::POST, path).json(&body);
    let mut secrets: Vec<String> =
        [PASSWORD, NEXT, WRONG, SECRET_KEY, MAIL_PASSWORD].map(str::to_owned).into();
    let ada = json!({ "email": world.address("ada"), "username": "ada", "password": PASSWORD });
    for expected in [201, 201] {
        let key = post("/register", ada.clone()).header("Idempotency-Key", "made-once-by-ada");
        assert_eq!(said.listen("register", key.send().await.unwrap()).await.0, expected);
    }
    for (name, typed) in [("ada", WRONG), ("nobody", WRONG)] {
        let failed = post("/login", json!({ "username": name, "password": typed })).send().await.unwrap();
        assert_eq!(said.listen("a wrong password", failed).await.0, 401);
    }
    let (id, code) = world.start_login("ada", PASSWORD).await;
    let wrong = if code == "000001" { "000002" } else { "000001" };
    let rejected = post("/verify-code", json!({ "user_id": id, "code": wrong })).send().await.unwrap();
    assert_eq!(said.listen("a wrong code", rejected).await.0, 400);
    let verify = || {
        post("/verify-code", json!({ "user_id": id, "code": code }))
            .header("Idempotency-Key", "made-once-by-ada-2")
    };
    let first = json_of(verify().send().await.unwrap(), 200).await;
    json_of(verify().send().await.unwrap(), 200).await;
    let again = post("/verify-code", json!({ "user_id": id, "code": code })).send().await.unwrap();
    said.listen("a used code", again).await;
    let refresh =
        async |token: &Value| post("/refresh", json!({ "refresh_token": token })).send().await.unwrap();
    let second = json_of(refresh(&first["refresh_token"]).await, 200).await;
    let third = json_of(refresh(&second["refresh_token"]).await, 200).await;
    secrets.push(code.clone());
    for tokens in [&first, &second, &third] {
        secrets
            .extend(["access_token", "refresh_token"].map(|name| tokens[name].as_str().unwrap().to_owned()));
    }
    let access = third["access_token"].as_str().unwrap();

    for (old, new, status) in [(WRONG, NEXT, 422), (PASSWORD, "short", 422), (PASSWORD, NEXT, 200)] {
        let body = json!({ "old_password": old, "new_password": new });
        let change = world.at_auth(Method::PUT, "/change-password").bearer_auth(access).json(&body);
        let (got, body) = said.listen("a change of password", change.send().await.unwrap()).await;
        assert!(got == status || got / 100 == status / 100, "{got}: {body}");
    }
    let in_bad_places = [
        world.at_auth(Method::GET, &format!("/me?token={access}")),
        world.at_auth(Method::GET, &format!("/users/{access}")).bearer_auth(access),
        world.at_auth(Method::GET, "/me").header("Authorization", format!("Basic {access}")),
        world.at_auth(Method::GET, "/me").header("Authorization", access),
        world.at_auth(Method::GET, "/me").header("Cookie", format!("session={access}")),
        world.at_auth(Method::GET, "/me").header("X-Request-Id", third["refresh_token"].as_str().unwrap()),
        world.at_auth(Method::POST, &format!("/login?password={PASSWORD}")).json(&ada),
        world.at_products(Method::GET, &format!("?search=x&token={access}")),
        world
            .at_products(Method::POST, "")
            .bearer_auth(third["refresh_token"].as_str().unwrap())
            .json(&json!({})),
    ];
    for request in in_bad_places {
        said.listen("a token in a bad place", request.send().await.unwrap()).await;
    }
    for body in [
        format!("{{\"username\": \"ada\", \"password\": \"{PASSWORD}"),
        format!("{{\"username\": \"ada\", \"password\": {{\"{PASSWORD}\": 1}}}}"),
        format!("{{\"username\": \"ada\", \"password\": [\"{PASSWORD}\"]}}"),
        format!("{{\"username\": \"ada\", \"password\": \"x\", \"{PASSWORD}\": true}}"),
        format!("\"{PASSWORD}\""),
        format!("username=ada&password={PASSWORD}"),
        format!("{PASSWORD}\u{0}"),
    ] {
        for path in ["/login", "/register", "/verify-code", "/refresh"] {
            let request = world.at_auth(Method::POST, path).header("Content-Type", "application/json");
            said.listen("a body that makes no sense", request.body(body.clone()).send().await.unwrap()).await;
        }
    }
    let typed = json!({ "old_password": NEXT });
    let logout =
        world.at_auth(Method::POST, "/logout").bearer_auth(access).json(&typed).send().await.unwrap();
    said.listen("a logout", logout).await;
    let replayed = refresh(&first["refresh_token"]).await;
    said.listen("a refresh token once more", replayed).await;
    secrets
}

/// What the programs for operators tell.
fn told_to_operators(world: &World, said: &mut Said) {
    for line in [
        &["audit"][..],
        &["audit", "--output", "json"],
        &["audit", "verify"],
        &["export-user", "ada"],
        &["dead-letters", "list", "--json"],
        &["projections", "verify"],
    ] {
        let output =
            world.command("auth-service").args(line).stdout(Stdio::piped()).stderr(Stdio::piped()).output();
        let output = output.unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        said.0.push((format!("{line:?}"), text));
    }
}

async fn metrics(world: &World, said: &mut Said) {
    for service in [&world.auth, &world.product] {
        let metrics = world.client.get(format!("{service}/metrics")).send().await.unwrap();
        said.0.push(("the metrics".to_owned(), metrics.text().await.unwrap()));
    }
}

fn written(outputs: &[PathBuf], said: &mut Said) {
    for file in outputs {
        let text = String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
        assert!(text.len() > 1000 && text.contains("TRACE"), "it logs at the most verbose level: {text}");
        said.0.push((file.display().to_string(), text));
    }
}

async fn column(url: &str, sql: &str) -> Vec<String> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

fn password_in(url: &str) -> Option<String> {
    let (before, _) = url.rsplit_once('@')?;
    let password = before.rsplit_once(':')?.1;
    // One like `dev` or `guest` is in any log.
    (password.len() > 8).then(|| password.to_owned())
}

async fn no_secret_is_told_on_postgres(format: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::prepare(Stores::Postgres, &[]).await;
    let (settings, mut secrets) = settings(folder.path(), format);
    world.env.extend(settings);
    let collector = Collector::of(&world).await;
    let outputs = world.run_all_into(folder.path()).await;
    let mut said = Said::default();
    secrets.extend(everything(&world, &mut said).await);
    metrics(&world, &mut said).await;
    told_to_operators(&world, &mut said);
    eventually("everything is published", async || {
        collector.told().contains("security.login_failed.v1") && collector.told().contains("session.ended.v1")
    })
    .await;
    world.stop_all();

    let url = world.database().to_owned();
    let hashes = column(&url, "SELECT password_hash FROM auth.users").await;
    assert!(hashes.iter().all(|hash| hash.starts_with("$2")), "{hashes:?}");
    secrets.extend(hashes);
    secrets.extend(
        ["DATABASE_URL", "AMQP_URL"].iter().filter_map(|name| password_in(world.setting(name).unwrap())),
    );
    // As it stands in what is sent to the broker to sign in, after a byte of zero.
    let amqp = world.setting("AMQP_URL").unwrap().split(['/', ':', '@']).nth(4).unwrap();
    secrets.extend(["\\0", "u0000", "\u{0}"].map(|zero| format!("{zero}{amqp}")));
    secrets.extend(["DATABASE_URL", "AMQP_URL"].map(|name| world.setting(name).unwrap().to_owned()));
    let events = column(&url, "SELECT e::text FROM auth.events e").await;
    assert!(events.len() > 8, "{events:?}");
    said.0.push(("the events".to_owned(), events.join("\n")));
    let published = collector.told();
    assert!(published.contains("security.login_failed.v1"), "{published}");
    let failed = published.lines().find(|event| event.contains("security.login_failed.v1")).unwrap();
    assert!(!failed.contains("127.0.0.1"), "from where isn't published: {failed}");
    said.0.push(("the broker".to_owned(), published));
    written(&outputs, &mut said);
    assert!(secrets.len() > 13, "{secrets:?}");
    said.assert_silent_about(&secrets);
}

#[tokio::test(flavor = "multi_thread")]
async fn evt_10_no_secret_is_told_on_postgres_in_text() {
    no_secret_is_told_on_postgres("text").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn evt_10_no_secret_is_told_on_postgres_in_json() {
    no_secret_is_told_on_postgres("json").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_told_when_no_mail_can_be_sent() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::prepare(Stores::Sqlite, &[]).await;
    let (settings, mut secrets) = settings(folder.path(), "json");
    world.env.extend(settings);
    let port = free_port().to_string();
    for (name, value) in [
        ("MAIL_SERVER", "127.0.0.1"),
        ("MAIL_PORT", &*port),
        ("MAIL_STARTTLS", "false"),
        ("MAIL_USERNAME", "panal"),
        ("MAIL_PASSWORD", MAIL_PASSWORD),
    ] {
        world.env.push((name.to_owned(), value.to_owned()));
    }
    let outputs = world.run_all_into(folder.path()).await;
    let mut said = Said::default();
    let ada = json!({ "email": world.address("ada"), "username": "ada", "password": PASSWORD });
    let registered = world.at_auth(Method::POST, "/register").json(&ada).send().await.unwrap();
    assert_eq!(said.listen("register", registered).await.0, 201);
    let failed = world.log_in("ada", PASSWORD).await;
    assert_eq!(said.listen("a login without mail", failed).await.0, 503);
    metrics(&world, &mut said).await;
    told_to_operators(&world, &mut said);
    world.stop_all();
    written(&outputs, &mut said);
    secrets.extend([PASSWORD, SECRET_KEY, MAIL_PASSWORD, "$2b$"].map(str::to_owned));
    said.assert_silent_about(&secrets);
}
