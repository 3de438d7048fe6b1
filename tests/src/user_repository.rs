//! [`UserRepository`]. The subject is one, and the log it writes to.
use std::sync::Arc;

use domain_auth::{PasswordHash, Registration, User, UserRepository, Username};
use domain_shared::{Aggregate, Email, EventLog};

use crate::{
    examples::{Example, assert_same, registration, user},
    support::{context, parse, whole_log},
};

fn named(username: &str) -> User {
    user(registration(username))
}

pub async fn by_email_finds_its_owner((users, _): (impl UserRepository, impl EventLog)) {
    let (mut ada, mut eve) = (User::large(), User::small());
    users.save(&mut ada).await.unwrap();
    users.save(&mut eve).await.unwrap();
    for saved in [ada, eve] {
        let found = users.by_email(&saved.email).await.unwrap().expect("the owner is found");
        assert_same(&found, &saved, "by e-mail");
        let upper_case = parse::<Email>(saved.email.as_str().to_uppercase());
        assert!(users.by_email(&upper_case).await.unwrap().is_some(), "in any case");
    }
}

pub async fn by_email_finds_nobody_else((users, _): (impl UserRepository, impl EventLog)) {
    let mut ada = user(Registration { email: parse("ada@example.com"), ..registration("ada") });
    users.save(&mut ada).await.unwrap();
    for other in ["ad@example.com", "ada@example.co", "ada_@example.com", "%@example.com", "a.da@example.com"]
    {
        assert!(users.by_email(&parse(other)).await.unwrap().is_none(), "{other}");
    }
}

pub async fn by_username_finds_its_owner_in_any_spelling((users, _): (impl UserRepository, impl EventLog)) {
    for (saved, spellings) in [
        ("Ada.Lovelace", ["Ada.Lovelace", "ada.lovelace", "ADA.LOVELACE"]),
        ("José_Ñandú", ["JOSÉ_ÑANDÚ", "jose\u{301}_n\u{303}andu\u{301}", "ｊosé_ñandú"]),
        ("Straße-1", ["STRASSE-1", "strasse-1", "straße-1"]),
        ("ΟΔΥΣΣΕΥΣ", ["οδυσσευς", "οδυσσευσ", "Οδυσσευς"]),
    ] {
        let mut owner = named(saved);
        users.save(&mut owner).await.unwrap();
        for spelling in spellings {
            let found = users.by_username(&parse(spelling)).await.unwrap();
            assert_same(&found.unwrap_or_else(|| panic!("{spelling} is {saved}")), &owner, spelling);
        }
    }
}

pub async fn by_username_finds_nobody_else((users, _): (impl UserRepository, impl EventLog)) {
    users.save(&mut named("ada_l")).await.unwrap();
    for other in ["adaxl", "ada-l", "ada_", "ada_ll", "_ada_l", "adá_l"] {
        assert!(users.by_username(&parse::<Username>(other)).await.unwrap().is_none(), "{other}");
    }
}

pub async fn the_email_is_no_username_and_the_username_no_email(
    (users, _): (impl UserRepository, impl EventLog),
) {
    let mut one = user(Registration { email: parse("other@example.com"), ..registration("example.com") });
    users.save(&mut one).await.unwrap();
    let mut two = user(Registration { email: parse("example.com@example.com"), ..registration("other") });
    users.save(&mut two).await.expect("nothing of it is taken");
}

pub async fn a_password_hash_is_kept_beside_the_events((users, log): (impl UserRepository, impl EventLog)) {
    let hash = |text: &str| PasswordHash::new(format!("$2b$04$secret-{text}"));
    let mut ada = User::register(User::small().id(), registration("ada"), hash("old"), &context());
    users.save(&mut ada).await.unwrap();
    assert!(users.find(ada.id()).await.unwrap().unwrap().password() == &hash("old"), "as it was saved");
    let context = context();
    let decide = move |ada: &mut User| ada.change_password(&hash("old"), hash("new"), None, &context);
    let changed = users.change(ada.id(), Arc::new(decide)).await.unwrap().unwrap();
    assert!(changed.aggregate.password() == &hash("new"));
    for found in
        [users.find(ada.id()).await, users.by_email(&ada.email).await, users.by_username(&ada.username).await]
    {
        assert!(found.unwrap().unwrap().password() == &hash("new"), "as it was changed");
    }
    for stored in whole_log(&log, 2).await {
        assert!(!stored.event.data.to_string().contains("secret"), "no event holds a secret");
    }
}

pub async fn a_change_is_seen_by_every_way_of_finding((users, _): (impl UserRepository, impl EventLog)) {
    let mut ada = User::large();
    users.save(&mut ada).await.unwrap();
    let context = context();
    let changed = users
        .change(ada.id(), Arc::new(move |ada: &mut User| ada.deactivate(&context)))
        .await
        .unwrap()
        .unwrap();
    for found in
        [users.find(ada.id()).await, users.by_email(&ada.email).await, users.by_username(&ada.username).await]
    {
        assert_same(&found.unwrap().unwrap(), &changed.aggregate, "after the change");
    }
}
