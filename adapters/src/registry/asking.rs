//! What registries that speak JSON over HTTP have in common.
use domain_shared::RegistryError;
use reqwest::{RequestBuilder, StatusCode};

use crate::http::body;

/// More than that no registry has to say about one service.
const MOST_BYTES: usize = 1024 * 1024;

/// What came of a request: its status, and what was said.
pub(super) async fn ask(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), RegistryError> {
    // Without the address that was asked: it is known, and long.
    let discreet = |error: reqwest::Error| RegistryError::because(error.without_url());
    let answer = request.send().await.map_err(discreet)?;
    let status = answer.status();
    let said = body(answer, MOST_BYTES).await.map_err(RegistryError::because)?;
    Ok((status, said))
}

/// What a registry means that says no: its status and the beginning of what it said, which is a sentence.
pub(super) fn refusal(status: StatusCode, said: &[u8]) -> RegistryError {
    const SENTENCE: usize = 200;
    let said: String = String::from_utf8_lossy(said).chars().take(SENTENCE).collect();
    RegistryError::because(format!("it answers {}: {}", status.as_u16(), said.trim()))
}
