//! What keeps browsers from doing harm with an answer (OWASP REST Security Cheat Sheet), whichever it is.
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

/// An answer is data: nothing in it is to be loaded or run, and no page may frame it.
const DATA: &str = "default-src 'none'; frame-ancestors 'none'";

/// The documentation is a page with scripts and styles of its own, which talks to the service it came from.
const DOCUMENTATION: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A year, as preload lists ask for at least.
const TRANSPORT: &str = "max-age=31536000; includeSubDomains";

/// Adds the headers to those of an answer to a request for `path`. One that has a content security policy of its own keeps
/// it. In production the service is reached by TLS, and is to be by nothing else.
pub fn protect(headers: &mut HeaderMap, path: &str, production: bool) {
    let policy = if path.starts_with("/docs/") { DOCUMENTATION } else { DATA };
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (RESOURCE_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    if production {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(TRANSPORT));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protected(path: &str, production: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        protect(&mut headers, path, production);
        headers
    }

    #[test]
    fn only_production_asks_for_nothing_but_tls() {
        assert_eq!(protected("/", true).get(STRICT_TRANSPORT_SECURITY).unwrap(), TRANSPORT);
        assert!(!protected("/", false).contains_key(STRICT_TRANSPORT_SECURITY));
    }

    #[test]
    fn the_documentation_may_run_its_own_scripts_and_no_others() {
        let policy =
            |path| protected(path, true).get(CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap().to_owned();
        assert!(policy("/docs/").contains("script-src 'self';"));
        for path in ["/", "/docs", "/docsx/", "/openapi.json"] {
            assert_eq!(policy(path), DATA, "{path}");
        }
    }
}
