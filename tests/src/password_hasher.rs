//! [`PasswordHasher`].
use std::{sync::Arc, time::Duration};

use domain_auth::{HashError, Password, PasswordAttempt, PasswordHash, PasswordHasher};
use tokio::time::Instant;

use crate::support::{at_once, parse};

pub(crate) async fn hash(hasher: &impl PasswordHasher, password: &str) -> PasswordHash {
    hasher.hash(&parse::<Password>(password), None).await.unwrap()
}

pub(crate) async fn verify(hasher: &impl PasswordHasher, attempt: &str, hash: Option<&PasswordHash>) -> bool {
    hasher.verify(&parse::<PasswordAttempt>(attempt), hash, None).await.unwrap()
}

pub async fn the_password_is_right_and_no_other(hasher: impl PasswordHasher) {
    let made = hash(&hasher, "correct horse").await;
    assert!(verify(&hasher, "correct horse", Some(&made)).await);
    for wrong in
        ["", "c", "correct hors", "correct horse ", " correct horse", "Correct horse", "correct  horse", "\0"]
    {
        assert!(!verify(&hasher, wrong, Some(&made)).await, "{wrong:?}");
    }
    let other = hash(&hasher, "battery staple").await;
    assert!(!verify(&hasher, "correct horse", Some(&other)).await, "of another's hash");
}

pub async fn every_character_counts(hasher: impl PasswordHasher) {
    for password in [
        "a".repeat(128),
        "ñ".repeat(128),
        "🐝".repeat(128),
        "  two blanks before and after  ".to_owned(),
        "x".repeat(71),
        "x".repeat(72),
        "x".repeat(73),
    ] {
        let made = hash(&hasher, &password).await;
        assert!(verify(&hasher, &password, Some(&made)).await, "{password}");
        let (start, _) = password.char_indices().last().unwrap();
        for wrong in [
            password[..start].to_owned(),
            format!("{}b", &password[..start]),
            format!("{password}x"),
            format!("{password}\0"),
            format!("{password}\0x"),
            format!("\0{password}"),
            password.to_uppercase(),
        ] {
            let same = wrong == password;
            assert_eq!(verify(&hasher, &wrong, Some(&made)).await, same, "{wrong:?} is not {password:?}");
        }
    }
}

pub async fn a_password_is_taken_as_typed(hasher: impl PasswordHasher) {
    let made = hash(&hasher, "n\u{303}andu\u{301} runs").await;
    assert!(!verify(&hasher, "ñandú runs", Some(&made)).await, "whoever wants it normalised does so before");
}

pub async fn a_hash_differs_each_time(hasher: impl PasswordHasher) {
    let (one, other) = (hash(&hasher, "correct horse").await, hash(&hasher, "correct horse").await);
    assert!(one != other, "two people with one password can't be told by their hashes");
    assert!(
        verify(&hasher, "correct horse", Some(&one)).await
            && verify(&hasher, "correct horse", Some(&other)).await
    );
}

pub async fn nobody_has_no_password(hasher: impl PasswordHasher) {
    let unusable = PasswordHash::unusable();
    for attempt in ["", "!", "correct horse"] {
        assert!(!verify(&hasher, attempt, None).await, "{attempt:?}, of a user who doesn't exist");
        assert!(!verify(&hasher, attempt, Some(&unusable)).await, "{attempt:?}, of a user who has none");
    }
}

pub async fn enu_02_for_nobody_it_takes_as_long(hasher: impl PasswordHasher) {
    let (made, unusable) = (hash(&hasher, "correct horse").await, PasswordHash::unusable());
    take_equally_long(&hasher, [Some(&made), None, Some(&unusable)]).await;
}

/// Loose, since the machine may be busy. What it tells apart is work from no work.
pub(crate) async fn take_equally_long<const N: usize>(
    hasher: &impl PasswordHasher,
    kept: [Option<&PasswordHash>; N],
) {
    let mut least = [Duration::MAX; N];
    for _ in 0..15 {
        for (least, hash) in least.iter_mut().zip(kept) {
            let started = Instant::now();
            verify(hasher, "wrong", hash).await;
            *least = started.elapsed().min(*least);
        }
    }
    let (fast, slow) = (least[0] / 2, least[0] * 2 + Duration::from_millis(1));
    assert!(
        least.iter().all(|other| *other + Duration::from_millis(1) > fast && *other < slow),
        "somebody, and the others: {least:?}"
    );
}

pub async fn many_at_once_are_answered_rightly_or_told_to_wait(hasher: impl PasswordHasher) {
    let (hasher, passwords) = (Arc::new(hasher), ["password one", "password two"]);
    let made = [hash(&*hasher, passwords[0]).await, hash(&*hasher, passwords[1]).await];
    let answers = at_once(40, |i| {
        let (hasher, hash) = (hasher.clone(), made[i % 2].clone());
        let attempt = parse::<PasswordAttempt>(passwords[i / 2 % 2]);
        async move { (i % 2 == i / 2 % 2, hasher.verify(&attempt, Some(&hash), None).await) }
    });
    let mut answered = 0;
    for (right, answer) in answers.await {
        match answer {
            Ok(said) => {
                assert_eq!(said, right);
                answered += 1;
            }
            Err(HashError::Busy) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(answered > 0, "some are answered");
}

pub async fn however_many_ask_from_one_place_others_get_their_turn(hasher: impl PasswordHasher) {
    let hasher = Arc::new(hasher);
    let asked = |count, place: &'static str| {
        let hasher = hasher.clone();
        at_once(count, move |_| {
            let hasher = hasher.clone();
            async move { hasher.verify(&parse("correct horse"), None, Some(place)).await }
        })
    };
    let others = async {
        for _ in 0..5 {
            for answer in asked(1, "elsewhere").await {
                assert!(matches!(answer, Ok(false)), "{answer:?}");
            }
        }
    };
    tokio::join!(asked(200, "here"), others);
}

pub async fn what_it_made_itself_is_not_outdated(hasher: impl PasswordHasher) {
    assert!(!hasher.is_outdated(&hash(&hasher, "correct horse").await));
}

pub async fn where_there_is_no_password_nothing_is_outdated(hasher: impl PasswordHasher) {
    assert!(!hasher.is_outdated(&PasswordHash::unusable()));
}
