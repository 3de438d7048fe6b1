//! Reading the mail that was sent.
use std::{fs, path::PathBuf};

use mailparse::{MailHeaderMap, ParsedMail};

use super::world::eventually;

pub enum Mails {
    /// `.eml` files.
    Folder(PathBuf),
    /// What the SMTP server keeps.
    Maildir(PathBuf),
}

impl Mails {
    /// The text of every mail to `address`, oldest first.
    pub fn texts_to(&self, address: &str) -> Vec<String> {
        let folder = match self {
            Self::Folder(folder) => folder.clone(),
            Self::Maildir(folder) => folder.join("new"),
        };
        let files = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        let mut mails: Vec<_> = files
            .filter(|file| file.path().extension().is_none_or(|extension| extension != "tmp"))
            .filter_map(|file| Some((file.metadata().ok()?.modified().ok()?, fs::read(file.path()).ok()?)))
            .collect();
        mails.sort();
        mails
            .iter()
            .filter_map(|(_, raw)| {
                let mail = mailparse::parse_mail(raw).ok()?;
                let to = mail.headers.get_first_value("To")?;
                to.contains(address).then(|| plain_text(&mail).unwrap_or_default())
            })
            .collect()
    }

    pub fn codes_to(&self, address: &str) -> Vec<String> {
        self.texts_to(address).iter().filter_map(|text| code_in(text)).collect()
    }

    /// The code in the first mail to `address` beyond the `seen` that had come before.
    pub async fn code_to(&self, address: &str, seen: usize) -> String {
        eventually("a code comes by mail", async || self.codes_to(address).len() > seen).await;
        self.codes_to(address).pop().unwrap()
    }
}

fn plain_text(mail: &ParsedMail<'_>) -> Option<String> {
    if mail.ctype.mimetype == "text/plain" {
        return mail.get_body().ok();
    }
    mail.subparts.iter().find_map(plain_text)
}

fn code_in(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit())).map(str::to_owned).next()
}
