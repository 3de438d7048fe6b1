//! [`LoginCodeGenerator`]. The subject is one, and another with another key.
use domain_auth::{CodePurpose, LoginCodeGenerator, UserId};

use crate::support::id;

const LOGIN: CodePurpose = CodePurpose::Login;

fn codes(generator: &impl LoginCodeGenerator, count: usize) -> Vec<String> {
    (0..count).map(|_| generator.code(LOGIN, id()).expose().to_owned()).collect()
}

pub async fn the_code_of_a_challenge_is_always_the_same(
    (generator, _): (impl LoginCodeGenerator, impl LoginCodeGenerator),
) {
    for challenge in (0..100).map(|_| id()) {
        for purpose in CodePurpose::ALL {
            let code = generator.code(purpose, challenge);
            assert!(generator.code(purpose, challenge).matches(&code));
            assert!(code.expose().len() == 6 && code.expose().bytes().all(|b| b.is_ascii_digit()));
        }
    }
}

pub async fn without_the_key_a_code_is_unpredictable(
    (ours, theirs): (impl LoginCodeGenerator, impl LoginCodeGenerator),
) {
    let guessed =
        (0..1000).map(|_| id()).filter(|id| ours.code(LOGIN, *id).matches(&theirs.code(LOGIN, *id))).count();
    assert!(guessed <= 2, "{guessed} of 1000 codes were guessed");
}

pub async fn a_code_for_one_purpose_tells_nothing_of_that_for_another(
    (generator, _): (impl LoginCodeGenerator, impl LoginCodeGenerator),
) {
    let same = |id: &_| generator.code(LOGIN, *id).matches(&generator.code(CodePurpose::Reset, *id));
    let guessed = (0..1000).map(|_| id()).filter(same).count();
    assert!(guessed <= 2, "{guessed} of 1000 codes are good for both");
}

pub async fn a_place_is_told_by_nobody_without_the_key(
    (ours, theirs): (impl LoginCodeGenerator, impl LoginCodeGenerator),
) {
    let (ada, eve) = (UserId(id()), UserId(id()));
    let digest = ours.place(ada, "192.0.2.7");
    assert_eq!(ours.place(ada, "192.0.2.7"), digest);
    for other in [ours.place(ada, "192.0.2.8"), ours.place(eve, "192.0.2.7"), theirs.place(ada, "192.0.2.7")]
    {
        assert_ne!(other, digest);
    }
    assert!(!digest.contains("192"));
}

pub async fn codes_are_uniform((generator, _): (impl LoginCodeGenerator, impl LoginCodeGenerator)) {
    const COUNT: u32 = 100_000;
    let codes = codes(&generator, usize::try_from(COUNT).unwrap());
    for place in 0..6 {
        let mut counts = [0_u32; 10];
        for code in &codes {
            counts[usize::from(code.as_bytes()[place] - b'0')] += 1;
        }
        let expected = f64::from(COUNT) / 10.0;
        let chi_square: f64 =
            counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
        // Nine degrees of freedom: beyond this, one time in ten million.
        assert!(chi_square < 50.0, "digit {place}: {counts:?}");
    }
    let mut distinct = codes;
    distinct.sort_unstable();
    distinct.dedup();
    // Of a million, 100 000 draws hit 95 163 on average, with a deviation of about 60.
    assert!((94_500..95_800).contains(&distinct.len()), "{} different codes", distinct.len());
    assert!(
        distinct[0].as_str() < "000100" && distinct[distinct.len() - 1].as_str() > "999900",
        "the whole range"
    );
}
