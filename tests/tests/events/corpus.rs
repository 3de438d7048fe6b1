//! Events as they were emitted, by type: each file is one, in the form the log keeps it.
use std::{collections::BTreeMap, fs, path::PathBuf};

use domain_shared::StoredEvent;
use serde_json::Value;

use crate::contracts::root;

/// A file of the corpus.
pub struct Sample {
    pub file: PathBuf,
    pub json: Value,
}

impl Sample {
    pub fn event(&self) -> StoredEvent {
        serde_json::from_value(self.json.clone())
            .unwrap_or_else(|error| panic!("{}: {error}", self.file.display()))
    }

    pub fn data(&self) -> &Value {
        &self.json["data"]
    }
}

/// What is in a folder of the corpus.
pub fn samples_in(folder: &str) -> Vec<Sample> {
    let Ok(files) = fs::read_dir(fixtures().join(folder)) else { return Vec::new() };
    let read = |file: PathBuf| {
        let json = serde_json::from_str(&fs::read_to_string(&file).unwrap());
        Sample { json: json.unwrap_or_else(|error| panic!("{}: {error}", file.display())), file }
    };
    files.map(|entry| read(entry.unwrap().path())).collect()
}

/// The whole corpus, by type.
pub fn corpus() -> BTreeMap<String, Vec<Sample>> {
    let folders =
        fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let types = folders.filter(|folder| folder.contains(".v"));
    types.map(|kind| (kind.clone(), samples_in(&kind))).collect()
}

fn fixtures() -> PathBuf {
    root().join("tests/fixtures/events")
}
