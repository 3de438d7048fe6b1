//! What people at the terminal are told. Whoever listens no more (`panal | head`) needn't be told.
use std::io::{self, Write};

/// Tells `text` on standard output.
pub fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Tells `text` on standard error.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
