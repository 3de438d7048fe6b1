//! Attacks a running auth-service on this machine with wrong passwords from a thousand addresses, and says how many of them
//! were looked at: `cargo run -p tests --example brute-force -- http://127.0.0.1:8001 60`, the last being seconds.
use std::{
    collections::BTreeMap,
    env::args,
    net::{IpAddr, Ipv4Addr},
    process::ExitCode,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use reqwest::{Client, Response};
use serde_json::json;

const ADDRESSES: u16 = 1000;
const AT_ONCE: usize = 50;
const PASSWORD: &str = "correct horse battery";

fn client(address: IpAddr) -> Client {
    let client = Client::builder().local_address(address).pool_max_idle_per_host(0);
    client.timeout(Duration::from_secs(30)).build().expect("a client can be made")
}

async fn post(client: &Client, url: &str, body: serde_json::Value) -> Response {
    client.post(url).json(&body).send().await.expect("the service answers")
}

/// No more than this many may be looked at in so many seconds.
fn bound(seconds: u64) -> usize {
    // See docs/adr/0019-throttling.md.
    let forgotten = usize::try_from(seconds / 900).expect("a few");
    let doublings = (seconds + 1).ilog2().min(10);
    forgotten + 5 + usize::try_from(doublings).expect("a few") + 1
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = args().skip(1);
    let base = arguments.next().unwrap_or_else(|| "http://127.0.0.1:8001".to_owned());
    let length = arguments.next().map_or(60, |seconds| seconds.parse().expect("a number of seconds"));
    let url = |path: &str| format!("{base}/api/v1/auth{path}");
    let login = url("/login");
    let name = format!("victim-{}", uuid::Uuid::new_v4().simple());
    let home = client(Ipv4Addr::LOCALHOST.into());
    let email = format!("{name}@example.com");
    let body = json!({ "email": email, "username": name, "password": PASSWORD });
    assert_eq!(post(&home, &url("/register"), body).await.status(), 201, "somebody to be attacked");

    let (started, mut statuses, mut longest) = (Instant::now(), BTreeMap::<u16, usize>::new(), 0);
    let mut next = 0;
    while started.elapsed().as_secs() < length {
        let zombies: Vec<Client> = (0..200)
            .map(|n| {
                let [high, low] = ((next + n) % ADDRESSES).to_be_bytes();
                client(Ipv4Addr::new(127, 66, high, low.max(1)).into())
            })
            .collect();
        next += 200;
        let answers = zombies
            .iter()
            .map(|zombie| post(zombie, &login, json!({ "username": name, "password": "wrong horse" })));
        let answers: Vec<Response> = stream::iter(answers).buffer_unordered(AT_ONCE).collect().await;
        for answer in answers {
            *statuses.entry(answer.status().as_u16()).or_default() += 1;
            let wait = answer.headers().get("retry-after").and_then(|wait| wait.to_str().ok()?.parse().ok());
            longest = longest.max(wait.unwrap_or(0));
        }
    }
    let seconds = started.elapsed().as_secs();
    let (compared, bound) = (statuses.get(&401).copied().unwrap_or(0), bound(seconds));
    let tried: usize = statuses.values().sum();
    println!(
        "{tried} guesses in {seconds} s from {ADDRESSES} addresses: {statuses:?}, waits up to {longest} s"
    );
    println!("{compared} were compared with the password, at most {bound} may be");
    let right = post(&home, &login, json!({ "username": name, "password": PASSWORD })).await;
    println!("the right password from an address that never signed in: {}", right.status());
    if compared <= bound && longest <= 900 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
