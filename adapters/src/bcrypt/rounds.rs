//! bcrypt, round by round, for the package `bcrypt` does all of them at once and holds a core meanwhile.
//!
//! What it computes is what that package computes, which the tests compare; reading hashes is left to it.
use std::hint::black_box;

use ::bcrypt::{BcryptError, HashParts};
use base64::{
    Engine,
    alphabet::BCRYPT,
    engine::{GeneralPurpose, general_purpose::NO_PAD},
};
use blowfish::Blowfish;

/// Of the 24 bytes of the result, bcrypt keeps 23.
const KEPT: usize = 23;
/// What is enciphered with the state that the rounds lead to: `OrpheanBeholderScryDoubt`.
const TEXT: [[u32; 2]; 3] =
    [[0x4f72_7068, 0x6561_6e42], [0x6568_6f6c, 0x6465_7253], [0x6372_7944, 0x6f75_6274]];

/// The hash of `secret`, which is at most 71 bytes without a NUL, in the format of the package `bcrypt` (`$2b$…`). After
/// each round `after` is called. If `cost` is less than `work`, so many rounds follow in vain that there are 2^`work`.
///
/// # Errors
/// If bcrypt has no such cost.
pub fn bcrypt(
    cost: u32,
    salt: [u8; 16],
    secret: &str,
    work: u32,
    mut after: impl FnMut(),
) -> Result<String, BcryptError> {
    if !(4..=31).contains(&cost) {
        return Err(BcryptError::CostNotAllowed(cost));
    }
    let key = [secret.as_bytes(), b"\0"].concat();
    let mut state = Blowfish::bc_init_state();
    let round = |state: &mut Blowfish| {
        state.bc_expand_key(&key);
        state.bc_expand_key(&salt);
    };
    state.salted_expand_key(&salt, &key);
    for _ in 0..1_u32 << cost {
        round(&mut state);
        after();
    }
    let mut result = Vec::with_capacity(24);
    for block in TEXT {
        let block = (0..64).fold(block, |block, _| state.bc_encrypt(block));
        result.extend(block.into_iter().flat_map(u32::to_be_bytes));
    }
    for _ in 1_u64 << cost..1_u64 << work.min(31) {
        round(black_box(&mut state));
        after();
    }
    let radix64 = GeneralPurpose::new(&BCRYPT, NO_PAD);
    Ok(format!("$2b${cost:02}${}{}", radix64.encode(salt), radix64.encode(&result[..KEPT])))
}

/// What a hash was made with. Of something that is no hash of bcrypt's, nothing.
pub fn parts(hash: &str) -> Option<HashParts> {
    hash.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_package_computes_the_same(
            cost in 4_u32..7, salt: [u8; 16], secret in "[^\0]{0,17}", work in 0_u32..8,
        ) {
            let ours = bcrypt(cost, salt, &secret, work, || ()).unwrap();
            prop_assert_eq!(&ours, &::bcrypt::hash_with_salt(&secret, cost, salt).unwrap().to_string());
            prop_assert!(::bcrypt::verify(&secret, &ours).unwrap());
            prop_assert_eq!(parts(&ours).unwrap().to_string(), ours);
        }
    }

    /// From the tests of jBCrypt and of Openwall's `crypt_blowfish`.
    #[test]
    fn others_compute_the_same() {
        for (secret, known) in [
            ("", "$2b$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."),
            ("a", "$2b$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"),
            ("abcdefghijklmnopqrstuvwxyz", "$2b$08$aTsUwsyowQuzRrDqFflhgekJ8d9/7Z3GV3UcgvzQW3J5zMyrTvlz."),
            ("U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ] {
            let made_with = parts(known).unwrap();
            let ours = bcrypt(made_with.get_cost(), made_with.get_salt_raw(), secret, 0, || ()).unwrap();
            assert_eq!(ours, known);
        }
    }

    #[test]
    fn a_lower_cost_is_as_much_work() {
        for (cost, work, rounds) in [(4, 4, 16), (4, 7, 128), (6, 4, 64)] {
            let mut done = 0;
            bcrypt(cost, [1; 16], "secret", work, || done += 1).unwrap();
            assert_eq!(done, rounds, "{cost}, {work}");
        }
    }

    #[test]
    fn a_cost_that_bcrypt_does_not_have_is_refused() {
        for cost in [0, 3, 32, 99] {
            assert!(bcrypt(cost, [1; 16], "secret", 4, || ()).is_err(), "{cost}");
        }
    }

    #[test]
    fn what_is_no_hash_has_no_parts() {
        for text in ["", "!", "$2b$", "plain:0:0:secret", &"ñ".repeat(30)] {
            assert!(parts(text).is_none(), "{text}");
        }
    }
}
