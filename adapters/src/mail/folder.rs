//! Letters into a folder, for a developer to look at.
use std::{
    fs, io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use async_trait::async_trait;
use domain_shared::{Clock, Email, Letter, MailError, Mailer};
use lettre::message::Mailbox;

use super::render::{render, sender};
use crate::system::SystemClock;

/// Writes each letter to a `.eml` file, which any mail program opens. Clones share the folder.
#[derive(Debug, Clone)]
pub struct MailFolder {
    path: Arc<Path>,
    from: Mailbox,
    count: Arc<AtomicU32>,
}

impl MailFolder {
    /// Letters from `from` go to the folder at `path`, which is made if it isn't there.
    ///
    /// # Errors
    /// If the folder can't be made, or the sender's address makes no sense.
    pub fn new(path: &Path, from: &Email, from_name: &str) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let from = sender(from, from_name).map_err(io::Error::other)?;
        Ok(Self { path: path.into(), from, count: Arc::default() })
    }

    /// Where the letters are.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The newest `most` letters as they were written, the newest first.
    ///
    /// # Errors
    /// If the folder can't be read.
    pub fn newest(&self, most: usize) -> io::Result<Vec<Vec<u8>>> {
        let mut files: Vec<PathBuf> =
            fs::read_dir(&self.path)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
        // Names begin with the time.
        files.sort_by(|a, b| b.cmp(a));
        files.iter().take(most).map(fs::read).collect()
    }

    fn write(&self, letter: &Letter) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let message = render(letter, &self.from)?.formatted();
        let time = SystemClock.now().format("%Y%m%dT%H%M%S%.6f");
        let (process, count) = (std::process::id(), self.count.fetch_add(1, Ordering::Relaxed));
        let to: String =
            letter.to.as_str().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let name = self.path.join(format!("{time}-{process}-{count}-{to}"));
        let draft = name.with_added_extension("tmp");
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        io::Write::write_all(&mut file, &message)?;
        fs::rename(draft, name.with_added_extension("eml"))?;
        Ok(())
    }
}

#[async_trait]
impl Mailer for MailFolder {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        self.write(letter).map_err(MailError::Unavailable)
    }
}
