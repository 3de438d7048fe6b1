//! The mail folder.
use std::{cell::RefCell, os::unix::fs::PermissionsExt};

use adapters::mail::folder::MailFolder;
use domain_shared::{Block, Language, Letter, Mailer};
use mailparse::MailHeaderMap;
use tempfile::TempDir;

use super::{inbox::Folder, *};

/// A mail folder that is removed when the test ends.
fn fresh() -> (MailFolder, Folder) {
    thread_local! { static FOLDERS: RefCell<Vec<TempDir>> = const { RefCell::new(Vec::new()) }; }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("made/if/need/be");
    FOLDERS.with_borrow_mut(|folders| folders.push(folder));
    (MailFolder::new(&path, &sender(), "Panal").unwrap(), Folder(path))
}

conformance::mailer!(fresh());

fn code(to: &str, code: &str) -> Letter {
    Letter {
        to: Email::parse(to.to_owned()).unwrap(),
        language: Language::Es,
        subject: "Código".to_owned(),
        body: vec![Block::Text("Tu código:".to_owned()), Block::Code(code.to_owned())],
    }
}

#[tokio::test]
async fn a_person_reads_the_code_in_the_file_as_it_is() {
    let (mailer, _) = fresh();
    mailer.send(&code("ada@example.com", "012345")).await.unwrap();
    let raw = String::from_utf8(mailer.newest(1).unwrap().remove(0)).unwrap();
    assert!(raw.contains("\r\n    012345\r\n"), "{raw}");
}

#[tokio::test]
async fn nobody_else_reads_the_file_and_nothing_half_written_is_left() {
    let (mailer, Folder(path)) = fresh();
    mailer.send(&code("/a/!#$%&'*+=?^_`{|}~@example.com", "012345")).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(path).unwrap().map(Result::unwrap).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let name = files[0].file_name().into_string().unwrap();
    let bare = name.strip_suffix(".eml").expect("a mail program opens it");
    assert!(bare.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c)), "{name}");
    assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn the_newest_come_first() {
    let (mailer, _) = fresh();
    assert!(mailer.newest(5).unwrap().is_empty());
    for n in 0..12 {
        mailer.send(&code("ada@example.com", &format!("{n:06}"))).await.unwrap();
    }
    let newest = mailer.newest(5).unwrap();
    let codes: Vec<bool> = (0..5)
        .map(|i| String::from_utf8_lossy(&newest[i]).contains(&format!("    {:06}\r\n", 11 - i)))
        .collect();
    assert_eq!(codes, [true; 5]);
}

#[tokio::test]
async fn a_mail_says_from_whom_when_and_in_which_language() {
    let (mailer, _) = fresh();
    mailer.send(&code("ada@example.com", "012345")).await.unwrap();
    let raw = mailer.newest(1).unwrap().remove(0);
    let mail = mailparse::parse_mail(&raw).unwrap();
    let header = |name| mail.headers.get_first_value(name).unwrap_or_default();
    assert_eq!(header("From"), "Panal <panal@example.com>");
    assert_eq!(header("To"), "ada@example.com");
    assert!(header("Message-ID").ends_with("@example.com>"), "{}", header("Message-ID"));
    assert!(mailparse::dateparse(&header("Date")).is_ok_and(|date| date > 1_700_000_000));
    assert!(mail.subparts[1].get_body().unwrap().contains("lang=\"es\""));
}
