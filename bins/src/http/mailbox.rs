//! The mails of a developer's machine, as a page. Development only.
use actix_web::{HttpResponse, web};
use adapters::mail::folder::MailFolder;
use mailparse::{MailHeaderMap, ParsedMail};

use super::problem::Problem;

/// The route of the page, over the mails in `folder`.
pub fn routes(config: &mut web::ServiceConfig, folder: MailFolder) {
    config.app_data(web::Data::new(folder)).route("/dev/mailbox", web::get().to(mailbox));
}

const MOST: usize = 50;

async fn mailbox(folder: web::Data<MailFolder>) -> Result<HttpResponse, Problem> {
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
    Ok(HttpResponse::Ok()
        .insert_header(("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"))
        .content_type("text/html; charset=utf-8")
        .body(page))
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
