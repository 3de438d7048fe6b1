//! The registry of services.
use std::time::Duration;

use adapters::registry::{ConsulConfig, EtcdConfig};
use url::{Host, Url};

use super::{Refusal, Settings, secrets::read};

/// Where services enter themselves and find each other.
#[derive(Debug, Clone)]
pub enum Registry {
    /// At an agent of Consul.
    Consul(ConsulConfig),
    /// In etcd.
    Etcd(EtcdConfig),
}

/// Where others reach a service, as far as that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advertised {
    /// A name, or an address without brackets.
    pub host: String,
    /// A port, where it isn't the one that the service listens on.
    pub port: Option<u16>,
}

impl Advertised {
    pub(super) fn parse(raw: &str) -> Option<Self> {
        let url = Url::parse(&format!("x://{raw}")).ok()?;
        let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        let bare = bare && url.fragment().is_none() && url.path().is_empty() && url.port() != Some(0);
        // Once more as a web address, since only of those is a host checked.
        let host = match Host::parse(url.host_str()?).ok().filter(|_| bare)? {
            Host::Domain(name) => name,
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        Some(Self { host, port: url.port() })
    }
}

const NAME: &str = "SERVICE_REGISTRY";
const TOKEN: &str = "SERVICE_REGISTRY_TOKEN";
const TOKEN_FILE: &str = "SERVICE_REGISTRY_TOKEN_FILE";
const RULE: &str = "must be consul://host:port or etcd://user@host:port/prefix, or the same with consul+https and etcd+https";

/// How often Consul asks an instance whether it can serve.
const LOOK: Duration = Duration::from_secs(10);

/// The registry, if there is one. `services` is how many this process has to enter.
///
/// # Errors
/// A [`Refusal`] that names the setting, never its value.
pub fn choose(settings: &Settings, services: usize) -> Result<Option<Registry>, Refusal> {
    let given = settings.service_registry.as_deref().map(str::trim).filter(|url| !url.is_empty());
    let Some(raw) = given else { return Ok(None) };
    if services > 1 && settings.advertise_address.as_ref().is_some_and(|told| told.port.is_some()) {
        return Err(Refusal::of("ADVERTISE_ADDRESS", "can name no port where two services listen"));
    }
    let refusal = || Refusal::of(NAME, RULE);
    let (scheme, rest) = raw.split_once("://").ok_or_else(refusal)?;
    let (engine, secure) = match scheme.split_once('+') {
        Some((engine, "https")) => (engine, true),
        Some(_) => return Err(refusal()),
        None => (scheme, false),
    };
    let url = format!("{}://{rest}", if secure { "https" } else { "http" });
    let mut url: Url = url.parse().map_err(|_| refusal())?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refusal());
    }
    let term = Duration::from_secs(settings.service_registry_lease_seconds.into());
    let (user, password) = (url.username().to_owned(), url.password().map(str::to_owned));
    let prefix = url.path().trim_matches('/').to_owned();
    url.set_path("");
    // The password isn't shown wherever the address is.
    url.set_username("").and_then(|()| url.set_password(None)).map_err(|()| refusal())?;
    if password.is_some() {
        return Err(Refusal::of(NAME, "can hold no password; it goes into SERVICE_REGISTRY_TOKEN"));
    }
    let token = token(settings)?;
    match engine {
        "consul" if user.is_empty() && prefix.is_empty() => {
            let url = with_port(url, raw, 8500);
            Ok(Some(Registry::Consul(ConsulConfig { url, token, term, look: LOOK })))
        }
        "etcd" => {
            let credentials = match (user.is_empty(), token) {
                (true, None) => None,
                (false, Some(token)) => Some((user, token)),
                (true, Some(_)) => {
                    return Err(Refusal::of(NAME, "must name the user whose password is given"));
                }
                (false, None) => {
                    return Err(Refusal::of(TOKEN, "is required for the user that SERVICE_REGISTRY names"));
                }
            };
            let prefix = if prefix.is_empty() { "panal".to_owned() } else { prefix };
            let url = with_port(url, raw, 2379);
            Ok(Some(Registry::Etcd(EtcdConfig { url, credentials, prefix, term })))
        }
        _ => Err(refusal()),
    }
}

/// The engine's own port, unless one was written down.
fn with_port(mut url: Url, raw: &str, usual: u16) -> Url {
    let authority = raw.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let is_written = host.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
    if !is_written {
        // Every address with a host can have one.
        let _ = url.set_port(Some(usual));
    }
    url
}

fn token(settings: &Settings) -> Result<Option<String>, Refusal> {
    let given = settings.service_registry_token.as_deref().map(str::trim).filter(|token| !token.is_empty());
    match (given, &settings.service_registry_token_file) {
        (Some(_), Some(_)) => {
            Err(Refusal::of(TOKEN_FILE, "is one token too many beside SERVICE_REGISTRY_TOKEN"))
        }
        (None, Some(file)) => {
            let token = read(file, TOKEN_FILE)?.trim().to_owned();
            if token.is_empty() {
                Err(Refusal::of(TOKEN_FILE, "names an empty file"))
            } else {
                Ok(Some(token))
            }
        }
        (given, None) => Ok(given.map(str::to_owned)),
    }
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

    fn chosen(settings: &[(&str, &str)]) -> Result<Option<Registry>, String> {
        let flags = settings.iter().map(|(name, value)| format!("--{name}={value}"));
        let args = std::iter::once("program".to_owned()).chain(flags);
        choose(&Program::try_parse_from(args).unwrap().settings, 1).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn an_address_says_which_engine_and_whether_it_is_protected() {
        for (given, engine, url) in [
            ("consul://127.0.0.1", "Consul", "http://127.0.0.1:8500/"),
            ("consul+https://consul:8501", "Consul", "https://consul:8501/"),
            ("consul+https://consul:443", "Consul", "https://consul/"),
            ("etcd://[::1]", "Etcd", "http://[::1]:2379/"),
            ("etcd://etcd:80/shop", "Etcd", "http://etcd/"),
            ("etcd+https://etcd.example/", "Etcd", "https://etcd.example:2379/"),
        ] {
            let (found, at) = match chosen(&[("service-registry", given)]).unwrap().unwrap() {
                Registry::Consul(consul) => ("Consul", consul.url),
                Registry::Etcd(etcd) => ("Etcd", etcd.url),
            };
            assert_eq!((found, at.as_str()), (engine, url), "{given}");
        }
        assert!(chosen(&[]).unwrap().is_none());
        assert!(chosen(&[("service-registry", " ")]).unwrap().is_none());
    }

    #[test]
    fn etcd_is_shown_a_user_and_a_password_and_keeps_keys_below_a_prefix() {
        let settings = [("service-registry", "etcd://panal@etcd/a/b"), ("service-registry-token", "hunter2")];
        let Registry::Etcd(etcd) = chosen(&settings).unwrap().unwrap() else { panic!("it is etcd") };
        assert_eq!(etcd.credentials, Some(("panal".to_owned(), "hunter2".to_owned())));
        assert_eq!((etcd.prefix.as_str(), etcd.url.as_str()), ("a/b", "http://etcd:2379/"));
        assert!(!format!("{etcd:?}").contains("hunter2"));
    }

    #[test]
    fn a_bad_address_is_refused_without_its_value() {
        for bad in [
            "hunter2",
            "http://hunter2",
            "consul://",
            "consul://hunter2@consul",
            "consul://consul/hunter2",
            "etcd+tls://hunter2",
            "etcd://panal:hunter2@etcd",
            "etcd://etcd?hunter2",
            "etcd://panal@hunter2",
        ] {
            let refusal = chosen(&[("service-registry", bad)]).unwrap_err();
            assert!(refusal.contains(NAME) && !refusal.contains("hunter2"), "{bad}: {refusal}");
        }
        let file = [("service-registry", "consul://c"), ("service-registry-token-file", "/no/such/file")];
        assert!(chosen(&file).unwrap_err().starts_with(TOKEN_FILE));
    }

    #[test]
    fn what_is_advertised_is_a_host_with_or_without_a_port() {
        for (raw, host, port) in [
            ("auth", "auth", None),
            ("auth.example:8443", "auth.example", Some(8443)),
            ("10.0.0.7:80", "10.0.0.7", Some(80)),
            ("[fd00::7]", "fd00::7", None),
        ] {
            assert_eq!(Advertised::parse(raw), Some(Advertised { host: host.to_owned(), port }), "{raw}");
        }
        for bad in ["", "a b", "auth:x", "auth:0", "auth/x", "u@auth", "http://auth", "auth?x"] {
            assert_eq!(Advertised::parse(bad), None, "{bad}");
        }
    }
}
