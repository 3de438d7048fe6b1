//! Letters on their way out: to a mail server, into a folder, or nowhere.
#[cfg(feature = "mail-folder")]
pub mod folder;
#[cfg(feature = "memory")]
pub mod memory;
#[cfg(any(feature = "smtp", feature = "mail-folder"))]
mod render;
#[cfg(feature = "smtp")]
pub mod smtp;
