//! What needs a key, a clock or nothing at all: hashers, codes, tokens, time and ids.
use std::sync::Arc;

use adapters::{
    bcrypt::Bcrypt,
    jwt::{JwtKeys, JwtSigner, JwtVerifier},
    keyed::{KeyedCodes, KeyedRefreshTokens, KeyedThrottle, SecretKey},
    memory::MemoryStore,
    system::{SystemClock, UuidV7},
};
use domain_auth::{LoginCodeGenerator, RefreshTokens, TokenSigner};
use domain_shared::{Clock, IdGenerator, TokenVerifier};

fn key(byte: u8) -> SecretKey {
    SecretKey::new(vec![byte; 32]).unwrap()
}

fn tokens() -> (JwtSigner, JwtVerifier, JwtSigner) {
    let (keys, others) = (JwtKeys::generate().unwrap(), JwtKeys::generate().unwrap());
    let signer = |keys: &JwtKeys| JwtSigner::from_pem(&keys.private_pem, "panal", "panal").unwrap();
    (signer(&keys), JwtVerifier::from_pem(&keys.public_pem, "panal", "panal").unwrap(), signer(&others))
}

mod bcrypt {
    use super::*;
    // A low cost, but not so low that no time would pass.
    conformance::password_hasher!(Bcrypt::new(6, &key(1), 2, 8));
    conformance::password_hasher_grown!((Bcrypt::new(6, &key(1), 2, 8), Bcrypt::new(8, &key(1), 2, 8)));
}
mod login_codes {
    use super::*;
    conformance::login_code_generator!((KeyedCodes::new(&key(1)), KeyedCodes::new(&key(2))));
}
mod refresh_tokens {
    use super::*;
    conformance::refresh_tokens!((KeyedRefreshTokens::new(&key(1)), KeyedRefreshTokens::new(&key(2))));
}
mod throttle {
    use super::*;
    conformance::throttle!(KeyedThrottle::new(MemoryStore::default(), &key(1)));
}
mod jwt {
    use super::*;
    conformance::tokens!(tokens());
}
mod clock {
    use super::*;
    conformance::clock!(SystemClock);
}
mod ids {
    use super::*;
    conformance::id_generator!(UuidV7);
}

/// The same behind `Arc<dyn …>`.
mod behind_dyn {
    use super::*;

    mod login_codes {
        use super::*;
        fn keyed(byte: u8) -> Arc<dyn LoginCodeGenerator> {
            Arc::new(KeyedCodes::new(&key(byte)))
        }
        conformance::login_code_generator!((keyed(1), keyed(2)));
    }
    mod refresh_tokens {
        use super::*;
        fn keyed(byte: u8) -> Arc<dyn RefreshTokens> {
            Arc::new(KeyedRefreshTokens::new(&key(byte)))
        }
        conformance::refresh_tokens!((keyed(1), keyed(2)));
    }
    mod jwt {
        use super::*;
        fn tokens() -> (Arc<dyn TokenSigner>, Arc<dyn TokenVerifier>, Arc<dyn TokenSigner>) {
            let (signer, verifier, stranger) = super::super::tokens();
            (Arc::new(signer), Arc::new(verifier), Arc::new(stranger))
        }
        conformance::tokens!(tokens());
    }
    mod clock {
        use super::*;
        fn clock() -> Arc<dyn Clock> {
            Arc::new(SystemClock)
        }
        conformance::clock!(clock());
    }
    mod ids {
        use super::*;
        fn ids() -> Arc<dyn IdGenerator> {
            Arc::new(UuidV7)
        }
        conformance::id_generator!(ids());
    }
}
