#![allow(clippy::all, clippy::pedantic, missing_docs, clippy::disallowed_methods)]
use adapters::{
    Tables,
    postgres::{PgConfig, PgStore},
    sqlite::SqliteStore,
};
use chrono::{TimeDelta, Utc};
use domain_auth::*;
use domain_product::*;
use domain_shared::*;
use std::sync::Arc;
use uuid::Uuid;

fn ctx() -> Context {
    Context {
        command_id: Uuid::now_v7(),
        at: Utc::now(),
        actor: Some(Uuid::now_v7()),
        traceparent: Some("00-x".into()),
    }
}
fn draft(name: &str, price: i64, stock: i64, sku: Option<&str>) -> Draft {
    Draft {
        name: ProductName::parse(name.into()).unwrap(),
        description: Some(Description::parse("a\nb 50%_\\".into()).unwrap()),
        price: Money::new(Decimal::new(price, 2), Currency::USD).unwrap(),
        stock: Stock::parse(stock).unwrap(),
        sku: sku.map(|s| Sku::parse(s.into()).unwrap()),
        category: Some(Category::parse("shelf".into()).unwrap()),
        low_stock_threshold: Threshold::DEFAULT,
        is_active: true,
    }
}
fn product(name: &str, price: i64, stock: i64, sku: Option<&str>) -> Product {
    Product::create(ProductId(Uuid::now_v7()), draft(name, price, stock, sku), &ctx())
}
fn user(email: &str, name: &str) -> User {
    User::register(
        UserId(Uuid::now_v7()),
        Registration {
            email: Email::parse(email.into()).unwrap(),
            username: Username::parse(name.into()).unwrap(),
            full_name: Some(FullName::parse("Ada L".into()).unwrap()),
            phone_number: None,
            language: Language::Es,
            is_superuser: false,
        },
        PasswordHash::new("h".into()),
        &ctx(),
    )
}
async fn pg(t: Tables) -> PgStore {
    let url = std::env::var("TEST_DATABASE_URL").unwrap();
    let s = PgStore::connect(PgConfig {
        url,
        schema: format!("t_{}", Uuid::now_v7().simple()),
        ..PgConfig::default()
    })
    .await
    .unwrap();
    s.migrate(t).await.unwrap();
    s
}
fn lite(t: Tables) -> SqliteStore {
    let p = std::env::temp_dir().join(format!("panal-scratch-{}", Uuid::now_v7().simple())).join("x.sqlite");
    SqliteStore::open(&p, t).unwrap()
}
trait Auth:
    Repository<User>
    + UserRepository
    + UserDirectory
    + SessionRepository
    + LoginCodes
    + EventLog
    + Checkpoints
    + Clone
{
}
impl<
    T: Repository<User>
        + UserRepository
        + UserDirectory
        + SessionRepository
        + LoginCodes
        + EventLog
        + Checkpoints
        + Clone,
> Auth for T
{
}
trait Shop: Repository<Product> + Catalogue + EventLog + Checkpoints + Clone {}
impl<T: Repository<Product> + Catalogue + EventLog + Checkpoints + Clone> Shop for T {}

async fn shop(s: impl Shop) {
    let mut a = product("Laptop", 89999, 100, Some("l-1"));
    s.save(&mut a).await.unwrap();
    assert!(a.journal().pending().is_empty());
    let f = s.find(a.id()).await.unwrap().unwrap();
    assert_eq!(f.sheet, a.sheet);
    assert_eq!(f.version(), 1);
    assert_eq!(f.created_at.timestamp_micros(), a.created_at.timestamp_micros());
    let mut twin = Product::create(a.id(), draft("Laptop", 1, 1, Some("l-1")), &ctx());
    assert!(matches!(s.save(&mut twin).await, Err(StoreError::Stale)));
    let mut dup = product("Other", 1, 1, Some("L-1"));
    let e = s.save(&mut dup).await;
    assert!(matches!(e, Err(StoreError::Taken("sku"))), "{e:?}");
    assert_eq!(dup.journal().pending().len(), 1);
    assert!(s.find(dup.id()).await.unwrap().is_none());
    // events
    let ev = s.after(0, 10).await.unwrap();
    assert_eq!(ev.len(), 1);
    assert_eq!(ev[0].event.kind, "product.created.v1");
    let d: ProductEvent = decode(&ev[0].event).unwrap();
    assert!(matches!(d, ProductEvent::Created(_)));
    // concurrent removals
    let mut set = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let s = s.clone();
        let id = a.id();
        set.spawn(async move {
            let c = ctx();
            s.change(
                id,
                Arc::new(move |p: &mut Product| p.remove_stock(Quantity::parse(1).unwrap(), None, None, &c)),
            )
            .await
        });
    }
    let (mut ok, mut no) = (0, 0);
    while let Some(r) = set.join_next().await {
        match r.unwrap() {
            Ok(Some(_)) => ok += 1,
            Err(ChangeError::Refused(ProductError::InsufficientStock { .. })) => no += 1,
            x => panic!("{x:?}"),
        }
    }
    assert_eq!((ok, no), (100, 100));
    let f = s.find(a.id()).await.unwrap().unwrap();
    assert_eq!(f.stock.get(), 0);
    let all = s.after(0, 1000).await.unwrap();
    assert_eq!(all.len(), 102);
    assert!(
        all.windows(2)
            .all(|w| w[0].position < w[1].position && w[0].event.sequence + 1 == w[1].event.sequence)
    );
    let ledger = s.newest_of(a.id().0, &ProductEvent::MOVEMENTS, None, 5).await.unwrap();
    assert_eq!(ledger.len(), 5);
    assert_eq!(ledger[0].event.sequence, 102);
    let l2 = s.newest_of(a.id().0, &ProductEvent::MOVEMENTS, Some(98), 5).await.unwrap();
    assert_eq!(l2[0].event.sequence, 97);
    assert_eq!(s.newest_of(a.id().0, &[], None, 1).await.unwrap().len(), 1);
    // nothing recorded
    let r = s.change(a.id(), Arc::new(|_: &mut Product| Ok(()))).await.unwrap().unwrap();
    assert!(r.events.is_empty());
    assert!(s.change(ProductId(Uuid::now_v7()), Arc::new(|_: &mut Product| Ok(()))).await.unwrap().is_none());
    // checkpoints
    assert_eq!(s.load("x").await.unwrap(), 0);
    s.store("x", 5).await.unwrap();
    s.store("x", 3).await.unwrap();
    assert_eq!(s.load("x").await.unwrap(), 5);
    // delete frees sku
    let c = ctx();
    s.change(a.id(), Arc::new(move |p: &mut Product| p.delete(&c))).await.unwrap();
    s.save(&mut dup).await.unwrap();
    // taken in change
    let mut other = product("Émile", 500, 7, None);
    s.save(&mut other).await.unwrap();
    let c = ctx();
    let r = s
        .change(
            other.id(),
            Arc::new(move |p: &mut Product| {
                p.update(Edit { sku: Some(Some(Sku::parse("l-1".into()).unwrap())), ..Edit::default() }, &c)
            }),
        )
        .await;
    assert!(matches!(r, Err(ChangeError::Store(StoreError::Taken("sku")))), "{r:?}");
    for i in 0..20 {
        s.save(&mut product(["b", "a", "C"][i % 3], 100, (i % 4) as i64, None)).await.unwrap();
    }
    for key in [SortKey::CreatedAt, SortKey::Name, SortKey::Price, SortKey::Stock] {
        for descending in [false, true] {
            let sort = Sort { key, descending };
            let whole = s
                .list(&Filter { sort, limit: Limit::parse(200).unwrap(), ..Filter::default() })
                .await
                .unwrap();
            assert_eq!(whole.len(), 22);
            let (mut paged, mut start) = (vec![], Start::Beginning);
            loop {
                let page = s
                    .list(&Filter { sort, start, limit: Limit::parse(3).unwrap(), ..Filter::default() })
                    .await
                    .unwrap();
                paged.extend(page.iter().map(|p| p.id().0));
                if page.len() < 3 {
                    break;
                }
                start = Start::After(sort.cursor(page.last().unwrap()));
            }
            assert_eq!(paged, whole.iter().map(|p| p.id().0).collect::<Vec<_>>(), "{sort:?}");
            let skip = s.list(&Filter { sort, start: Start::Skip(20), ..Filter::default() }).await.unwrap();
            assert_eq!(skip.len(), 2);
        }
    }
    for (needle, n) in [
        ("émi", 1),
        ("ÉMI", 1),
        ("%", 22),
        ("50%_\\", 22),
        ("_x", 0),
        ("\\b", 0),
        ("a\nb", 22),
        ("\0", 0),
        ("l-1", 1),
        ("'", 0),
    ] {
        let r = s
            .list(&Filter {
                search: Some(needle.into()),
                limit: Limit::parse(200).unwrap(),
                ..Filter::default()
            })
            .await
            .unwrap();
        assert_eq!(r.len(), n, "{needle:?}");
    }
    let r = s
        .list(&Filter {
            active_only: true,
            category: Some(Category::parse("shelf".into()).unwrap()),
            low_stock: Some(true),
            min_price: Some(Decimal::new(5, 0)),
            max_price: Some(Decimal::new(5, 0)),
            ..Filter::default()
        })
        .await
        .unwrap();
    assert_eq!(r.len(), 1);
    let r = s
        .list(&Filter {
            sort: Sort { key: SortKey::Name, descending: false },
            start: Start::After(Cursor { value: CursorValue::Text("a\0b".into()), id: Uuid::max() }),
            ..Filter::default()
        })
        .await
        .unwrap();
    assert!(!r.is_empty());
    let n = s.after(0, 10000).await.unwrap().len();
    assert_eq!(s.after(102, 10).await.unwrap().len(), 10);
    assert_eq!(n, 102 + 1 + 1 + 1 + 20);
}
async fn auth(s: impl Auth) {
    let mut ada = user("ada@example.com", "Ada");
    s.save(&mut ada).await.unwrap();
    let mut both = user("ada@example.com", "ADA");
    let e = s.save(&mut both).await;
    assert!(matches!(e, Err(StoreError::Taken("email"))), "{e:?}");
    let e = s.save(&mut user("b@example.com", "aDa")).await;
    assert!(matches!(e, Err(StoreError::Taken("username"))), "{e:?}");
    let mut again = User::register(
        ada.id(),
        Registration {
            email: ada.email.clone(),
            username: ada.username.clone(),
            full_name: None,
            phone_number: None,
            language: Language::En,
            is_superuser: true,
        },
        PasswordHash::new("z".into()),
        &ctx(),
    );
    let e = s.save(&mut again).await;
    assert!(matches!(e, Err(StoreError::Stale)), "{e:?}");
    let f = s.by_email(&ada.email).await.unwrap().unwrap();
    assert_eq!(f.password().expose(), "h");
    assert_eq!(f.language, Language::Es);
    assert_eq!(f.full_name, ada.full_name);
    assert!(s.by_username(&Username::parse("aDA".into()).unwrap()).await.unwrap().is_some());
    assert!(s.by_username(&Username::parse("aDAx".into()).unwrap()).await.unwrap().is_none());
    let c = ctx();
    let ch = s
        .change(
            ada.id(),
            Arc::new(move |u: &mut User| {
                u.change_password(&PasswordHash::new("h".into()), PasswordHash::new("new".into()), &c)?;
                u.set_scopes(Scopes::parse(vec!["products:write".into(), "a".into()]).unwrap(), &c)
            }),
        )
        .await
        .unwrap()
        .unwrap();
    assert_eq!(ch.events.len(), 2);
    let f: User = s.find(ada.id()).await.unwrap().unwrap();
    assert_eq!(f.password().expose(), "new");
    assert_eq!(f.version(), 3);
    assert_eq!(f.scopes.to_string(), "a products:write");
    let mut bob = user("bob@example.com", "bob");
    s.save(&mut bob).await.unwrap();
    let c = ctx();
    s.change(bob.id(), Arc::new(move |u: &mut User| u.deactivate(&c))).await.unwrap();
    assert_eq!(s.list(&UserFilter::default()).await.unwrap().len(), 2);
    assert_eq!(s.list(&UserFilter { active: Some(false), ..Default::default() }).await.unwrap().len(), 1);
    assert_eq!(
        s.list(&UserFilter { search: Some("ADA L".into()), ..Default::default() }).await.unwrap().len(),
        2
    );
    assert_eq!(
        s.list(&UserFilter { search: Some("BOB@".into()), ..Default::default() }).await.unwrap().len(),
        1
    );
    assert_eq!(
        s.list(&UserFilter { after: Some(ada.id()), ..Default::default() }).await.unwrap()[0].id(),
        bob.id()
    );
    // race
    let mut set = tokio::task::JoinSet::new();
    for i in 0..20 {
        let s = s.clone();
        set.spawn(async move { s.save(&mut user("race@example.com", &format!("race{i}"))).await.is_ok() });
    }
    assert_eq!(set.join_all().await.into_iter().filter(|x| *x).count(), 1);
    // sessions
    let mut se = Session::start(
        SessionId(Uuid::now_v7()),
        ada.id(),
        Client { address: Some("::1".into()), user_agent: None },
        Utc::now() + TimeDelta::days(1),
        &ctx(),
    );
    s.save(&mut se).await.unwrap();
    let mut se2 = Session::start(
        SessionId(Uuid::now_v7()),
        ada.id(),
        Client::default(),
        Utc::now() + TimeDelta::days(1),
        &ctx(),
    );
    s.save(&mut se2).await.unwrap();
    assert_eq!(s.of_user(ada.id()).await.unwrap().len(), 2);
    let c = ctx();
    s.change(se.id(), Arc::new(move |x: &mut Session| x.end(EndReason::Logout, &c))).await.unwrap();
    assert_eq!(s.of_user(ada.id()).await.unwrap()[0].id(), se2.id());
    let f: Session = s.find(se.id()).await.unwrap().unwrap();
    assert_eq!(f.ended, Some(EndReason::Logout));
    // codes
    let now = chrono::DateTime::from_timestamp_micros(Utc::now().timestamp_micros()).unwrap();
    let min = TimeDelta::minutes(1);
    let ch = Challenge { id: Uuid::now_v7(), user: ada.id(), issued_at: now, expires_at: now + min };
    assert!(s.attempt(ada.id(), 5, now).await.unwrap().is_none());
    s.issue(&ch).await.unwrap();
    let ch2 = Challenge { id: Uuid::now_v7(), ..ch.clone() };
    s.attempt(ada.id(), 5, now).await.unwrap().unwrap();
    s.issue(&ch2).await.unwrap();
    assert!(!s.consume(ch.id).await.unwrap());
    let mut set = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let s = s.clone();
        let id = ada.id();
        set.spawn(async move { s.attempt(id, 5, now).await.unwrap() });
    }
    let got: Vec<_> = set.join_all().await.into_iter().flatten().collect();
    assert_eq!(got.len(), 5);
    assert_eq!(got[0], ch2);
    assert!(s.attempt(ada.id(), 5, now).await.unwrap().is_none());
    assert_eq!(s.resend(ada.id(), now - min, now).await.unwrap(), Resend::TooSoon(now));
    let mut set = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let s = s.clone();
        let id = ada.id();
        set.spawn(async move {
            matches!(s.resend(id, now, now + TimeDelta::seconds(2)).await.unwrap(), Resend::Send(_))
        });
    }
    assert_eq!(set.join_all().await.into_iter().filter(|x| *x).count(), 1);
    assert_eq!(s.resend(ada.id(), now, now + min).await.unwrap(), Resend::Nothing);
    let mut set = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (s, id) = (s.clone(), ch2.id);
        set.spawn(async move { s.consume(id).await.unwrap() });
    }
    assert_eq!(set.join_all().await.into_iter().filter(|x| *x).count(), 1);
    s.issue(&ch).await.unwrap();
    s.revoke(ada.id()).await.unwrap();
    assert!(s.attempt(ada.id(), 5, now).await.unwrap().is_none());
}
#[tokio::test(flavor = "multi_thread")]
async fn pg_shop() {
    shop(pg(Tables::Product).await).await
}
#[tokio::test]
async fn lite_shop() {
    shop(lite(Tables::Product)).await
}
#[tokio::test]
async fn pg_auth() {
    auth(pg(Tables::Auth).await).await
}
#[tokio::test]
async fn lite_auth() {
    auth(lite(Tables::Auth)).await
}
