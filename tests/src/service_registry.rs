//! [`ServiceRegistry`]. What is said to a registry is seen a moment later, so cases wait until it is.
use std::{
    hash::{BuildHasher, RandomState},
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use domain_shared::{Instance, ServiceRegistry};

use crate::support::number;

/// How long anything may take to be seen.
const MOMENT: Duration = Duration::from_secs(5);

/// A number that nobody has had, on whichever registry.
fn random() -> u64 {
    RandomState::new().hash_one(number())
}

/// A service that nobody has heard of.
fn service() -> String {
    format!("shop-{:x}", random())
}

/// An instance of `service` that is in good health for as long as the test runs.
fn instance(service: &str) -> Instance {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().for_each(|stream| say_well(stream.unwrap())));
    let id = uuid::Builder::from_u128(u128::from(random()) << 64 | u128::from(random()));
    let id = id.with_variant(uuid::Variant::RFC4122).with_version(uuid::Version::SortRand).into_uuid();
    let (service, host, health) = (service.to_owned(), "127.0.0.1".to_owned(), "/health/ready".to_owned());
    Instance { service, id, host, port, health }
}

fn say_well(mut stream: TcpStream) {
    // Whoever hung up needs no answer.
    let _ = stream.read(&mut [0; 1024]);
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

/// Waits until exactly `expected` are found, `within` that long.
async fn found(registry: &impl ServiceRegistry, service: &str, expected: &[Instance], within: Duration) {
    let began = Instant::now();
    loop {
        let found = registry.find(service).await.unwrap();
        if found == expected {
            return;
        }
        assert!(began.elapsed() < within, "{found:?} are found instead of {expected:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub async fn where_nobody_registered_nobody_is_found(registry: impl ServiceRegistry) {
    assert_eq!(registry.find(&service()).await.unwrap(), []);
}

pub async fn an_instance_is_found_with_all_that_was_told(registry: impl ServiceRegistry) {
    let ours = instance(&service());
    registry.register(&ours).await.unwrap();
    found(&registry, &ours.service, std::slice::from_ref(&ours), MOMENT).await;
    let named = Instance { host: "localhost".to_owned(), ..instance(&service()) };
    registry.register(&named).await.unwrap();
    found(&registry, &named.service, std::slice::from_ref(&named), MOMENT).await;
}

pub async fn instances_come_in_the_order_of_their_ids(registry: impl ServiceRegistry) {
    let service = service();
    let mut all: [Instance; 5] = std::array::from_fn(|_| instance(&service));
    for instance in &all {
        registry.register(instance).await.unwrap();
    }
    all.sort_by_key(|instance| instance.id);
    found(&registry, &service, &all, MOMENT).await;
}

pub async fn a_service_is_found_by_exactly_its_name(registry: impl ServiceRegistry) {
    let name = service();
    let (ours, longer) = (instance(&name), instance(&format!("{name}-2")));
    for instance in [&ours, &longer] {
        registry.register(instance).await.unwrap();
    }
    found(&registry, &longer.service, std::slice::from_ref(&longer), MOMENT).await;
    found(&registry, &name, &[ours], MOMENT).await;
    assert_eq!(registry.find(&name[..name.len() - 1]).await.unwrap(), []);
}

pub async fn registering_again_replaces_what_was_told(registry: impl ServiceRegistry) {
    let before = instance(&service());
    registry.register(&before).await.unwrap();
    found(&registry, &before.service, std::slice::from_ref(&before), MOMENT).await;
    let after = Instance { port: instance("elsewhere").port, ..before };
    registry.register(&after).await.unwrap();
    found(&registry, &after.service, std::slice::from_ref(&after), MOMENT).await;
}

pub async fn an_instance_that_is_kept_alive_outlives_its_term(registry: impl ServiceRegistry) {
    let ours = instance(&service());
    registry.register(&ours).await.unwrap();
    found(&registry, &ours.service, std::slice::from_ref(&ours), MOMENT).await;
    let began = Instant::now();
    while began.elapsed() < registry.term() * 2 {
        assert!(registry.keep_alive(&ours).await.unwrap(), "it is known");
        assert_eq!(registry.find(&ours.service).await.unwrap(), std::slice::from_ref(&ours));
        tokio::time::sleep(registry.term() / 5).await;
    }
}

pub async fn an_instance_of_which_nothing_is_heard_is_found_no_more(registry: impl ServiceRegistry) {
    let ours = instance(&service());
    registry.register(&ours).await.unwrap();
    found(&registry, &ours.service, std::slice::from_ref(&ours), MOMENT).await;
    found(&registry, &ours.service, &[], registry.term() * 3 + MOMENT).await;
}

pub async fn an_instance_that_was_away_for_too_long_comes_back(registry: impl ServiceRegistry) {
    let ours = instance(&service());
    registry.register(&ours).await.unwrap();
    found(&registry, &ours.service, std::slice::from_ref(&ours), MOMENT).await;
    found(&registry, &ours.service, &[], registry.term() * 3 + MOMENT).await;
    if !registry.keep_alive(&ours).await.unwrap() {
        registry.register(&ours).await.unwrap();
    }
    found(&registry, &ours.service, std::slice::from_ref(&ours), MOMENT).await;
}

pub async fn what_was_deregistered_is_neither_found_nor_kept_alive(registry: impl ServiceRegistry) {
    let service = service();
    let (goes, stays) = (instance(&service), instance(&service));
    for instance in [&goes, &stays] {
        registry.register(instance).await.unwrap();
    }
    registry.deregister(&goes).await.unwrap();
    found(&registry, &service, std::slice::from_ref(&stays), MOMENT).await;
    assert!(!registry.keep_alive(&goes).await.unwrap());
    assert!(registry.keep_alive(&stays).await.unwrap());
    registry.register(&goes).await.unwrap();
    let mut both = [goes, stays];
    both.sort_by_key(|instance| instance.id);
    found(&registry, &service, &both, MOMENT).await;
}

pub async fn who_was_never_registered_is_not_kept_alive_and_deregistered_without_harm(
    registry: impl ServiceRegistry,
) {
    let stranger = instance(&service());
    assert!(!registry.keep_alive(&stranger).await.unwrap());
    registry.deregister(&stranger).await.unwrap();
}
