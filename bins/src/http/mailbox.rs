//! The mails of a developer's machine, as a page. Development only.
use std::{
    future::{Ready, ready},
    net::{IpAddr, Ipv6Addr},
};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::{StatusCode, header::HOST},
    web,
};
use adapters::mail::folder::MailFolder;
use mailparse::{MailHeaderMap, ParsedMail};

use super::{
    problem::Problem,
    routing::{Needs, Policy, Routes, by},
};

/// The route of the page, over the mails in `folder`.
pub fn routes(config: &mut web::ServiceConfig, folder: MailFolder) {
    config.app_data(web::Data::new(folder));
    Routes::below("", [by::<Local>().get("/dev/mailbox", mailbox)]).serve(config);
}

const MOST: usize = 50;

/// Somebody who asked for the page by a name that nobody else can give this machine. A page from elsewhere, whose name
/// suddenly leads here (DNS rebinding), could read the codes otherwise.
struct Local;

impl FromRequest for Local {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let detail = "the mailbox is shown only under the address of this machine";
        let misdirected = || Problem::new(StatusCode::MISDIRECTED_REQUEST, "misdirected_request", detail);
        ready(if is_for_this_machine(request) { Ok(Self) } else { Err(misdirected()) })
    }
}

impl Policy for Local {
    const NEEDS: Needs = Needs::Nothing;
}

async fn mailbox(_: Local, folder: web::Data<MailFolder>) -> HttpResponse {
    let mails = web::block(move || folder.newest(MOST)).await;
    let mails = mails.ok().and_then(Result::ok).unwrap_or_default();
    let mut page = String::from(HEAD);
    if mails.is_empty() {
        page.push_str("<p>No mail yet. Register or sign in, then reload.</p>");
    }
    for raw in &mails {
        if let Ok(mail) = mailparse::parse_mail(raw) {
            page.push_str(&entry(&mail));
        }
    }
    HttpResponse::Ok()
        .insert_header((
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ))
        .content_type("text/html; charset=utf-8")
        .body(page)
}

fn is_for_this_machine(request: &HttpRequest) -> bool {
    let mut hosts = request.headers().get_all(HOST).map(|host| host.to_str().unwrap_or_default());
    matches!((hosts.next(), hosts.next()), (Some(host), None) if is_loopback(host))
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let v6 = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    v6.map_or_else(
        || name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()),
        |v6| v6.parse().is_ok_and(|ip: Ipv6Addr| ip.is_loopback()),
    )
}

fn entry(mail: &ParsedMail<'_>) -> String {
    let header = |name: &str| mail.headers.get_first_value(name).unwrap_or_default();
    let text = plain_text(mail).unwrap_or_default();
    format!(
        "<article><h2>{}</h2><p>{} · {}</p><pre>{}</pre></article>",
        html_escape::encode_text(&header("Subject")),
        html_escape::encode_text(&header("To")),
        html_escape::encode_text(&header("Date")),
        html_escape::encode_text(text.trim()),
    )
}

fn plain_text(mail: &ParsedMail<'_>) -> Option<String> {
    if mail.ctype.mimetype == "text/plain" {
        return mail.get_body().ok();
    }
    mail.subparts.iter().find_map(plain_text)
}

const HEAD: &str = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
    <title>Mailbox · Panal</title><style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui;max-width:44rem;\
    margin:2rem auto;padding:0 1rem}article{border:1px solid #8884;border-radius:8px;padding:0 1rem;margin:1rem 0}\
    h2{font-size:1.1rem;margin-bottom:0}h2+p{margin-top:0;opacity:.7}pre{font:inherit;white-space:pre-wrap}</style>\
    <h1>Mailbox</h1>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_of_this_machine_show_the_mailbox() {
        for host in [
            "localhost",
            "LocalHost:8001",
            "127.0.0.1",
            "127.0.0.1:8001",
            "127.8.0.1:1",
            "[::1]",
            "[::1]:8001",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:8001",
            "localhost.evil.example",
            "127.0.0.1.evil.example:8001",
            "evil.example:localhost",
            "192.168.0.1:8001",
            "[::2]:8001",
            "[127.0.0.1]",
            "localhost:80:80",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
