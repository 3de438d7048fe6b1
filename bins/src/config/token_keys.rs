//! The keys of access tokens.
use adapters::{
    jwt::{JwtKeys, SigningKey, VerifyingKey},
    keyed::SecretKey,
};
use domain_auth::TokenAlgorithm;

use super::{
    Refusal, Settings,
    secrets::{checked, kept, made, read},
};

/// What a service that only checks tokens begins with: at least one of them.
#[derive(Debug, Clone)]
pub struct Checking {
    /// A key that was given; with an address, only until others were fetched.
    pub key: Option<VerifyingKey>,
    /// Where auth-service publishes its keys.
    pub at: Option<Published>,
}

/// Where keys are published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// At an address.
    At(url::Url),
    /// At any auth-service that the registry knows.
    Registered,
}

/// The path that auth-service publishes keys at.
pub const JWKS: &str = "/.well-known/jwks.json";

const PRIVATE: &str = "JWT_PRIVATE_KEY_FILE";
const PUBLIC: &str = "JWT_PUBLIC_KEY_FILE";

/// The key that auth-service was given to sign with. `secret` is what HS256's key is derived from if it has none of its own.
pub fn signing(settings: &Settings, secret: &SecretKey) -> Result<SigningKey, Refusal> {
    if settings.jwt_algorithm == TokenAlgorithm::Hs256 {
        let own = own_secret(settings)?;
        return Ok(SigningKey::from_secret(&own.unwrap_or_else(|| derived(secret))));
    }
    let key = private(settings)?.ok_or_else(|| Refusal::of(PRIVATE, "is required in production"))?;
    match &settings.jwt_public_key_file {
        Some(public) if !JwtKeys::are_a_pair(&key, &read(public, PUBLIC)?) => {
            Err(Refusal::of(PUBLIC, "must belong to JWT_PRIVATE_KEY_FILE"))
        }
        _ => signing_key(settings, &key),
    }
}

/// What product-service begins with.
pub fn checking(settings: &Settings) -> Result<Checking, Refusal> {
    if settings.jwt_algorithm == TokenAlgorithm::Hs256 {
        let key = match own_secret(settings)? {
            Some(own) => own,
            None if settings.secret_key.is_some() || settings.is_development() => derived(&made(settings)?),
            None => return Err(Refusal::of("JWT_SECRET_KEY", "is required in production, for HS256")),
        };
        return Ok(Checking { key: Some(VerifyingKey::from_secret(&key)), at: None });
    }
    let at = address(settings)?;
    let key = match &settings.jwt_public_key_file {
        Some(file) => {
            Some(VerifyingKey::from_pem(&read(file, PUBLIC)?).map_err(|_| wrong_kind(settings, PUBLIC))?)
        }
        None if at.is_some() && settings.jwt_private_key_file.is_none() => None,
        None => {
            let rule = "is required in production, unless AUTH_SERVICE_URL, JWT_JWKS_URL or SERVICE_REGISTRY says where keys are published";
            let private = private(settings)?.ok_or_else(|| Refusal::of(PUBLIC, rule))?;
            Some(signing_key(settings, &private)?.verifying().clone())
        }
    };
    match &key {
        Some(key) if key.algorithm() != settings.jwt_algorithm => Err(wrong_kind(settings, PUBLIC)),
        _ => Ok(Checking { key, at }),
    }
}

/// The private key in PEM: given, or in development made.
fn private(settings: &Settings) -> Result<Option<String>, Refusal> {
    let file = match settings.jwt_algorithm {
        TokenAlgorithm::Es256 => "jwt-private-es256.pem",
        _ => "jwt-private.pem",
    };
    match &settings.jwt_private_key_file {
        Some(given) => read(given, PRIVATE).map(Some),
        None if settings.is_development() => {
            let pair = || JwtKeys::generate_for(settings.jwt_algorithm).map_err(std::io::Error::other);
            kept(&settings.data_dir.join(file), || pair().map(|keys| keys.private_pem), "DATA_DIR").map(Some)
        }
        None => Ok(None),
    }
}

fn signing_key(settings: &Settings, private: &str) -> Result<SigningKey, Refusal> {
    let key = SigningKey::from_pem(private).ok().filter(|key| key.algorithm() == settings.jwt_algorithm);
    key.ok_or_else(|| wrong_kind(settings, PRIVATE))
}

fn wrong_kind(settings: &Settings, name: &'static str) -> Refusal {
    let rule = match settings.jwt_algorithm {
        TokenAlgorithm::Es256 => {
            "must be a P-256 key in PEM (PKCS#8, or its public half), as JWT_ALGORITHM says"
        }
        _ => {
            "must be an Ed25519 key in PEM (PKCS#8, or its public half), unless JWT_ALGORITHM says otherwise"
        }
    };
    Refusal::of(name, rule)
}

/// The secret that is for nothing but tokens.
fn own_secret(settings: &Settings) -> Result<Option<SecretKey>, Refusal> {
    match &settings.jwt_secret_key {
        Some(secret) if settings.secret_key.as_ref() == Some(secret) => {
            Err(Refusal::of("JWT_SECRET_KEY", "must be another secret than SECRET_KEY"))
        }
        Some(secret) => checked("JWT_SECRET_KEY", secret).map(Some),
        None => Ok(None),
    }
}

fn derived(secret: &SecretKey) -> SecretKey {
    secret.derive("access token")
}

/// Where keys are published, if that was said.
fn address(settings: &Settings) -> Result<Option<Published>, Refusal> {
    let given = |url: &&str| !url.is_empty();
    let parse = |name, url: &str| {
        let parsed = url::Url::parse(url).ok().filter(url::Url::has_host);
        parsed
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| Refusal::of(name, "must be an http or https address"))
    };
    if let Some(url) = settings.jwt_jwks_url.as_deref().map(str::trim).filter(given) {
        return parse("JWT_JWKS_URL", url).map(Published::At).map(Some);
    }
    let Some(url) = settings.auth_service_url.as_deref().map(str::trim).filter(given) else {
        let registry = settings.service_registry.as_deref().map(str::trim).filter(given);
        return Ok(registry.map(|_| Published::Registered));
    };
    let refusal = |_| Refusal::of("AUTH_SERVICE_URL", "must be an http or https address");
    parse("AUTH_SERVICE_URL", url)?.join(JWKS).map(Published::At).map(Some).map_err(refusal)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser, Debug)]
    struct Program {
        #[command(flatten)]
        settings: Settings,
    }

    const SECRET: &str = "k3v9-Zq1x-77Tb-pLw2-mmN8-0aSd-fGh4";
    const OTHER: &str = "Zk2b-09xQ-vT4m-pLw2-7hRe-0aSd-uY6c";

    /// What product-service begins with, in production.
    fn begins(settings: &[(&str, &str)]) -> Result<Checking, String> {
        let flags = settings.iter().flat_map(|(name, value)| [format!("--{name}"), (*value).to_owned()]);
        let args = ["program", "--environment", "production"].map(str::to_owned).into_iter().chain(flags);
        checking(&Program::try_parse_from(args).unwrap().settings).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn keys_are_fetched_from_one_address_only() {
        for (settings, expected) in [
            (&[("auth-service-url", "http://auth:8001")][..], "http://auth:8001/.well-known/jwks.json"),
            (&[("auth-service-url", "https://auth/api/v1/")], "https://auth/.well-known/jwks.json"),
            (&[("auth-service-url", "http://auth"), ("jwt-jwks-url", "http://b/keys")], "http://b/keys"),
        ] {
            let Checking { key, at } = begins(settings).unwrap();
            assert_eq!((key.is_none(), at), (true, Some(Published::At(expected.parse().unwrap()))));
        }
        let registry = ("service-registry", "etcd://etcd");
        assert_eq!(begins(&[registry]).unwrap().at, Some(Published::Registered));
        let both = begins(&[registry, ("auth-service-url", "http://auth")]).unwrap();
        assert!(matches!(both.at, Some(Published::At(_))), "a static address counts for more");
        for bad in ["auth:8001", "ftp://auth", "file:///etc/keys"] {
            assert!(begins(&[("auth-service-url", bad)]).unwrap_err().starts_with("AUTH_SERVICE_URL"));
            assert!(begins(&[("jwt-jwks-url", bad)]).unwrap_err().starts_with("JWT_JWKS_URL"));
        }
        assert!(begins(&[]).unwrap_err().starts_with("JWT_PUBLIC_KEY_FILE"));
    }

    #[test]
    fn a_secret_is_strong_and_its_own_or_derived() {
        let hs256 = |more: &[(&str, &str)]| begins(&[&[("jwt-algorithm", "HS256")], more].concat());
        let id = |more: &[(&str, &str)]| hs256(more).unwrap().key.unwrap().id().to_owned();
        assert_eq!(id(&[("secret-key", SECRET)]), id(&[("secret-key", SECRET)]));
        assert_ne!(
            id(&[("secret-key", SECRET)]),
            id(&[("jwt-secret-key", SECRET)]),
            "it isn't the secret itself"
        );
        let (both, own) = ([("secret-key", SECRET), ("jwt-secret-key", OTHER)], [("jwt-secret-key", OTHER)]);
        assert_eq!(id(&both), id(&own));
        for bad in
            [&[][..], &[("jwt-secret-key", "secret")], &[("secret-key", SECRET), ("jwt-secret-key", SECRET)]]
        {
            assert!(hs256(bad).unwrap_err().starts_with("JWT_SECRET_KEY"));
        }
    }
}
