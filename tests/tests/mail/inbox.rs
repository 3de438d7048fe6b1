//! Where letters are found again.
use std::{fs, path::PathBuf};

use adapters::mail::memory::MemoryMailer;
use async_trait::async_trait;
use conformance::{Mailbox, Received};
use domain_shared::{Block, Email};
use mailparse::{MailHeaderMap, ParsedMail, parse_mail};

/// A folder of mails, one a file.
pub struct Folder(pub PathBuf);

impl Folder {
    /// Every mail to `address`, oldest first.
    pub fn mails_to(&self, address: &Email) -> Vec<Vec<u8>> {
        let files = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let files = files.filter(|file| file.path().extension().is_none_or(|extension| extension != "tmp"));
        let mut mails: Vec<_> = files
            .filter_map(|file| Some((file.metadata().ok()?.modified().ok()?, fs::read(file.path()).ok()?)))
            .filter(|(_, mail)| recipients(&parse_mail(mail).unwrap()).contains(address.as_str()))
            .collect();
        mails.sort();
        mails.into_iter().map(|(_, mail)| mail).collect()
    }
}

/// To whom it really went: the server notes it, since a header may say anything.
fn recipients(mail: &ParsedMail<'_>) -> String {
    let header = |name| mail.headers.get_first_value(name);
    header("X-RcptTo").or_else(|| header("To")).unwrap_or_default()
}

#[async_trait]
impl Mailbox for Folder {
    async fn letters_to(&self, address: &Email) -> Vec<Received> {
        self.mails_to(address).iter().map(|mail| received(&parse_mail(mail).unwrap())).collect()
    }
}

fn received(mail: &ParsedMail<'_>) -> Received {
    let part = |kind: &str| mail.parts().find(|part| part.ctype.mimetype == kind).expect(kind);
    // Quoted-printable and base64 keep lines as CRLF, and what people see has no more than line breaks.
    let text = |kind| part(kind).get_body().unwrap().replace("\r\n", "\n");
    Received {
        subject: mail.headers.get_first_value("Subject").unwrap(),
        text: text("text/plain"),
        html: text("text/html"),
    }
}

/// What a memory mailer keeps, which has no other form than the letter's own.
pub struct Sent(pub MemoryMailer);

#[async_trait]
impl Mailbox for Sent {
    async fn letters_to(&self, address: &Email) -> Vec<Received> {
        let letters = self.0.sent().into_iter().filter(|letter| letter.to == *address);
        let received = letters.map(|letter| {
            let blocks = letter.body.iter().map(|(Block::Text(text) | Block::Code(text))| text.as_str());
            let text = blocks.collect::<Vec<_>>().join("\n");
            let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            Received { subject: letter.subject.clone(), text, html }
        });
        received.collect()
    }
}
