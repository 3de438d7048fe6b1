//! What a letter looks like: text for those who read text, HTML for the others.
use std::fmt::Write;

use domain_shared::{Block, Email, Letter};
use lettre::{
    Address, Message,
    message::{Mailbox, MultiPart},
};

/// Who letters are from.
pub(super) fn sender(from: &Email, name: &str) -> Result<Mailbox, lettre::address::AddressError> {
    Ok(Mailbox::new(Some(name.to_owned()).filter(|name| !name.is_empty()), from.as_str().parse()?))
}

/// The letter as a message, in text and HTML.
pub(super) fn render(
    letter: &Letter,
    from: &Mailbox,
) -> Result<Message, Box<dyn std::error::Error + Send + Sync>> {
    let to: Address = letter.to.as_str().parse()?;
    let host = from.email.domain().to_owned();
    let id = format!("<{}@{host}>", uuid::Uuid::from_bytes(random()?).simple());
    Ok(Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(&letter.subject)
        .message_id(Some(id))
        .multipart(MultiPart::alternative_plain_html(text(letter), html(letter)))?)
}

fn random() -> Result<[u8; 16], aws_lc_rs::error::Unspecified> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes)?;
    Ok(bytes)
}

fn text(letter: &Letter) -> String {
    let blocks = letter.body.iter().map(|block| match block {
        Block::Text(text) => text.clone(),
        Block::Code(code) => format!("    {code}"),
    });
    blocks.collect::<Vec<_>>().join("\r\n\r\n") + "\r\n"
}

fn html(letter: &Letter) -> String {
    let mut body = String::new();
    for block in &letter.body {
        let (style, text) = match block {
            Block::Text(text) => ("", text),
            Block::Code(code) => ("font:600 2rem ui-monospace,monospace;letter-spacing:.2em", code),
        };
        // Writing to a string can't fail.
        let _ = write!(body, "<p style=\"{style}\">{}</p>", html_escape::encode_text(text));
    }
    let (language, subject) = (letter.language.code(), html_escape::encode_text(&letter.subject));
    format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{subject}</title></head>\
         <body style=\"font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem\">{body}</body></html>"
    )
}

#[cfg(test)]
mod tests {
    use domain_shared::{Language, ValueObject};

    use super::*;

    #[test]
    fn a_letter_comes_in_text_and_html_and_markup_in_it_stays_text() {
        let letter = Letter {
            to: Email::parse("ada@example.com".into()).unwrap(),
            language: Language::Es,
            subject: "Código <b>".to_owned(),
            body: vec![Block::Text("<script>".to_owned()), Block::Code("012345".to_owned())],
        };
        let from = sender(&Email::parse("panal@example.com".into()).unwrap(), "Panal").unwrap();
        let message = String::from_utf8(render(&letter, &from).unwrap().formatted()).unwrap();
        for part in [
            "multipart/alternative",
            "text/plain",
            "text/html",
            "From: Panal <panal@example.com>",
            "Message-ID: <",
        ] {
            assert!(message.contains(part), "{part}: {message}");
        }
        assert!(text(&letter).contains("    012345"));
        assert!(html(&letter).contains("&lt;script&gt;") && html(&letter).contains("lang=\"es\""));
    }
}
