//! The table of routes, against the services that it makes.
use bins::http::{
    auth, product,
    routing::{Entry, Needs, Routes},
};
use reqwest::{Method, RequestBuilder, header::HeaderMap};

use super::world::World;

fn ask(world: &World, service: &str, entry: &Entry) -> RequestBuilder {
    let path = entry.path.replace("{id}", &uuid::Uuid::nil().to_string());
    assert!(!path.contains('{'), "{path}: what is to stand for its parameters?");
    let method: Method = entry.method.as_str().parse().unwrap();
    world.client.request(method, format!("{service}{path}")).header("Content-Type", "application/json")
}

fn challenge(headers: &HeaderMap) -> &str {
    headers.get("www-authenticate").map_or("", |value| value.to_str().unwrap())
}

pub async fn each_route_asks_for_what_its_policy_says(world: &World) {
    let ada = world.newcomer("ada").await;
    let tables: [(&str, Routes); 2] = [(&world.auth, auth::routes()), (&world.product, product::routes())];
    for (service, entry) in tables.iter().flat_map(|(s, table)| table.entries().iter().map(move |e| (s, e))) {
        let route = format!("{} {}", entry.method, entry.path);
        let bare = ask(world, service, entry).body("{}").send().await.unwrap();
        let (status, challenged) = (bare.status().as_u16(), challenge(bare.headers()).to_owned());
        match entry.needs {
            // A login without credentials is refused, too, but not for want of a token.
            Needs::Nothing | Needs::TokenIfAny => {
                assert!(status != 401 && status != 403, "{route}: {status}");
            }
            Needs::Credentials => {
                assert!(
                    status == 401 && challenged.starts_with("Basic realm="),
                    "{route}: {status} {challenged}"
                );
            }
            Needs::Token | Needs::Scope(_) | Needs::Superuser => {
                assert_eq!((status, challenged.as_str()), (401, "Bearer"), "{route}");
                let bad = ask(world, service, entry).bearer_auth("a.b.c").body("{}").send().await.unwrap();
                let told = entry.path.ends_with("/verify");
                assert_eq!(bad.status() == 401, !told, "{route}: a token that is none");
            }
        }
        if let Needs::Scope(_) | Needs::Superuser = entry.needs {
            let refused =
                ask(world, service, entry).bearer_auth(&ada.access).body("{}").send().await.unwrap();
            let expected = match entry.needs {
                Needs::Scope(scope) => format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\""),
                _ => String::new(),
            };
            assert_eq!(
                (refused.status().as_u16(), challenge(refused.headers())),
                (403, expected.as_str()),
                "{route}: an ordinary user"
            );
        }
    }
}
