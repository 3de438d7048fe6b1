//! From where a request comes: the address of its connection, or what a trusted proxy says of it.
use std::{
    net::{IpAddr, SocketAddr},
    sync::Once,
};

use actix_web::{
    dev::ServiceRequest,
    http::header::{HeaderMap, USER_AGENT},
    web::Data,
};
use domain_shared::Client;
use ipnet::IpNet;

/// Proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&address))
    }

    /// Whether `peer` says from where a request comes and isn't believed.
    fn ignores(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        headers.contains_key("x-forwarded-for") && !self.trusts(peer.to_canonical())
    }

    /// The address that the request was sent from: that of the connection, unless a trusted proxy opened it. Each proxy
    /// adds whom it heard from at the end, so the last address that isn't a trusted proxy's own is the client's; anybody
    /// can have put there what stands before it.
    fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut origin = peer.to_canonical();
        let hops = headers.get_all("x-forwarded-for").map(|value| value.to_str().unwrap_or_default());
        let hops: Vec<&str> = hops.flat_map(|value| value.split(',')).collect();
        for hop in hops.into_iter().rev() {
            match address(hop.trim()) {
                Some(before) if self.trusts(origin) => origin = before,
                _ => break,
            }
        }
        origin
    }
}

/// An address as proxies write it, with or without a port.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().or_else(|_| hop.parse().map(|socket: SocketAddr| socket.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

/// From where `request` comes.
pub fn of(request: &ServiceRequest) -> Client {
    let nobody = TrustedProxies::default();
    let proxies = request.app_data::<Data<TrustedProxies>>().map_or(&nobody, |proxies| proxies);
    if let Some(peer) = request.peer_addr().map(|peer| peer.ip())
        && proxies.ignores(peer, request.headers())
    {
        // Anybody can send it, so it is told once and no more.
        static TOLD: Once = Once::new();
        TOLD.call_once(|| {
            tracing::warn!(%peer, "X-Forwarded-For from there isn't believed: if it is a proxy of yours, TRUSTED_PROXIES lacks it");
        });
    }
    let user_agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
    Client {
        address: request.peer_addr().map(|peer| proxies.origin(peer.ip(), request.headers()).to_string()),
        user_agent: user_agent.map(|agent| agent.chars().take(Client::MAX_USER_AGENT).collect()),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn origin(proxies: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let proxies = TrustedProxies(proxies.iter().map(|net| net.parse().unwrap()).collect());
        let mut headers = HeaderMap::new();
        for value in forwarded {
            let value = HeaderValue::from_str(value).unwrap();
            headers.append(HeaderName::from_static("x-forwarded-for"), value);
        }
        proxies.origin(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn nobody_but_a_trusted_proxy_says_where_a_request_comes_from() {
        assert_eq!(origin(&[], "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(origin(&["10.0.0.0/8"], "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(origin(&["10.0.0.0/8"], "10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(origin(&["10.0.0.0/8"], "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_a_stranger_says_of_others_is_ignored() {
        let proxies = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        let ignores = |peer: &str, headers: &HeaderMap| proxies.ignores(peer.parse().unwrap(), headers);
        assert!(!ignores("203.0.113.9", &headers), "nothing was said");
        headers.insert(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static("198.51.100.1"));
        assert!(ignores("203.0.113.9", &headers) && !ignores("::ffff:10.0.0.1", &headers));
    }

    #[test]
    fn what_the_client_itself_wrote_into_the_header_is_not_believed() {
        assert_eq!(origin(&["10.0.0.0/8"], "10.0.0.1", &["127.0.0.1, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(origin(&["10.0.0.0/8"], "10.0.0.1", &["127.0.0.1", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(origin(&["10.0.0.0/8"], "10.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(origin(&["10.0.0.0/8"], "10.0.0.1", &["198.51.100.1, nonsense"]), "10.0.0.1");
    }

    #[test]
    fn an_address_is_the_same_in_every_spelling() {
        for spelled in ["198.51.100.1:4711", "::ffff:198.51.100.1", "[::ffff:198.51.100.1]:80"] {
            assert_eq!(origin(&["10.0.0.0/8"], "::ffff:10.0.0.1", &[spelled]), "198.51.100.1", "{spelled}");
        }
        assert_eq!(origin(&["fd00::/8"], "fd00::1", &["[2001:db8::1]"]), "2001:db8::1");
    }
}
