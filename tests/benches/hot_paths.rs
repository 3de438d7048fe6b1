//! What every request pays for, without I/O: `cargo bench -p tests --bench hot_paths`.
use std::hint::black_box;

use adapters::{
    cloud_event,
    jwt::{JwtSigner, JwtVerifier, KeyRing, SigningKey},
};
use chrono::{DateTime, TimeDelta, Utc};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use domain_auth::{TokenAlgorithm, TokenSigner};
use domain_product::{
    Currency, Draft, Money, Product, ProductEvent, ProductId, ProductName, Quantity, Stock, Threshold,
    search_key,
};
use domain_shared::{
    Aggregate, Claims, Context, Decimal, EventEnvelope, Origin, Scope, StoredEvent, TokenVerifier,
    ValueObject, decode, seal,
};
use uuid::Uuid;

fn now() -> Context {
    Context {
        command_id: Uuid::from_u128(1 << 64),
        at: DateTime::<Utc>::UNIX_EPOCH,
        actor: None,
        traceparent: None,
        origin: Origin::default(),
    }
}

fn laptops() -> Product {
    let draft = Draft {
        name: ProductName::parse("Laptop".into()).unwrap(),
        description: None,
        price: Money::new(Decimal::new(89_999, 2), Currency::USD).unwrap(),
        stock: Stock::parse(1_000_000).unwrap(),
        sku: None,
        category: None,
        low_stock_threshold: Threshold::DEFAULT,
        is_active: true,
    };
    let mut laptops = Product::create(ProductId(Uuid::from_u128(1)), draft, &now());
    laptops.journal_mut().commit();
    laptops
}

fn sell(laptops: &mut Product) {
    laptops.remove_stock(Quantity::parse(1).unwrap(), None, None, &now()).unwrap();
}

fn sold() -> EventEnvelope {
    let mut laptops = laptops();
    sell(&mut laptops);
    seal(&laptops).unwrap().remove(0)
}

fn products(c: &mut Criterion) {
    let laptops = laptops();
    c.bench_function("decide and apply a removal of stock", |b| {
        b.iter_batched_ref(|| laptops.clone(), sell, BatchSize::SmallInput);
    });
    let mut sold_one = laptops.clone();
    sell(&mut sold_one);
    c.bench_function("seal an event for the log", |b| b.iter(|| seal(black_box(&sold_one)).unwrap()));
    let sold = sold();
    c.bench_function("decode an event of the log", |b| {
        b.iter(|| decode::<ProductEvent>(black_box(&sold)).unwrap());
    });
    c.bench_function("the search key of a name", |b| {
        b.iter(|| search_key(black_box("Portátil de 15 pulgadas, teclado en español")));
    });
}

fn events(c: &mut Criterion) {
    let stored = StoredEvent { position: 1, event: sold() };
    let encoded = cloud_event::encode(&stored, "/product-service").unwrap();
    c.bench_function("encode a cloud event", |b| {
        b.iter(|| cloud_event::encode(black_box(&stored), "/product-service").unwrap());
    });
    c.bench_function("decode a cloud event", |b| {
        b.iter(|| cloud_event::decode(black_box(&encoded)).unwrap());
    });
}

fn tokens(c: &mut Criterion) {
    let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
    let claims = Claims {
        subject: Uuid::from_u128(1),
        session: Uuid::from_u128(2),
        id: Uuid::from_u128(3),
        scopes: [Scope::products_write()].into_iter().collect(),
        issued_at: now,
        expires_at: now + TimeDelta::minutes(15),
    };
    for algorithm in [TokenAlgorithm::EdDsa, TokenAlgorithm::Es256, TokenAlgorithm::Hs256] {
        let key = SigningKey::generate(algorithm).unwrap();
        let token = JwtSigner::new(key.clone().into(), "us", "them").sign(&claims).unwrap();
        let verifier = JwtVerifier::new(KeyRing::from(key), "us", "them");
        c.bench_function(&format!("verify a token signed with {algorithm:?}"), |b| {
            b.iter(|| verifier.verify(black_box(&token), now).unwrap());
        });
    }
}

criterion_group!(hot_paths, products, events, tokens);
criterion_main!(hot_paths);
