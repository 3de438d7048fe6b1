//! [`Mailer`]. The subject is one, and the inbox that its letters end in.
use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use domain_shared::{Block, Email, Language, Letter, Mailer};
use tokio::time::Instant;

use crate::support::{at_once, unused_address};

/// A letter that has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The subject, decoded.
    pub subject: String,
    /// What those see who read text, decoded.
    pub text: String,
    /// What those see who read HTML: the HTML itself, decoded from transport only.
    pub html: String,
}

/// Where a case finds the letters that a mailer has handed over.
#[async_trait]
pub trait Mailbox: Send + Sync + 'static {
    /// Every letter to `address` so far, oldest first.
    async fn letters_to(&self, address: &Email) -> Vec<Received>;
}

fn letter(to: &Email, subject: &str, text: &str) -> Letter {
    let body = vec![Block::Text(text.to_owned())];
    Letter { to: to.clone(), language: Language::En, subject: subject.to_owned(), body }
}

/// Waits until `count` letters have arrived, then a little more for one too many.
async fn arrived(inbox: &impl Mailbox, address: &Email, count: usize) -> Vec<Received> {
    let started = Instant::now();
    loop {
        let letters = inbox.letters_to(address).await;
        if letters.len() >= count {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let letters = inbox.letters_to(address).await;
            assert_eq!(letters.len(), count, "each letter arrives once");
            return letters;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "{} of {count} letters arrived", letters.len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn delivered(mailer: &impl Mailer, inbox: &impl Mailbox, letter: &Letter) -> Received {
    mailer.send(letter).await.unwrap();
    arrived(inbox, &letter.to, 1).await.remove(0)
}

/// HTML as a browser shows it, as far as the cases need it.
fn shown(html: &str) -> String {
    html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
}

pub async fn a_letter_arrives_in_text_and_html((mailer, inbox): (impl Mailer, impl Mailbox)) {
    let to = unused_address();
    let received = delivered(&mailer, &inbox, &letter(&to, "A subject", "What it says.")).await;
    assert_eq!(received.subject, "A subject");
    assert!(received.text.contains("What it says."), "{received:?}");
    assert!(received.html.contains("What it says."), "{received:?}");
}

pub async fn a_letter_says_everything_top_to_bottom((mailer, inbox): (impl Mailer, impl Mailbox)) {
    let body = vec![
        Block::Text("First paragraph.".to_owned()),
        Block::Code("012345".to_owned()),
        Block::Text("Second paragraph.".to_owned()),
    ];
    let letter = Letter { body, ..letter(&unused_address(), "Code", "") };
    let received = delivered(&mailer, &inbox, &letter).await;
    for part in [&received.text, &received.html] {
        let places = ["First paragraph.", "012345", "Second paragraph."].map(|text| part.find(text));
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{part}");
    }
}

pub async fn letters_of_every_script_arrive_unharmed((mailer, inbox): (impl Mailer, impl Mailbox)) {
    let (subject, text) =
        ("Código de acceso — ¡ñandú! 蜂の巣 🐝", "Hola, señora Muñoz: el código «蜂» 🐝 es válido.");
    let letter = Letter { language: Language::Es, ..letter(&unused_address(), subject, text) };
    let received = delivered(&mailer, &inbox, &letter).await;
    assert_eq!(received.subject, subject);
    assert!(received.text.contains(text) && received.html.contains(text), "{received:?}");
}

pub async fn lines_of_any_kind_arrive_unharmed((mailer, inbox): (impl Mailer, impl Mailbox)) {
    for text in [
        "x".repeat(5000),
        "words ".repeat(500).trim().to_owned(),
        ".".to_owned(),
        ".leading dot".to_owned(),
        "From here on".to_owned(),
        "--".to_owned(),
        "=3D =C3=B1 50%".to_owned(),
    ] {
        let received = delivered(&mailer, &inbox, &letter(&unused_address(), "Lines", &text)).await;
        assert!(received.text.contains(&text), "{text:.40}: {:.200}", received.text);
        assert!(received.html.contains(&text), "{text:.40}: {:.400}", received.html);
    }
    let long = "long subject ".repeat(40);
    let received = delivered(&mailer, &inbox, &letter(&unused_address(), long.trim(), "text")).await;
    assert_eq!(received.subject, long.trim());
}

pub async fn markup_in_a_letter_is_shown_not_obeyed((mailer, inbox): (impl Mailer, impl Mailbox)) {
    let text = r#"<script>alert("1 & 2")</script> <b>bold</b> &amp; it's"#;
    let received =
        delivered(&mailer, &inbox, &letter(&unused_address(), "<b>Subject</b> & more", text)).await;
    assert_eq!(received.subject, "<b>Subject</b> & more");
    assert!(received.text.contains(text), "{}", received.text);
    assert!(!received.html.contains("<script>") && !received.html.contains("<b>"), "{}", received.html);
    assert!(shown(&received.html).contains(text), "{}", received.html);
}

pub async fn no_subject_adds_a_header((mailer, inbox): (impl Mailer, impl Mailbox)) {
    let (to, victim) = (unused_address(), unused_address());
    let subject = format!("Hello\r\nBcc: {victim}\r\n\r\nbody");
    // It may be refused or sent on one line.
    if mailer.send(&letter(&to, &subject, "text")).await.is_ok() {
        let received = arrived(&inbox, &to, 1).await.remove(0);
        assert!(received.text.trim().starts_with("text"), "{received:?}");
    }
    assert!(inbox.letters_to(&victim).await.is_empty());
}

pub async fn a_letter_goes_to_its_address_only((mailer, inbox): (impl Mailer, impl Mailbox)) {
    let (ada, eve) = (unused_address(), unused_address());
    mailer.send(&letter(&ada, "For Ada", "Ada's")).await.unwrap();
    mailer.send(&letter(&eve, "For Eve", "Eve's")).await.unwrap();
    mailer.send(&letter(&ada, "For Ada", "again")).await.unwrap();
    assert_eq!(arrived(&inbox, &ada, 2).await.iter().filter(|letter| letter.subject == "For Ada").count(), 2);
    assert_eq!(arrived(&inbox, &eve, 1).await[0].subject, "For Eve");
}

pub async fn of_twenty_letters_at_once_each_arrives_once((mailer, inbox): (impl Mailer, impl Mailbox)) {
    let (mailer, to) = (Arc::new(mailer), unused_address());
    let sent = at_once(20, |i| {
        let (mailer, letter) = (mailer.clone(), letter(&to, &format!("Letter {i}"), "text"));
        async move { mailer.send(&letter).await }
    });
    assert!(sent.await.into_iter().all(|sent| sent.is_ok()));
    let mut subjects: Vec<_> =
        arrived(&inbox, &to, 20).await.into_iter().map(|letter| letter.subject).collect();
    subjects.sort_unstable();
    subjects.dedup();
    assert_eq!(subjects.len(), 20);
}
