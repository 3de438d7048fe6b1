//! [`UserDirectory`]. The subject is a directory, and the repository it shows.
use std::sync::Arc;

use domain_auth::{FullName, Registration, User, UserDirectory, UserFilter, UserId, UserRepository};
use domain_shared::{Aggregate, Limit, ValueObject};

use crate::{
    examples::{assert_same, registration, user},
    support::{context, parse},
};

async fn save(users: &impl UserRepository, registration: Registration) -> User {
    let mut user = user(registration);
    users.save(&mut user).await.unwrap();
    user
}

async fn save_named(users: &impl UserRepository, username: &str, full_name: Option<&str>) -> User {
    let full_name = full_name.map(parse::<FullName>);
    save(users, Registration { full_name, ..registration(username) }).await
}

async fn deactivate(users: &impl UserRepository, user: &User) {
    let context = context();
    users.change(user.id(), Arc::new(move |u: &mut User| u.deactivate(&context))).await.unwrap().unwrap();
}

fn limit(most: u64) -> Limit {
    Limit::parse(most).unwrap()
}

fn names(users: &[User]) -> Vec<&str> {
    users.iter().map(|user| user.username.as_str()).collect()
}

async fn search(directory: &impl UserDirectory, text: &str) -> Vec<String> {
    let filter = UserFilter { search: Some(text.to_owned()), ..UserFilter::default() };
    let found = directory.list(&filter).await.unwrap();
    names(&found).into_iter().map(str::to_owned).collect()
}

pub async fn lists_in_the_order_they_registered(
    (directory, users): (impl UserDirectory, impl UserRepository),
) {
    assert!(directory.list(&UserFilter::default()).await.unwrap().is_empty());
    let mut saved = Vec::new();
    for name in ["zoe", "ada", "Bob", "ñandú"] {
        saved.push(save_named(&users, name, None).await);
    }
    deactivate(&users, &saved[0]).await;
    let found = directory.list(&UserFilter::default()).await.unwrap();
    assert_eq!(names(&found), ["zoe", "ada", "Bob", "ñandú"]);
    assert_same(&found[3], &saved[3], "each as it is");
    assert!(!found[0].is_active);
}

pub async fn finds_text_in_username_email_or_full_name(
    (directory, users): (impl UserDirectory, impl UserRepository),
) {
    save(&users, Registration { email: parse("one@needle.example"), ..registration("first") }).await;
    save_named(&users, "needles", None).await;
    save_named(&users, "third", Some("A Needle, or two")).await;
    save_named(&users, "fourth", Some("Nothing of the kind")).await;
    assert_eq!(search(&directory, "needle").await, ["first", "needles", "third"]);
    assert_eq!(search(&directory, "needles").await, ["needles"]);
    assert_eq!(search(&directory, "needle,").await, ["third"]);
    assert_eq!(search(&directory, "needlework").await, [""; 0]);
    assert_eq!(search(&directory, "").await.len(), 4, "everything contains nothing");
}

pub async fn finds_text_regardless_of_case((directory, users): (impl UserDirectory, impl UserRepository)) {
    save_named(&users, "JOSÉ.Ñandú", Some("Ángela GARCÍA")).await;
    for text in ["josé", "JOSÉ", "ñandú", "ÑANDÚ", "ángela garcía", "ÁNGELA G"] {
        assert_eq!(search(&directory, text).await.len(), 1, "{text}");
    }
    for text in ["jose", "angela"] {
        assert_eq!(search(&directory, text).await.len(), 0, "{text}: an accent is no matter of case");
    }
}

pub async fn takes_every_character_of_the_text_literally(
    (directory, users): (impl UserDirectory, impl UserRepository),
) {
    save_named(&users, "ada_l", Some(r#"100% \ "O'Neill" *?[a-z]"#)).await;
    save_named(&users, "adaxl", Some("100 and nothing")).await;
    for text in ["ada_", "_", "%", r"\", "'", "\"", r"% \", "*", "?", "[a-z]", "100%"] {
        assert_eq!(search(&directory, text).await, ["ada_l"], "{text}");
    }
    for text in ["a%l", "ad__l", ".*", "\0", "\u{1f}", "ada_l\n", "ada_l ", "' OR 1=1 --"] {
        assert_eq!(search(&directory, text).await, [""; 0], "{text:?}");
    }
}

pub async fn finds_no_text_across_two_fields((directory, users): (impl UserDirectory, impl UserRepository)) {
    let ada = Registration {
        email: parse("mail@example.com"),
        full_name: Some(parse("Ada")),
        ..registration("name")
    };
    save(&users, ada).await;
    for text in ["namemail", "comada", "adaname", "namead", "name mail", "name\nmail"] {
        assert_eq!(search(&directory, text).await, [""; 0], "{text:?}");
    }
}

pub async fn lists_only_the_active_or_only_the_inactive(
    (directory, users): (impl UserDirectory, impl UserRepository),
) {
    save_named(&users, "one", None).await;
    let two = save_named(&users, "two", None).await;
    save_named(&users, "three", None).await;
    deactivate(&users, &two).await;
    for (active, expected) in
        [(None, vec!["one", "two", "three"]), (Some(true), vec!["one", "three"]), (Some(false), vec!["two"])]
    {
        let found = directory.list(&UserFilter { active, ..UserFilter::default() }).await.unwrap();
        assert_eq!(names(&found), expected, "active: {active:?}");
    }
}

pub async fn pages_cover_everyone_once((directory, users): (impl UserDirectory, impl UserRepository)) {
    let mut all = Vec::new();
    for i in 0..7 {
        let user = save_named(&users, &format!("user{i}"), (i != 3).then_some("wanted")).await;
        if i != 3 {
            all.push(user.username.as_str().to_owned());
        }
    }
    for size in [1, 2, 3, 6, 7, 200] {
        let (mut after, mut seen): (Option<UserId>, Vec<String>) = (None, Vec::new());
        loop {
            let filter = UserFilter {
                search: Some("wanted".to_owned()),
                after,
                limit: limit(size),
                ..UserFilter::default()
            };
            let page = directory.list(&filter).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= usize::try_from(size).unwrap(), "not more than the limit");
            after = Some(last.id());
            seen.extend(names(&page).into_iter().map(str::to_owned));
            assert!(seen.len() <= all.len(), "in pages of {size} it goes round");
        }
        assert_eq!(seen, all, "in pages of {size}");
    }
}

pub async fn lists_fifty_unless_told((directory, users): (impl UserDirectory, impl UserRepository)) {
    for i in 0..51 {
        save_named(&users, &format!("user{i}"), None).await;
    }
    assert_eq!(directory.list(&UserFilter::default()).await.unwrap().len(), 50);
}
