//! Which requests are looked at, by what can be said before anybody knows what they want: their length, and whom they
//! think they are talking to.
use actix_web::{
    dev::{RequestHead, ServiceRequest},
    http::{StatusCode, header::HOST},
    web::Data,
};

use super::problem::Problem;

/// The most bytes that path and query may have together; longer than any that is of use here (RFC 9110 asks for 8000).
const MAX_TARGET: usize = 8 * 1024;
/// The most bytes that the header fields may have together. There may be 96 of them, which the server sees to.
const MAX_HEADERS: usize = 16 * 1024;

/// The names that the service answers to, in lower case and without a port; all if there are none.
#[derive(Debug, Clone, Default)]
pub struct AllowedHosts(pub Vec<String>);

impl AllowedHosts {
    fn allows(&self, authority: &str) -> bool {
        let name = host_of(authority).to_ascii_lowercase();
        self.0.is_empty() || self.0.contains(&name)
    }
}

/// A host without its port.
fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// Refuses requests that are too long, or meant for somebody else.
///
/// # Errors
/// 414, 431 or 421.
pub fn admit(request: &ServiceRequest) -> Result<(), Problem> {
    let head = request.head();
    if head.uri.path_and_query().map_or(0, |target| target.as_str().len()) > MAX_TARGET {
        return Err(Problem::new(StatusCode::URI_TOO_LONG, "uri_too_long", "the address is too long"));
    }
    let length: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if length > MAX_HEADERS {
        let (status, code) = (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large");
        return Err(Problem::new(status, code, "the header fields are too large"));
    }
    // Whoever looks after the process asks by its address, and is told nothing that depends on the name.
    let anyhow = request.path() == "/health" || request.path().starts_with("/health/");
    match request.app_data::<Data<AllowedHosts>>() {
        Some(hosts) if !anyhow && !hosts.allows(meant(head)) => {
            let detail = "this service doesn't answer to that name";
            Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, "misdirected_request", detail))
        }
        _ => Ok(()),
    }
}

/// Whom the request is meant for. Of a target in absolute form it is the target that counts (RFC 9112, section 3.2.2);
/// what a proxy is said to have heard (`X-Forwarded-Host`) anybody can have written.
fn meant(head: &RequestHead) -> &str {
    let header = || head.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    head.uri.authority().map_or_else(header, |authority| authority.as_str())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn asked(hosts: &[&str], request: TestRequest) -> Option<u16> {
        let hosts = AllowedHosts(hosts.iter().map(|host| (*host).to_owned()).collect());
        let request = request.app_data(Data::new(hosts)).to_srv_request();
        admit(&request).err().map(|problem| actix_web::ResponseError::status_code(&problem).as_u16())
    }

    #[test]
    fn only_its_own_names_are_answered_to() {
        let ours = ["api.example.com", "[::1]"];
        let get = |path: &str, host: &str| TestRequest::with_uri(path).insert_header((HOST, host));
        for host in ["api.example.com", "API.example.com:8001", "[::1]:8001", "[::1]"] {
            assert_eq!(asked(&ours, get("/", host)), None, "{host}");
        }
        for host in
            ["", "evil.example", "api.example.com.evil.example", "x@api.example.com", "api.example.com:x"]
        {
            assert_eq!(asked(&ours, get("/", host)), Some(421), "{host}");
            assert_eq!(asked(&[], get("/", host)), None, "{host}");
            assert_eq!(asked(&ours, get("/health/ready", host)), None, "{host}");
        }
        let spoofed = get("/", "evil.example").insert_header(("X-Forwarded-Host", "api.example.com"));
        assert_eq!(asked(&ours, spoofed), Some(421));
    }

    #[test]
    fn the_target_counts_for_more_than_the_header() {
        let get = |target: &str, host: &str| TestRequest::with_uri(target).insert_header((HOST, host));
        let ours = ["api.example.com"];
        assert_eq!(asked(&ours, get("http://api.example.com/", "evil.example")), None);
        assert_eq!(asked(&ours, get("http://evil.example/", "api.example.com")), Some(421));
    }

    #[test]
    fn what_is_too_long_is_refused_and_what_is_just_long_enough_is_not() {
        let long = |length: usize| format!("/{}", "a".repeat(length - 1));
        assert_eq!(asked(&[], TestRequest::with_uri(&long(MAX_TARGET))), None);
        assert_eq!(asked(&[], TestRequest::with_uri(&long(MAX_TARGET + 1))), Some(414));
        let header = |length: usize| TestRequest::default().insert_header(("x", "a".repeat(length)));
        assert_eq!(asked(&[], header(MAX_HEADERS - 1)), None);
        assert_eq!(asked(&[], header(MAX_HEADERS)), Some(431));
    }
}
