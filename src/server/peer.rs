//! Whose request it is by address: the two ends of a connection, and behind reverse proxies that are
//! trusted, the address that they tell.
//!
//! A proxy appends the address of who connected to it, so the header is read from its right end: as
//! long as an address is that of a trusted proxy, its word about the next one is taken. What lies
//! further left came from the client and may be anything. A request from anybody else has its header
//! ignored.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header::FORWARDED, request::Parts};
use ipnet::IpNet;

use crate::config::{ClientHeader, Server};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The two ends of the connection that a request came on, in its extensions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    /// Who connected.
    pub(super) client: SocketAddr,
    /// Where.
    pub(super) server: SocketAddr,
}

/// The address of who made a request; `None` where it came over no connection.
pub(super) fn address(parts: &Parts, server: &Server) -> Option<IpAddr> {
    let ends = parts.extensions.get::<Ends>()?;
    Some(behind(ends.client.ip().to_canonical(), &parts.headers, server))
}

/// Whether the browser's side of the connection is encrypted, as a trusted proxy tells.
pub(super) fn is_https(parts: &Parts, server: &Server) -> bool {
    let Some(ends) = parts.extensions.get::<Ends>() else { return false };
    let connected = ends.client.ip().to_canonical();
    if !server.trusted_proxies.iter().any(|net| holds(net, connected)) {
        return false;
    }
    // The last word is that of the proxy that connected.
    let last = |name: HeaderName| parts.headers.get_all(name).iter().next_back()?.to_str().ok();
    match server.client_header {
        ClientHeader::XForwardedFor => last(X_FORWARDED_PROTO)
            .and_then(|value| value.rsplit(',').next())
            .is_some_and(|proto| proto.trim().eq_ignore_ascii_case("https")),
        ClientHeader::Forwarded => last(FORWARDED)
            .and_then(|value| parameter(value.rsplit(',').next()?, "proto"))
            .is_some_and(|proto| proto.eq_ignore_ascii_case("https")),
    }
}

fn behind(connected: IpAddr, headers: &HeaderMap, server: &Server) -> IpAddr {
    let trusted = |address: IpAddr| server.trusted_proxies.iter().any(|net| holds(net, address));
    let mut address = connected;
    let mut told = told(headers, server.client_header).into_iter().rev();
    while trusted(address) {
        // An entry that is no address ends what can be known: the last proxy stands for its client.
        match told.next().flatten() {
            Some(next) => address = next,
            None => break,
        }
    }
    address
}

fn holds(net: &IpNet, address: IpAddr) -> bool {
    net.contains(&address)
}

/// The addresses that the header tells, leftmost first; `None` for an entry that is no address.
fn told(headers: &HeaderMap, header: ClientHeader) -> Vec<Option<IpAddr>> {
    let values = |name: HeaderName| {
        let all = headers.get_all(name).iter();
        all.map(|value| value.to_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    match header {
        ClientHeader::XForwardedFor => {
            let values = values(X_FORWARDED_FOR);
            values.iter().flat_map(|value| value.split(',')).map(address_of).collect()
        }
        ClientHeader::Forwarded => {
            let values = values(FORWARDED);
            values.iter().flat_map(|value| value.split(',')).map(forwarded_for).collect()
        }
    }
}

/// The `for` of one element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    address_of(parameter(element, "for")?)
}

/// The value of this parameter in one element of `Forwarded`.
fn parameter<'a>(element: &'a str, wanted: &str) -> Option<&'a str> {
    let value = element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then_some(value)
    });
    Some(value?.trim().trim_matches('"'))
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`.
fn address_of(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok();
    let address = address.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "10.0.0.1";

    fn seen(connected: &str, header: ClientHeader, values: &[&'static str]) -> String {
        let name = match header {
            ClientHeader::XForwardedFor => X_FORWARDED_FOR,
            ClientHeader::Forwarded => FORWARDED,
        };
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), value.parse().unwrap());
        }
        let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        let server = Server { trusted_proxies, client_header: header, ..Server::default() };
        behind(connected.parse().unwrap(), &headers, &server).to_string()
    }

    #[test]
    fn a_stranger_s_header_is_ignored() {
        let header = ClientHeader::XForwardedFor;
        assert_eq!(seen("203.0.113.9", header, &["192.0.2.1"]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_s_word_is_taken_from_the_right() {
        let header = ClientHeader::XForwardedFor;
        assert_eq!(seen(PROXY, header, &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(seen(PROXY, header, &["1.1.1.1, 192.0.2.1, 10.0.0.2"]), "192.0.2.1");
        assert_eq!(seen(PROXY, header, &["1.1.1.1", "192.0.2.1:4711"]), "192.0.2.1");
        assert_eq!(seen(PROXY, header, &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(seen(PROXY, header, &["::ffff:192.0.2.1"]), "192.0.2.1");
    }

    #[test]
    fn what_is_no_address_ends_what_can_be_known() {
        let header = ClientHeader::XForwardedFor;
        assert_eq!(seen(PROXY, header, &["192.0.2.1, unknown"]), PROXY);
        assert_eq!(seen(PROXY, header, &[""]), PROXY);
        assert_eq!(seen(PROXY, header, &[]), PROXY);
        assert_eq!(seen(PROXY, header, &["10.0.0.7, 10.0.0.8"]), "10.0.0.7");
    }

    #[test]
    fn only_a_trusted_proxy_s_word_makes_a_connection_encrypted() {
        let https = |client: &str, header, name: &'static str, value: &'static str| {
            let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
            let server = Server { trusted_proxies, client_header: header, ..Server::default() };
            let (mut parts, ()) = axum::http::Request::new(()).into_parts();
            let server_end = "10.0.0.9:80".parse().unwrap();
            parts.extensions.insert(Ends { client: client.parse().unwrap(), server: server_end });
            parts.headers.insert(name, value.parse().unwrap());
            is_https(&parts, &server)
        };
        let (proxy, stranger) = ("10.0.0.1:9", "203.0.113.9:9");
        let (legacy, standard) = (ClientHeader::XForwardedFor, ClientHeader::Forwarded);
        assert!(https(proxy, legacy, "x-forwarded-proto", "https"));
        assert!(!https(stranger, legacy, "x-forwarded-proto", "https"));
        assert!(!https(proxy, legacy, "x-forwarded-proto", "https, http"));
        assert!(!https(proxy, standard, "x-forwarded-proto", "https"), "the other header");
        assert!(https(proxy, standard, "forwarded", "for=1.1.1.1, for=2.2.2.2;proto=https"));
        assert!(!https(proxy, standard, "forwarded", "proto=https, for=2.2.2.2"));
    }

    #[test]
    fn the_standard_header_is_read_where_it_is_named() {
        let header = ClientHeader::Forwarded;
        let value = "for=1.1.1.1, For=\"[2001:db8::1]:4711\";proto=https;by=10.0.0.1";
        assert_eq!(seen(PROXY, header, &[value]), "2001:db8::1");
        assert_eq!(seen(PROXY, header, &["for=_hidden"]), PROXY);
        assert_eq!(seen(PROXY, header, &["proto=https"]), PROXY);
    }
}
