//! Secrets and keys: given, or in development made once and kept in the data folder.
use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use adapters::{jwt::SigningKey, keyed::SecretKey};

use super::{
    Environment, Refusal, Settings,
    token_keys::{self, Checking},
};

/// The secrets and keys of this process.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// What access tokens are checked with, unless this process signs them.
    pub checking: Option<Checking>,
    /// Those of auth-service, if this process runs it.
    pub auth: Option<AuthSecrets>,
}

/// What only auth-service knows.
#[derive(Debug, Clone)]
pub struct AuthSecrets {
    /// What codes and refresh tokens are derived from.
    pub key: SecretKey,
    /// What password digests are keyed with.
    pub password_key: SecretKey,
    /// The key of access tokens that was configured.
    pub signing: SigningKey,
}

impl Secrets {
    pub(super) fn load(settings: &Settings, with_auth: bool) -> Result<Self, Refusal> {
        if !with_auth {
            return Ok(Self { checking: Some(token_keys::checking(settings)?), auth: None });
        }
        let key = made(settings)?;
        let password_key = match &settings.password_key {
            Some(secret) => checked("PASSWORD_KEY", secret)?,
            None => key.derive("password"),
        };
        let signing = token_keys::signing(settings, &key)?;
        Ok(Self { checking: None, auth: Some(AuthSecrets { key, password_key, signing }) })
    }
}

/// The key that everything else is derived from: given, or in development made.
pub(super) fn made(settings: &Settings) -> Result<SecretKey, Refusal> {
    match &settings.secret_key {
        Some(secret) => checked("SECRET_KEY", secret),
        None if settings.environment == Environment::Development => {
            let made = || SecretKey::generate().map(|key| key.to_hex()).map_err(io::Error::other);
            checked("SECRET_KEY", kept(&settings.data_dir.join("secret.key"), made, "DATA_DIR")?.trim())
        }
        None => Err(Refusal::of("SECRET_KEY", "is required in production")),
    }
}

/// Refuses secrets that are short or that everybody knows.
pub(super) fn checked(name: &'static str, secret: &str) -> Result<SecretKey, Refusal> {
    let lower = secret.to_lowercase();
    let repeated = secret.bytes().collect::<std::collections::BTreeSet<_>>().len() < 8;
    let known = ["change", "your-secret", "your_secret", "insecure", "example", "default", "do-not-use"];
    if secret.len() < 32 {
        Err(Refusal::of(name, "must have at least 32 bytes"))
    } else if repeated || known.iter().any(|word| lower.contains(word)) {
        Err(Refusal::of(name, "must be random, not a placeholder"))
    } else {
        SecretKey::new(secret.as_bytes().to_vec())
            .map_err(|_| Refusal::of(name, "must have at least 32 bytes"))
    }
}

pub(super) fn read(path: &Path, name: &'static str) -> Result<String, Refusal> {
    fs::read_to_string(path).map_err(|_| Refusal::of(name, "names a file that can't be read"))
}

/// What the file at `path` holds, made first if it isn't there. Of several processes that start at once, all get the same.
pub(super) fn kept(
    path: &Path,
    make: impl FnOnce() -> io::Result<String>,
    name: &'static str,
) -> Result<String, Refusal> {
    keep(path, make).map_err(|_| Refusal::of(name, "names a folder that can't be written to"))
}

fn keep(path: &Path, make: impl FnOnce() -> io::Result<String>) -> io::Result<String> {
    if !path.exists() {
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        if !folder.exists() {
            fs::create_dir_all(folder)?;
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        }
        let draft = path.with_extension(format!("{}.tmp", std::process::id()));
        let mut file =
            fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(make()?.as_bytes())?;
        file.sync_all()?;
        // A hard link appears whole and never replaces another's.
        let linked = fs::hard_link(&draft, path);
        fs::remove_file(&draft)?;
        if let Err(error) = linked
            && error.kind() != io::ErrorKind::AlreadyExists
        {
            return Err(error);
        }
    }
    fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_secret_is_refused_without_being_repeated() {
        for weak in [
            "",
            "short",
            &"a".repeat(40),
            "please-change-me-in-production-0123456789",
            "your-secret-key-here-0123456789-abcdef",
        ] {
            let refusal = checked("SECRET_KEY", weak).unwrap_err().to_string();
            assert!(
                refusal.starts_with("SECRET_KEY") && (weak.is_empty() || !refusal.contains(weak)),
                "{refusal}"
            );
        }
        assert!(checked("SECRET_KEY", "k3v9-Zq1x-77Tb-pLw2-mmN8-0aSd-fGh4").is_ok());
    }
}
