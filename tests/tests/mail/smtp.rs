//! SMTP, with a real server and with one that misbehaves.
use std::time::{Duration, Instant};

use adapters::mail::smtp::{Security, SmtpConfig, SmtpMailer};
use domain_shared::{Block, Language, Letter, MailError, Mailer};

use super::{
    fake_server::{FakeServer, HANG_UP, Manners, SILENCE},
    inbox::Folder,
    *,
};

fn required(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run the tests with scripts/test"))
}

fn config(host: &str, port: u16) -> SmtpConfig {
    let (from, from_name) = (sender(), "Panal".to_owned());
    SmtpConfig { host: host.to_owned(), port, security: Security::Plain, credentials: None, from, from_name }
}

fn real() -> (SmtpMailer, Folder) {
    let url = required("TEST_SMTP_URL");
    let (host, port) =
        url.trim_start_matches("smtp://").split_once(':').expect("TEST_SMTP_URL is smtp://host:port");
    let mailer = SmtpMailer::new(config(host, port.parse().unwrap())).unwrap();
    (mailer, Folder(std::path::Path::new(&required("TEST_MAILDIR")).join("new")))
}

conformance::mailer!(real());

fn letter() -> Letter {
    Letter {
        to: Email::parse("ada@example.com".to_owned()).unwrap(),
        language: Language::En,
        subject: "Hello".to_owned(),
        body: vec![Block::Text("Hello.".to_owned())],
    }
}

/// What comes of a letter to a server with these manners, and that server.
async fn send(manners: Manners) -> (Result<(), MailError>, FakeServer) {
    let server = FakeServer::start(manners).await;
    let sent = SmtpMailer::new(config("127.0.0.1", server.port)).unwrap().send(&letter()).await;
    (sent, server)
}

#[tokio::test]
async fn a_server_that_is_down_is_unavailable() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let sent = SmtpMailer::new(config("127.0.0.1", port)).unwrap().send(&letter()).await;
    assert!(matches!(sent, Err(MailError::Unavailable(_))), "{sent:?}");
    let sent = SmtpMailer::new(config("no-such-host.invalid", 25)).unwrap().send(&letter()).await;
    assert!(matches!(sent, Err(MailError::Unavailable(_))), "{sent:?}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for_long() {
    let silent: [Manners; 3] = [
        |line| line.is_empty().then_some(SILENCE),
        |line| line.starts_with("RCPT").then_some(SILENCE),
        |line| (line == ".").then_some(SILENCE),
    ];
    let started = Instant::now();
    for sent in futures_util::future::join_all(silent.map(send)).await {
        assert!(matches!(sent.0, Err(MailError::Unavailable(_))), "{:?}", sent.0);
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn what_is_refused_for_good_is_rejected() {
    let refusals: [Manners; 3] = [
        |line| line.starts_with("RCPT").then_some("550 5.1.1 no such user"),
        |line| line.starts_with("MAIL").then_some("550 5.7.1 not from you"),
        |line| (line == ".").then_some("554 5.7.1 this is spam"),
    ];
    for manners in refusals {
        let (sent, server) = send(manners).await;
        assert!(matches!(sent, Err(MailError::Rejected(_))), "{sent:?}");
        assert_eq!(server.count("MAIL"), 1, "it isn't tried again");
    }
}

#[tokio::test]
async fn a_recipient_who_is_put_off_is_not_the_servers_trouble() {
    let moods: [Manners; 2] = [
        |line| line.starts_with("RCPT").then_some("450 4.1.2 domain not found"),
        |line| line.starts_with("RCPT").then_some("451 4.7.1 greylisted"),
    ];
    for manners in moods {
        let (sent, _) = send(manners).await;
        assert!(matches!(sent, Err(MailError::Deferred(_))), "{sent:?}");
    }
}

#[tokio::test]
async fn what_may_work_later_is_unavailable() {
    let moods: [Manners; 4] = [
        |line| line.starts_with("MAIL").then_some("421 4.3.2 shutting down"),
        |line| (line == ".").then_some("452 4.3.1 disk full"),
        |line| line.starts_with("RCPT").then_some(HANG_UP),
        |line| (line == ".").then_some(HANG_UP),
    ];
    for (i, manners) in moods.into_iter().enumerate() {
        let (sent, _) = send(manners).await;
        assert!(matches!(sent, Err(MailError::Unavailable(_))), "{i}: {sent:?}");
    }
}

#[tokio::test]
async fn a_password_that_is_wrong_is_no_fault_of_the_letter() {
    let refusals: [Manners; 2] = [
        |line| line.starts_with("AUTH").then_some("535 5.7.8 wrong password"),
        |line| line.starts_with("MAIL").then_some("530 5.7.0 sign in first"),
    ];
    for manners in refusals {
        let server = FakeServer::start(manners).await;
        let credentials = Some(("panal".to_owned(), "secret".to_owned()));
        let mailer = SmtpMailer::new(SmtpConfig { credentials, ..config("127.0.0.1", server.port) }).unwrap();
        let sent = mailer.send(&letter()).await;
        assert!(matches!(sent, Err(MailError::Unavailable(_))), "{sent:?}");
        assert!(!format!("{sent:?} {mailer:?}").contains("secret"));
    }
}

#[tokio::test]
async fn credentials_are_given_where_there_are_some() {
    let server = FakeServer::start(|_| None).await;
    let credentials = Some(("panal".to_owned(), "secret".to_owned()));
    let mailer = SmtpMailer::new(SmtpConfig { credentials, ..config("127.0.0.1", server.port) }).unwrap();
    mailer.send(&letter()).await.unwrap();
    // RFC 4616: base64 of \0panal\0secret
    assert_eq!(server.count("AUTH PLAIN AHBhbmFsAHNlY3JldA=="), 1, "{:?}", server.heard());
}

#[tokio::test]
async fn a_connection_serves_more_than_one_letter() {
    let server = FakeServer::start(|_| None).await;
    let mailer = SmtpMailer::new(config("127.0.0.1", server.port)).unwrap();
    for _ in 0..3 {
        mailer.send(&letter()).await.unwrap();
        // It is kept a moment after the letter is gone.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!((server.count("EHLO"), server.count("DATA")), (1, 3), "{:?}", server.heard());
    assert_eq!(server.count("MAIL FROM:<panal@example.com>"), 3);
    assert_eq!(server.count("RCPT TO:<ada@example.com>"), 3);
}

#[tokio::test]
async fn a_connection_that_died_meanwhile_costs_no_letter() {
    // It hangs up as soon as a kept connection is used again.
    let server = FakeServer::start(|line| matches!(line, "NOOP" | "RSET").then_some(HANG_UP)).await;
    let mailer = SmtpMailer::new(config("127.0.0.1", server.port)).unwrap();
    for letters in 1..=3 {
        mailer.send(&letter()).await.unwrap();
        assert_eq!(server.count("."), letters, "each goes out once");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn nothing_goes_in_the_clear_where_tls_is_wanted() {
    for security in [Security::StartTls, Security::Tls] {
        let server = FakeServer::start(|_| None).await;
        let credentials = Some(("panal".to_owned(), "secret".to_owned()));
        let config = SmtpConfig { security, credentials, ..config("127.0.0.1", server.port) };
        let sent = SmtpMailer::new(config).unwrap().send(&letter()).await;
        assert!(matches!(sent, Err(MailError::Unavailable(_))), "{security:?}: {sent:?}");
        assert_eq!(
            server.count("AUTH") + server.count("MAIL") + server.count("DATA"),
            0,
            "{:?}",
            server.heard()
        );
    }
}

#[tokio::test]
async fn a_server_that_is_away_again_and_again_is_left_alone_for_a_while() {
    let server = FakeServer::start(|line| line.is_empty().then_some("421 4.3.2 not now")).await;
    let mailer = SmtpMailer::new(config("127.0.0.1", server.port)).unwrap();
    let mut told = Vec::new();
    for _ in 0..10 {
        let sent = mailer.send(&letter()).await;
        assert!(matches!(sent, Err(MailError::Unavailable(_))), "{sent:?}");
        told.push(format!("{sent:?}"));
    }
    assert!(told.iter().filter(|told| told.contains("a moment ago")).count() >= 6, "{told:?}");

    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mailer = SmtpMailer::new(config("127.0.0.1", gone)).unwrap();
    for _ in 0..10 {
        let told = format!("{:?}", mailer.send(&letter()).await);
        assert!(
            told.contains("Unavailable") && !told.contains("a moment ago"),
            "where nobody listens: {told}"
        );
    }

    let refusing = FakeServer::start(|line| line.starts_with("RCPT").then_some("550 5.1.1 nobody")).await;
    let mailer = SmtpMailer::new(config("127.0.0.1", refusing.port)).unwrap();
    for _ in 0..10 {
        let sent = mailer.send(&letter()).await;
        assert!(
            matches!(sent, Err(MailError::Rejected(_))),
            "an address that is wrong says nothing of it: {sent:?}"
        );
    }
}
