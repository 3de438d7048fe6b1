//! Services of ours that ask about tokens: they know a secret of their own (RFC 6749, section 2.3.1).
use std::{
    borrow::Cow,
    future::{Ready, ready},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::AUTHORIZATION, web::Data};
use adapters::keyed::ClientDigest;
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::http::{
    problem::Problem,
    routing::{Needs, Policy},
};

/// The services that may ask, by their names, and the digests of their secrets.
#[derive(Debug, Clone, Default)]
pub struct ServiceClients(pub Vec<(String, ClientDigest)>);

impl ServiceClients {
    fn knows(&self, name: &str, secret: &str) -> bool {
        // Each is looked at, so that the time it takes doesn't tell which names there are.
        self.0.iter().fold(false, |known, (client, digest)| known | ((client == name) & digest.is_of(secret)))
    }
}

/// A service with good credentials (HTTP Basic, RFC 7617).
#[derive(Debug)]
pub struct ServiceClient {
    /// Its name.
    pub name: String,
}

/// The name and the secret in the request's only `Authorization` header.
fn credentials(request: &HttpRequest) -> Option<(String, String)> {
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let (Some(header), None) = (headers.next(), headers.next()) else { return None };
    let (scheme, encoded) = header.to_str().ok()?.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (name, secret) = text.split_once(':')?;
    Some((form_decoded(name)?, form_decoded(secret)?))
}

/// RFC 6749 has both encoded as in a form.
fn form_decoded(text: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(text.as_bytes());
    match (text.contains(['&', '=']), pairs.next()) {
        (false, Some((decoded, _))) => Some(Cow::into_owned(decoded)),
        _ => None,
    }
}

impl FromRequest for ServiceClient {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let clients = request.app_data::<Data<ServiceClients>>();
        let known = credentials(request)
            .filter(|(name, secret)| clients.is_some_and(|clients| clients.knows(name, secret)));
        ready(known.map(|(name, _)| Self { name }).ok_or_else(Problem::invalid_client))
    }
}

impl Policy for ServiceClient {
    const NEEDS: Needs = Needs::Credentials;
}

#[cfg(test)]
mod tests {
    use std::slice;

    use actix_web::test::TestRequest;

    use super::*;

    fn extracted(clients: &ServiceClients, headers: &[String]) -> Option<String> {
        let request = TestRequest::default().app_data(Data::new(clients.clone()));
        let with =
            |request: TestRequest, value: &String| request.append_header((AUTHORIZATION, value.as_str()));
        let request = headers.iter().fold(request, with).to_http_request();
        ServiceClient::from_request(&request, &mut Payload::None).into_inner().ok().map(|client| client.name)
    }

    fn basic(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn a_client_is_known_by_its_own_secret_only() {
        let (ours, digest) = ClientDigest::generate().unwrap();
        let (theirs, other) = ClientDigest::generate().unwrap();
        let clients = ServiceClients(vec![("gate way".to_owned(), digest.clone()), ("b".to_owned(), other)]);
        for header in [basic(&format!("gate way:{ours}")), basic(&format!("gate+way:{ours}"))] {
            assert_eq!(extracted(&clients, slice::from_ref(&header)).as_deref(), Some("gate way"));
            assert_eq!(extracted(&ServiceClients::default(), slice::from_ref(&header)), None);
            assert_eq!(extracted(&clients, &[header.clone(), header]), None, "two of them");
        }
        for text in [
            format!("gate way:{theirs}"),
            format!("b:{ours}"),
            format!("gate way:{}", digest.to_hex()),
            format!("gate way:{ours}&"),
            format!("GATE WAY:{ours}"),
            "gate way:".to_owned(),
            "gate way".to_owned(),
            String::new(),
        ] {
            assert_eq!(extracted(&clients, &[basic(&text)]), None, "{text}");
        }
        for header in ["Basic", "Basic %%%", "Bearer x", ""] {
            assert_eq!(extracted(&clients, &[header.to_owned()]), None, "{header}");
        }
        assert_eq!(extracted(&clients, &[]), None);
    }
}
