//! No password, code or token is stored: everything is searched for each that was about.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    actions::json_of,
    privacy::dumps,
    world::{PASSWORD, Stores, World},
};

const PASSWORDS: [&str; 3] = [PASSWORD, "battery staple", "staple battery"];

/// Whether `dump` has the code as a word. Six digits after a point are a part of a time.
fn has_code(dump: &[u8], code: &str) -> bool {
    let joins = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.');
    let mut places = dump.windows(code.len()).enumerate().filter(|(_, bytes)| *bytes == code.as_bytes());
    places.any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| dump.get(at));
        !joins(before) && !joins(dump.get(at + code.len()))
    })
}

fn has(dump: &[u8], part: &[u8]) -> bool {
    dump.windows(part.len()).any(|bytes| bytes == part)
}

/// Does everything that codes and tokens are for; gives the codes and the tokens.
async fn scenario(world: &World) -> (Vec<String>, Vec<String>) {
    let keyed = |path: &str, body: &Value| {
        let post = world
            .at_auth(Method::POST, path)
            .header("Idempotency-Key", format!("key-of-{}", path.trim_start_matches('/')));
        post.json(body).send()
    };
    let here = world.newcomer("ada").await;
    let (user_id, _) = world.start_login("ada", PASSWORD).await;
    let address = world.address("ada");
    let code = world.mails.codes_to(&address).pop().unwrap();
    let verify = json!({ "user_id": user_id, "code": code });
    let there = json_of(keyed("/verify-code", &verify).await.unwrap(), 200).await;
    let refresh = json!({ "refresh_token": there["refresh_token"] });
    let next = json_of(keyed("/refresh", &refresh).await.unwrap(), 200).await;
    let change = json!({ "old_password": PASSWORD, "new_password": PASSWORDS[1] });
    let change = world.at_auth(Method::PUT, "/change-password").bearer_auth(&here.access).json(&change);
    json_of(change.send().await.unwrap(), 200).await;
    let reset = world.reset_code("ada").await;
    let reset = json!({ "email": address, "code": reset, "new_password": PASSWORDS[2] });
    json_of(keyed("/reset-password", &reset).await.unwrap(), 200).await;
    world.start_login("ada", PASSWORDS[2]).await;
    let other = json_of(world.forget(&world.address("nobody")).await, 202).await;
    assert!(other["message"].is_string());

    let mut tokens = vec![here.access, here.refresh];
    for pair in [there, next] {
        tokens.extend(["access_token", "refresh_token"].map(|name| pair[name].as_str().unwrap().to_owned()));
    }
    (world.mails.codes_to(&address), tokens)
}

async fn no_secret_is_stored(stores: Stores) {
    let world = World::start(stores).await;
    let (codes, tokens) = scenario(&world).await;
    assert_eq!((codes.len(), tokens.len()), (4, 6));
    world.stop_all();
    for (name, dump) in dumps(&world, "user.password_reset_requested.v1").await {
        for password in PASSWORDS {
            assert!(!has(&dump, password.as_bytes()), "{name} has a password");
        }
        for code in &codes {
            assert!(!has_code(&dump, code), "{name} has a code: {code}");
        }
        for token in &tokens {
            assert!(!has(&dump, token.as_bytes()), "{name} has a token");
            // The part that nobody else can make, as bytes and as PostgreSQL writes bytes.
            assert!(!has(&dump, &token.as_bytes()[token.len() - 40..]), "{name} has a part of a token");
            if let Some(encoded) = token.strip_prefix("rt_") {
                let bytes = URL_SAFE_NO_PAD.decode(encoded).unwrap();
                let tag = &bytes[24..];
                let hex = tag.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
                assert!(!has(&dump, tag) && !has(&dump, hex.as_bytes()), "{name} has the tag of a token");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_stored_on_sqlite() {
    no_secret_is_stored(Stores::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_stored_on_postgres() {
    no_secret_is_stored(Stores::Postgres).await;
}

#[test]
fn the_search_finds_codes_but_not_in_times_and_ids() {
    for there in [&b"123456"[..], b"\"123456\"", b"\x00123456\xff", b"(a,123456,b)"] {
        assert!(has_code(there, "123456"), "{there:?}");
    }
    for elsewhere in [&b"12:00:00.123456+00"[..], b"a123456", b"123456f", b"0123456", b"12345"] {
        assert!(!has_code(elsewhere, "123456"), "{elsewhere:?}");
    }
}
