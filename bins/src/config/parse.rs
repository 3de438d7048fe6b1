//! How each setting is read. No message repeats the value: it may be a secret in the wrong place.
use std::{collections::BTreeSet, net::IpAddr, str::FromStr};

use adapters::keyed::ClientDigest;
use domain_shared::{Email, Scope, Scopes, ValueObject};

use ipnet::IpNet;

use super::{Advertised, Environment, LogFormat, WriteAccess};

/// A list as one setting.
#[derive(Debug, Clone, Default)]
pub struct List<T>(pub Vec<T>);

fn of<T: FromStr>(raw: &str, expected: &str) -> Result<T, String> {
    raw.trim().parse().map_err(|_| format!("must be {expected}"))
}

fn one_of<T: Copy>(raw: &str, values: &[(&str, T)]) -> Result<T, String> {
    let wanted = raw.trim().to_ascii_lowercase();
    let found = values.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
    let names = || values.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| format!("must be one of {}", names()))
}

fn list<T>(raw: &str, item: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    // The Python system wrote lists as JSON: ["a", "b"].
    let items = raw.trim().trim_start_matches('[').trim_end_matches(']').split([',', ' ']);
    items.map(|part| part.trim().trim_matches('"')).filter(|part| !part.is_empty()).map(item).collect()
}

pub fn environment(raw: &str) -> Result<Environment, String> {
    one_of(raw, &[("development", Environment::Development), ("production", Environment::Production)])
}

pub fn write_access(raw: &str) -> Result<WriteAccess, String> {
    one_of(raw, &[("scope", WriteAccess::Scope), ("public", WriteAccess::Public)])
}

pub fn log_format(raw: &str) -> Result<LogFormat, String> {
    one_of(raw, &[("text", LogFormat::Text), ("json", LogFormat::Json)])
}

pub fn log_level(raw: &str) -> Result<String, String> {
    let filter = tracing_subscriber::EnvFilter::try_new(raw);
    filter
        .map(|_| raw.to_owned())
        .map_err(|_| "must be a level such as info, or a list such as info,bins=debug".to_owned())
}

pub fn flag(raw: &str) -> Result<bool, String> {
    one_of(raw, &[("true", true), ("false", false), ("1", true), ("0", false), ("yes", true), ("no", false)])
}

pub fn ip(raw: &str) -> Result<IpAddr, String> {
    of(if raw.trim() == "localhost" { "127.0.0.1" } else { raw }, "an IP address")
}

pub fn port(raw: &str) -> Result<u16, String> {
    of(raw, "a port number")
        .and_then(|port| if port == 0 { Err("must be a port number".to_owned()) } else { Ok(port) })
}

pub fn count(raw: &str) -> Result<usize, String> {
    match of(raw, "a whole number from 1 to 1000")? {
        count @ 1..=1000 => Ok(count),
        _ => Err("must be a whole number from 1 to 1000".to_owned()),
    }
}

pub fn duration(raw: &str) -> Result<i64, String> {
    match of(raw, "a whole number from 1 to 100000")? {
        duration @ 1..=100_000 => Ok(duration),
        _ => Err("must be a whole number from 1 to 100000".to_owned()),
    }
}

pub fn grace_seconds(raw: &str) -> Result<i64, String> {
    match of(raw, "a whole number from 0 to 300")? {
        seconds @ 0..=300 => Ok(seconds),
        _ => Err("must be a whole number from 0 to 300".to_owned()),
    }
}

pub fn reset_minutes(raw: &str) -> Result<i64, String> {
    match of(raw, "a whole number from 1 to 15")? {
        minutes @ 1..=15 => Ok(minutes),
        _ => Err("must be a whole number from 1 to 15".to_owned()),
    }
}

/// With fewer, somebody would wait for longer than is ever asked of anybody.
pub fn limit(raw: &str) -> Result<u32, String> {
    match of(raw, "a whole number from 4 to 1000000")? {
        limit @ 4..=1_000_000 => Ok(limit),
        _ => Err("must be a whole number from 4 to 1000000".to_owned()),
    }
}

/// Revocations of tokens are remembered for a day, so none may live longer.
pub fn token_minutes(raw: &str) -> Result<i64, String> {
    match of(raw, "a whole number from 1 to 1440")? {
        minutes @ 1..=1440 => Ok(minutes),
        _ => Err("must be a whole number from 1 to 1440".to_owned()),
    }
}

/// Verifiers ask for keys twice in that time, and auth-service's instances look for them every second.
pub fn lead_seconds(raw: &str) -> Result<u32, String> {
    match of(raw, "a whole number from 4 to 86400")? {
        seconds @ 4..=86_400 => Ok(seconds),
        _ => Err("must be a whole number from 4 to 86400".to_owned()),
    }
}

/// Whoever supervises a process kills it after half a minute, most of which is for requests in flight.
pub fn notice_seconds(raw: &str) -> Result<u32, String> {
    match of(raw, "a whole number from 0 to 4")? {
        seconds @ 0..=4 => Ok(seconds),
        _ => Err("must be a whole number from 0 to 4".to_owned()),
    }
}

/// etcd takes no fewer, and an instance that died is asked in vain for as long.
pub fn lease_seconds(raw: &str) -> Result<u32, String> {
    match of(raw, "a whole number from 2 to 600")? {
        seconds @ 2..=600 => Ok(seconds),
        _ => Err("must be a whole number from 2 to 600".to_owned()),
    }
}

pub fn advertised(raw: &str) -> Result<Advertised, String> {
    Advertised::parse(raw.trim())
        .ok_or_else(|| "must be a host name or address, with or without a port".to_owned())
}

pub fn share(raw: &str) -> Result<f64, String> {
    match of(raw, "a share from 0 to 1")? {
        share if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("must be a share from 0 to 1".to_owned()),
    }
}

pub fn bcrypt_cost(raw: &str) -> Result<u32, String> {
    match of(raw, "a whole number from 4 to 20")? {
        cost @ 4..=20 => Ok(cost),
        _ => Err("must be a whole number from 4 to 20".to_owned()),
    }
}

pub fn email(raw: &str) -> Result<Email, String> {
    Email::parse(raw.to_owned()).map_err(|_| "must be an e-mail address".to_owned())
}

pub fn emails(raw: &str) -> Result<List<Email>, String> {
    list(raw, |part| Email::parse(part.to_owned()).map_err(|_| "must be e-mail addresses".to_owned()))
        .map(List)
}

pub fn scopes(raw: &str) -> Result<Scopes, String> {
    let scopes = list(raw, |part| Scope::parse(part.to_owned()).map_err(|_| "must be scopes".to_owned()))?;
    Ok(scopes.into_iter().collect())
}

pub fn origins(raw: &str) -> Result<List<String>, String> {
    list(raw, |part| match url::Url::parse(part).map(|url| url.origin()) {
        Ok(origin) if origin.is_tuple() && part != "*" => Ok(origin.ascii_serialization()),
        _ => Err("must be origins such as https://shop.example.com".to_owned()),
    })
    .map(List)
}

/// The name of a service.
///
/// # Errors
/// The rule that it breaks.
pub fn client_name(raw: &str) -> Result<String, String> {
    let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let fits = (1..=64).contains(&raw.len()) && raw.chars().all(named);
    fits.then(|| raw.to_owned())
        .ok_or_else(|| "must have 1 to 64 letters, digits, dots, hyphens and underscores".to_owned())
}

pub fn clients(raw: &str) -> Result<List<(String, ClientDigest)>, String> {
    let expected = "must be clients as auth-service clients new prints them";
    let clients = list(raw, |part| {
        let (name, digits) = part.split_once(':').ok_or(expected)?;
        Ok((client_name(name).map_err(|_| expected)?, ClientDigest::from_hex(digits).ok_or(expected)?))
    })?;
    let names: BTreeSet<_> = clients.iter().map(|(name, _)| name).collect();
    if names.len() == clients.len() {
        Ok(List(clients))
    } else {
        Err("must name each client once".to_owned())
    }
}

pub fn documents(raw: &str) -> Result<List<(String, String)>, String> {
    let expected = "must be documents such as products=/openapi/products.json";
    list(raw, |part| {
        let (name, address) = part.split_once('=').ok_or(expected)?;
        let is_address = address.starts_with('/') || url::Url::parse(address).is_ok_and(|url| url.has_host());
        Ok((
            client_name(name).map_err(|_| expected)?,
            is_address.then_some(address).ok_or(expected)?.to_owned(),
        ))
    })
    .map(List)
}

pub fn hosts(raw: &str) -> Result<List<String>, String> {
    // Not by `list`, which takes the brackets of an IPv6 address for those of JSON.
    let parts = raw.split([',', ' ']).filter(|part| !part.is_empty());
    let host = |part: &str| url::Host::parse(part).ok().filter(|_| !part.contains('*'));
    parts
        .map(|part| {
            host(part)
                .map(|host| host.to_string())
                .ok_or_else(|| "must be host names or addresses, without a port".to_owned())
        })
        .collect::<Result<_, _>>()
        .map(List)
}

pub fn networks(raw: &str) -> Result<List<IpNet>, String> {
    list(raw, |part| {
        let network = part.parse().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
        network.map_err(|_| "must be IP addresses or networks such as 10.0.0.0/8".to_owned())
    })
    .map(List)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_with_commas_or_as_the_python_system_wrote_them() {
        let expected = ["http://localhost:3000", "https://a.example"];
        for raw in
            ["http://localhost:3000,https://a.example", r#"["http://localhost:3000", "https://a.example/"]"#]
        {
            assert_eq!(origins(raw).unwrap().0, expected, "{raw}");
        }
        assert!(origins("*").is_err());
        assert!(origins("").unwrap().0.is_empty());
    }

    #[test]
    fn hosts_are_names_or_addresses() {
        assert_eq!(
            hosts("API.example.com, 10.0.0.1,[::1]").unwrap().0,
            ["api.example.com", "10.0.0.1", "[::1]"]
        );
        for bad in ["api.example.com:8001", "http://api.example.com", "*", "a/b"] {
            assert!(hosts(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn documents_have_a_name_and_an_address_each() {
        let read = documents("auth=/openapi/auth.json,shop=https://api.example.com/shop.json").unwrap().0;
        let owned = |name: &str, address: &str| (name.to_owned(), address.to_owned());
        let (here, there) = ("/openapi/auth.json", "https://api.example.com/shop.json");
        assert_eq!(read, [owned("auth", here), owned("shop", there)]);
        for bad in ["auth", "=/a.json", "auth=", "auth=a.json", "auth=javascript:alert(1)"] {
            assert!(documents(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn clients_have_a_name_and_a_digest_each() {
        let digest = "ab".repeat(32);
        assert_eq!(clients(&format!("gateway:{digest}, shop:{digest}")).unwrap().0.len(), 2);
        for bad in ["gateway", "gateway:ab", &format!("a b:{digest}"), &format!("a:{digest},a:{digest}")] {
            assert!(clients(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_message_repeats_the_value() {
        let secret = "hunter2-hunter2";
        let messages = [port(secret).unwrap_err(), flag(secret).unwrap_err(), email(secret).unwrap_err()];
        assert!(messages.iter().all(|message| !message.contains("hunter2")), "{messages:?}");
    }
}
