//! Signatures that other verifiers were fooled by, in the manner of Project Wycheproof.
use domain_auth::TokenAlgorithm;
use domain_shared::TokenError;

use super::{ALL, World, decode, encode};

/// The order of P-256 (FIPS 186-5, D.1.2.3), and of the group of Ed25519 (RFC 8032, section 5.1), low byte first.
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
    0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
const ED25519_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn one() -> [u8; 32] {
    let mut one = [0; 32];
    one[31] = 1;
    one
}

/// r and s as DER, which JOSE doesn't use (RFC 7518, section 3.4).
fn in_der(signature: &[u8]) -> Vec<u8> {
    let integer = |bytes: &[u8]| [&[0x02, 33, 0][..], bytes].concat();
    let (r, s) = signature.split_at(32);
    let both = [integer(r), integer(s)].concat();
    [&[0x30, u8::try_from(both.len()).unwrap()][..], &both].concat()
}

/// The signature with its second half as many times the order higher as fits.
fn plus_order(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(32);
    let mut carry = 0_u16;
    let sum = s.iter().zip(ED25519_ORDER).map(|(a, b)| {
        carry += u16::from(*a) + u16::from(b);
        let byte = u8::try_from(carry & 0xff).unwrap();
        carry >>= 8;
        byte
    });
    [r, &sum.collect::<Vec<u8>>()].concat()
}

#[test]
fn a_signature_that_is_none_is_dead() {
    for algorithm in ALL {
        let world = World::new(algorithm);
        let token = world.signed();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let good = decode(signature);
        let half = good.len() / 2;
        let mut bad: Vec<Vec<u8>> = vec![
            vec![],
            vec![0],
            vec![0; good.len()],
            vec![0xff; good.len()],
            good[..good.len() - 1].to_vec(),
            good[1..].to_vec(),
            good[..half].to_vec(),
            [&good[..], &[0]].concat(),
            [&[0], &good[..]].concat(),
            [&good[..], &good].concat(),
            good.iter().rev().copied().collect(),
            [&good[half..], &good[..half]].concat(),
            [&good[..half], &vec![0; half]].concat(),
            [&vec![0; half], &good[half..]].concat(),
        ];
        match algorithm {
            TokenAlgorithm::Es256 => {
                bad.push(in_der(&good));
                for r in [[0; 32], one(), P256_ORDER] {
                    for s in [[0; 32], one(), P256_ORDER] {
                        bad.push([r, s].concat());
                    }
                }
            }
            TokenAlgorithm::EdDsa => bad.push(plus_order(&good)),
            TokenAlgorithm::Hs256 => bad.extend((1..good.len()).map(|length| good[..length].to_vec())),
        }
        assert!(world.verify(&token).is_ok());
        for (n, signature) in bad.iter().enumerate() {
            let forged = format!("{message}.{}", encode(signature));
            assert_eq!(world.verify(&forged), Err(TokenError::Invalid), "{algorithm}, {n}");
        }
        let padded = format!("{message}.{}=", encode(&good));
        assert_eq!(world.verify(&padded), Err(TokenError::Invalid));
    }
}

#[test]
fn a_signature_over_anything_else_is_dead() {
    for algorithm in ALL {
        let world = World::new(algorithm);
        let (token, other) = (world.signed(), world.mint(r#"{"alg":"none"}"#, "{}"));
        let (message, _) = token.rsplit_once('.').unwrap();
        let (_, signature) = other.rsplit_once('.').unwrap();
        assert_eq!(world.verify(&format!("{message}.{signature}")), Err(TokenError::Invalid));
        let header = message.split('.').next().unwrap();
        assert_eq!(world.verify(&format!("{header}.{}.{signature}", encode("{}"))), Err(TokenError::Invalid));
    }
}
