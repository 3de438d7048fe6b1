//! Asking others by HTTP: nobody is waited for long, and nothing that is said is swallowed whole.
use std::time::Duration;

use reqwest::{Client, Response, redirect::Policy};

/// How long an answer may take, all of it.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long it may take to be connected.
const CONNECT: Duration = Duration::from_secs(2);

/// Who asks at an address of that `scheme`, and nowhere else: no redirection is followed, and no proxy asked.
///
/// # Errors
/// If this machine has no certificates for https.
pub(crate) fn client(scheme: &str) -> reqwest::Result<Client> {
    let client = Client::builder().timeout(PATIENCE).connect_timeout(CONNECT);
    let client = client.redirect(Policy::none()).no_proxy();
    // Without https no certificate is needed, and a small image may have none.
    let client = if scheme == "https" { client } else { client.tls_certs_only([]) };
    client.build()
}

/// Why an answer can't be read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// It broke off.
    #[error("the answer breaks off")]
    BrokenOff(#[source] reqwest::Error),
    /// It is more than anybody needs.
    #[error("the answer is too long")]
    TooLong,
}

/// All of an answer, if it has no more than `most` bytes.
pub(crate) async fn body(mut answer: Response, most: usize) -> Result<Vec<u8>, Unread> {
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(Unread::BrokenOff)? {
        body.extend_from_slice(&part);
        if body.len() > most {
            return Err(Unread::TooLong);
        }
    }
    Ok(body)
}
