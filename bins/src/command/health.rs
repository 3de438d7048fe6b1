//! Asks a service on this machine whether it can serve: for container runtimes, whose images have no curl.
use std::{
    io::{self, BufRead, BufReader, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

use crate::config::{Runs, Settings};

/// Longer than readiness waits for the database.
const PATIENCE: Duration = Duration::from_secs(4);

/// What keeps a service from serving.
#[derive(Debug, thiserror::Error)]
pub enum Unhealthy {
    /// Nobody answers, or not in time.
    #[error("{0} doesn't answer")]
    Silent(SocketAddr, #[source] io::Error),
    /// It says so itself.
    #[error("{0} answers {1}")]
    Unready(SocketAddr, String),
}

/// Asks each service of the program `P`, which listens where `settings` says.
///
/// # Errors
/// [`Unhealthy`], of the first that can't serve.
pub fn check<P: Runs>(settings: &Settings) -> Result<(), Unhealthy> {
    let ports = [(P::AUTH, settings.auth_port), (P::PRODUCT, settings.product_port)];
    ports
        .into_iter()
        .filter(|(runs, _)| *runs)
        .try_for_each(|(_, port)| ask(SocketAddr::new(reachable(settings.host), port)))
}

/// An address of this machine by which whoever listens to `host` is reached.
fn reachable(host: IpAddr) -> IpAddr {
    match host {
        IpAddr::V4(all) if all.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(all) if all.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        one => one,
    }
}

fn ask(address: SocketAddr) -> Result<(), Unhealthy> {
    let line = status_line(address).map_err(|error| Unhealthy::Silent(address, error))?;
    let status = line.split(' ').nth(1).unwrap_or_default();
    if status == "200" { Ok(()) } else { Err(Unhealthy::Unready(address, line.trim_end().to_owned())) }
}

fn status_line(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(line)
}

#[cfg(test)]
mod tests {
    use std::{io::Read, net::TcpListener, thread};

    use super::*;

    /// Answers one request with `answer`.
    fn somebody(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 512]).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        address
    }

    #[test]
    fn only_a_service_that_says_so_is_healthy() {
        assert!(ask(somebody("HTTP/1.1 200 OK\r\n\r\n")).is_ok());
        for answer in ["HTTP/1.1 503 Service Unavailable\r\n\r\n", "", "200 OK\r\n"] {
            assert!(matches!(ask(somebody(answer)), Err(Unhealthy::Unready(..))), "{answer:?}");
        }
    }

    #[test]
    fn nobody_is_not_healthy() {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(matches!(ask(nobody), Err(Unhealthy::Silent(..))));
    }

    #[test]
    fn whoever_listens_everywhere_is_asked_on_loopback() {
        assert_eq!(reachable("0.0.0.0".parse().unwrap()).to_string(), "127.0.0.1");
        assert_eq!(reachable("::".parse().unwrap()).to_string(), "::1");
        assert_eq!(reachable("10.0.0.1".parse().unwrap()).to_string(), "10.0.0.1");
    }
}
