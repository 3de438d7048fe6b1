//! [`PasswordHasher`], of hashes made before its work was made harder.
use domain_auth::PasswordHasher;

use crate::password_hasher::{hash, take_equally_long, verify};

pub async fn what_was_easier_is_outdated_and_what_is_harder_is_not<H: PasswordHasher>((before, now): (H, H)) {
    assert!(now.is_outdated(&hash(&before, "correct horse").await));
    assert!(!before.is_outdated(&hash(&now, "correct horse").await), "no hash is made easier");
}

pub async fn an_outdated_hash_is_still_that_of_its_password<H: PasswordHasher>((before, now): (H, H)) {
    let made = hash(&before, "correct horse").await;
    assert!(verify(&now, "correct horse", Some(&made)).await);
    assert!(!verify(&now, "wrong horse", Some(&made)).await);
}

pub async fn nobody_takes_as_long_as_somebody_with_an_outdated_hash<H: PasswordHasher>(
    (before, now): (H, H),
) {
    take_equally_long(&now, [Some(&hash(&before, "correct horse").await), None]).await;
}
