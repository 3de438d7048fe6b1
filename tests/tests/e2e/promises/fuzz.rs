//! INP-12: requests that were mutated at random, the same ones each time.
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::world::World;

/// Xorshift64*: enough to shuffle with, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let rolled = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(rolled).unwrap() % bound
    }

    fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

fn oddities() -> Vec<Value> {
    let numbers =
        ["-1", "0", "1", "1.5", "2147483648", "9223372036854775808", "-9223372036854775808", "1e308"];
    let texts =
        ["", " ", "\u{0}", "'", "\"", "%", "\r\n", "../", "1e999", "NaN", "\u{202e}", "\u{ffff}", "😀", "а"];
    let mut odd: Vec<Value> = numbers.iter().map(|number| serde_json::from_str(number).unwrap()).collect();
    odd.extend(texts.iter().map(|text| json!(text)));
    odd.extend([
        json!("a".repeat(300)),
        json!(true),
        json!(null),
        json!([]),
        json!({}),
        json!([[]]),
        json!({ "a": {} }),
    ]);
    odd
}

fn mutate(dice: &mut Dice, body: &Value, odd: &[Value]) -> Value {
    let mut body: Map<String, Value> = body.as_object().unwrap().clone();
    for _ in 0..=dice.below(3) {
        let names: Vec<String> = body.keys().cloned().collect();
        let name = if names.is_empty() { "x".to_owned() } else { dice.one_of(&names).clone() };
        match dice.below(20) {
            0..=12 => drop(body.insert(name, dice.one_of(odd).clone())),
            13..=15 => drop(body.remove(&name)),
            16 | 17 => drop(body.insert(format!("{name}\u{7f}"), dice.one_of(odd).clone())),
            _ => {
                let text = body.get(&name).and_then(Value::as_str).unwrap_or_default().to_owned();
                let odd = dice.one_of(&["\u{0}", "'", "\n", "😀", "а"]);
                body.insert(name, json!(format!("{text}{odd}")));
            }
        }
    }
    Value::Object(body)
}

pub async fn inp_12_of_1500_mutated_requests_none_breaks_anything(world: &World) {
    let (root, ada) = (world.superuser().await, world.newcomer("ada").await);
    let id = world.laptop(&root, 5).await;
    let at = |path: &str| format!("/{id}{path}");
    let product =
        json!({ "name": "x", "price": 1.5, "stock": 3, "description": "y", "sku": "z", "category": "c" });
    let register = json!({ "email": "fuzz@example.com", "username": "fuzz", "password": "correct horse", "full_name": "F" });
    let routes = [
        (true, Method::POST, "/register".to_owned(), register, None),
        (
            true,
            Method::POST,
            "/login".to_owned(),
            json!({ "username": "nobody", "password": "wrong horse" }),
            None,
        ),
        (true, Method::POST, "/verify-code".to_owned(), json!({ "user_id": id, "code": "123456" }), None),
        (true, Method::POST, "/resend-code".to_owned(), json!({ "user_id": id }), None),
        (true, Method::POST, "/refresh".to_owned(), json!({ "refresh_token": "x.y.z" }), None),
        (
            true,
            Method::PUT,
            "/profile".to_owned(),
            json!({ "full_name": "A B", "phone_number": "+15550001111" }),
            Some(&ada),
        ),
        (
            true,
            Method::PUT,
            "/change-password".to_owned(),
            json!({ "old_password": "x", "new_password": "y" }),
            Some(&ada),
        ),
        (false, Method::POST, String::new(), product.clone(), Some(&root)),
        (false, Method::PUT, at(""), product, Some(&root)),
        (false, Method::POST, at("/stock/add"), json!({ "amount": 1, "reason": "r" }), Some(&root)),
        (false, Method::POST, at("/stock/remove"), json!({ "quantity": 1, "reference": "r" }), Some(&root)),
    ];
    let (mut dice, odd) = (Dice(20_240_607), oddities());
    for _ in 0..1500 {
        let (auth, method, path, body, who) = dice.one_of(&routes);
        let request =
            if *auth { world.at_auth(method.clone(), path) } else { world.at_products(method.clone(), path) };
        let request = if let Some(who) = who { request.bearer_auth(&who.access) } else { request };
        let body = mutate(&mut dice, body, &odd);
        let answer = request.json(&body).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(!status.is_server_error(), "{method} {path} {body}: {status} {text}");
        for leak in
            ["panicked", "src/", "SELECT ", "INSERT ", "diesel", "postgres://", "/home/", "stack backtrace"]
        {
            assert!(!text.contains(leak), "{method} {path} {body}: {text}");
        }
    }
}
