//! What a world is made in: ports, programs, servers.
use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    sync::LazyLock,
};

use serde_json::Value;

pub use super::free_port::free_port;

pub fn required(name: &str) -> String {
    let found = std::env::vars().find(|(key, _)| key == name);
    found.unwrap_or_else(|| panic!("{name} is not set; run the tests with scripts/test")).1
}

pub fn smtp_settings() -> Vec<(String, String)> {
    let url = required("TEST_SMTP_URL");
    let (host, port) =
        url.trim_start_matches("smtp://").split_once(':').expect("TEST_SMTP_URL is smtp://host:port");
    [("MAIL_SERVER", host), ("MAIL_PORT", port), ("MAIL_STARTTLS", "false")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// The folder of our programs, which are built first if need be.
pub static BINARIES: LazyLock<PathBuf> = LazyLock::new(|| {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "-p", "bins", "--message-format=json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(built.status.success(), "the programs can't be built");
    let panal = BufReader::new(&built.stdout[..])
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(&line.unwrap()).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .find(|path| path.ends_with("panal"));
    panal.expect("cargo names the executables it built").parent().unwrap().to_owned()
});
