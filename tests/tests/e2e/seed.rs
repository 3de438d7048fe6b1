//! Every `curl` of the Python system's README, verbatim against `panal` with its defaults. Only ports and placeholders are
//! replaced: the host and port, `user-uuid-here`, `123456` and `your-jwt-token`.
use std::process::Command;

use serde_json::Value;

use super::world::{Stores, World};

const SEED: &str = include_str!("../../fixtures/seed.md");

/// The `curl` commands of the page, in its order.
fn commands() -> Vec<String> {
    let blocks = SEED.split("```bash\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.filter(|block| block.starts_with("curl")).map(str::to_owned).collect()
}

fn run(command: &str, placeholders: &[(&str, &str)]) -> (u16, Value) {
    let mut command = command.trim_end().to_owned();
    for (placeholder, value) in placeholders {
        command = command.replace(placeholder, value);
    }
    let output =
        Command::new("bash").arg("-c").arg(format!("{command} -s -w '\\n%{{http_code}}'")).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap();
    (status.parse().unwrap(), serde_json::from_str(body).unwrap_or_else(|_| panic!("{command}: {text}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn its_examples_run_verbatim() {
    // The defaults of development: anyone may write products.
    let world = World::prepare(Stores::Sqlite, &[("PRODUCT_WRITE_ACCESS", "public")]).await;
    world.run_all().await;
    let hosts =
        [("http://localhost:8001", world.auth.as_str()), ("http://localhost:8002", world.product.as_str())];
    let commands = commands();
    let [register, login, verify, profile, password, create, list] = &commands[..] else {
        panic!("the page has {} commands, 7 are known", commands.len())
    };

    let (status, user) = run(register, &hosts);
    assert_eq!((status, &user["username"]), (201, &Value::from("testuser")), "{user}");
    let (status, started) = run(login, &hosts);
    assert_eq!(status, 200, "{started}");
    let code = world.mails.code_to("user@example.com", 0).await;
    let user_id = started["user_id"].as_str().unwrap();
    let (status, tokens) =
        run(verify, &[&hosts[..], &[("user-uuid-here", user_id), ("123456", &code)]].concat());
    assert_eq!(status, 200, "{tokens}");
    let bearer = [&hosts[..], &[("your-jwt-token", tokens["access_token"].as_str().unwrap())]].concat();
    let (status, user) = run(profile, &bearer);
    assert_eq!((status, &user["full_name"]), (200, &Value::from("Updated Name")), "{user}");

    // The page changes a password that isn't the one it registered with; so its example is refused until it is.
    let (status, problem) = run(password, &bearer);
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &Value::from("old_password")), "{problem}");
    let (status, changed) = run(password, &[&bearer[..], &[("OldPass123!", "SecurePass123!")]].concat());
    assert_eq!(status, 200, "{changed}");

    let (status, product) = run(create, &hosts);
    assert_eq!((status, product["price"].to_string().as_str()), (201, "899.99"), "{product}");
    let (status, products) = run(list, &hosts);
    assert_eq!((status, &products[0]["id"]), (200, &product["id"]), "{products}");
}
