//! What is a key, and what is none.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain_auth::TokenAlgorithm;
use serde_json::json;

use super::ALL;
use crate::{
    jwt::{Jwk, JwtKeyError, JwtKeys, SigningKey, VerifyingKey, public::PublicKey},
    keyed::SecretKey,
};

const PAIRS: [TokenAlgorithm; 2] = [TokenAlgorithm::EdDsa, TokenAlgorithm::Es256];

fn jwk(value: serde_json::Value) -> Option<VerifyingKey> {
    VerifyingKey::from_jwk(&serde_json::from_value::<Jwk>(value).ok()?).ok()
}

#[test]
fn a_key_is_named_by_its_thumbprint() {
    // RFC 8037, appendix A.3
    let public = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
    let key = PublicKey::new(TokenAlgorithm::EdDsa, public).unwrap();
    assert_eq!(key.id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    // The key of RFC 7517, appendix A.1, with the thumbprint of its members in the order of RFC 7638
    let key = json!({"kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", "use": "sig", "kid": "1"});
    let key: Jwk = serde_json::from_value(key).unwrap();
    assert_eq!(PublicKey::from_jwk(&key).unwrap().id(), "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s");
}

#[test]
fn a_public_key_follows_from_its_private_key() {
    for algorithm in PAIRS {
        let keys = JwtKeys::generate_for(algorithm).unwrap();
        assert_eq!(JwtKeys::public_of(&keys.private_pem), Ok(keys.public_pem.clone()));
        assert!(JwtKeys::are_a_pair(&keys.private_pem, &keys.public_pem));
        for other in PAIRS {
            let others = JwtKeys::generate_for(other).unwrap().public_pem;
            assert!(!JwtKeys::are_a_pair(&keys.private_pem, &others));
        }
        let signing = SigningKey::from_pem(&keys.private_pem).unwrap();
        assert_eq!((signing.algorithm(), signing.verifying().algorithm()), (algorithm, algorithm));
        assert_eq!(VerifyingKey::from_pem(&keys.public_pem).unwrap().id(), signing.id());
    }
}

#[test]
fn a_key_of_openssl_is_read() {
    let private = "-----BEGIN PRIVATE KEY-----\n\
                   MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
    // The key of RFC 8037, appendix A.1
    let jwk = SigningKey::from_pem(private).unwrap().verifying().jwk().unwrap();
    assert_eq!(jwk.x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
}

#[test]
fn anything_else_is_no_key() {
    for algorithm in PAIRS {
        let keys = JwtKeys::generate_for(algorithm).unwrap();
        let junk = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        for text in ["", "secret", &keys.public_pem, junk] {
            assert_eq!(SigningKey::from_pem(text).err(), Some(JwtKeyError::NotAKey), "{text}");
        }
        for text in ["", &keys.private_pem, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"] {
            assert_eq!(VerifyingKey::from_pem(text).err(), Some(JwtKeyError::NotAKey));
        }
    }
    assert!(JwtKeys::generate_for(TokenAlgorithm::Hs256).is_err(), "a secret has no public half");
}

#[test]
fn what_is_published_is_a_public_key_and_reads_back_as_itself() {
    for algorithm in ALL {
        let key = SigningKey::generate(algorithm).unwrap();
        let published = key.verifying().jwk();
        assert_eq!(published.is_some(), algorithm.is_asymmetric(), "secrets are never published");
        let Some(published) = published else { continue };
        let shown = serde_json::to_value(&published).unwrap();
        let members: Vec<&String> = shown.as_object().unwrap().keys().collect();
        let expected: &[&str] = match algorithm {
            TokenAlgorithm::Es256 => &["alg", "crv", "kid", "kty", "use", "x", "y"],
            _ => &["alg", "crv", "kid", "kty", "use", "x"],
        };
        let sorted = members.iter().map(|name| name.as_str()).collect::<std::collections::BTreeSet<_>>();
        assert!(sorted.into_iter().eq(expected.iter().copied()));
        assert_eq!(VerifyingKey::from_jwk(&published).unwrap().id(), key.id());
    }
}

#[test]
fn a_published_key_of_another_kind_is_none_of_ours() {
    let good =
        serde_json::to_value(SigningKey::generate(TokenAlgorithm::Es256).unwrap().verifying().jwk()).unwrap();
    assert!(jwk(good.clone()).is_some());
    for (member, value) in [
        ("kty", json!("oct")),
        ("kty", json!("OKP")),
        ("kty", json!("RSA")),
        ("crv", json!("P-384")),
        ("crv", json!("secp256k1")),
        ("crv", json!("Ed25519")),
        ("alg", json!("HS256")),
        ("alg", json!("none")),
        ("alg", json!("EdDSA")),
        ("use", json!("enc")),
        ("x", json!("")),
        ("x", json!("AAAA")),
        ("x", json!(encode_zeros())),
        ("y", json!(null)),
        ("y", json!(encode_zeros())),
        ("kid", json!(null)),
    ] {
        let mut bad = good.clone();
        bad[member] = value.clone();
        assert!(jwk(bad).is_none(), "{member}: {value}");
    }
    assert!(jwk(json!({"kty": "oct", "k": "c2VjcmV0", "kid": "a", "alg": "HS256"})).is_none());
    assert!(jwk(json!({"kty": "OKP", "crv": "X25519", "x": encode_zeros(), "kid": "a"})).is_none());
}

fn encode_zeros() -> String {
    URL_SAFE_NO_PAD.encode([0; 32])
}

#[test]
fn a_secret_is_named_without_being_told() {
    let secret = |byte| SecretKey::new(vec![byte; 32]).unwrap();
    let id = |byte| VerifyingKey::from_secret(&secret(byte)).id().to_owned();
    assert_eq!(id(1), id(1));
    assert_ne!(id(1), id(2));
    assert_eq!(id(1).len(), 43);
    assert_eq!(SigningKey::from_secret(&secret(1)).id(), id(1));
}

#[test]
fn nothing_that_signs_is_printed() {
    let keys = JwtKeys::generate().unwrap();
    let secret = keys.private_pem.lines().nth(1).unwrap();
    assert!(!format!("{keys:?}").contains(secret));
    for algorithm in ALL {
        let key = SigningKey::generate(algorithm).unwrap();
        let printed = format!("{key:?}");
        assert_eq!(printed, format!("SigningKey({})", key.id()));
    }
}
