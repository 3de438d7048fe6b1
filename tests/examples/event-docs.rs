//! Writes `docs/events` and the schemas that count as released, unless the code breaks what one of them promised.
use std::{fs, process::ExitCode};

#[path = "../contracts/mod.rs"]
mod contracts;

use contracts::{broken_promises, documents, released, root};

fn main() -> ExitCode {
    let released = released();
    let broken = broken_promises(&released);
    if !broken.is_empty() {
        eprintln!("{}\n\nNothing was written.", broken.join("\n\n"));
        return ExitCode::FAILURE;
    }
    for (path, text) in documents(released.keys().map(String::as_str)) {
        let file = root().join(&path);
        let folder = file.parent().expect("every file is in a folder");
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&file, text))
            .expect("the repository can be written");
        println!("{path}");
    }
    ExitCode::SUCCESS
}
