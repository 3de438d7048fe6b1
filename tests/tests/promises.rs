//! Each promise of `docs/security.md` is kept by a test that bears its id.
use std::{collections::BTreeSet, fs, path::Path};

/// All of the project's Rust sources.
fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            if name != "target" && !name.to_string_lossy().starts_with('.') {
                sources(&path, into);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn promised() -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let is_id = |cell: &str| {
        cell.split_once('-').is_some_and(|(area, number)| {
            area.bytes().all(|b| b.is_ascii_uppercase()) && number.len() == 2 && number.parse::<u8>().is_ok()
        })
    };
    let cells = page.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    cells.filter(|cell| is_id(cell)).map(str::to_owned).collect()
}

/// The names of all tests: of functions, and those that a list of cases gives them.
fn tests() -> BTreeSet<String> {
    let mut text = String::new();
    sources(root(), &mut text);
    let words: Vec<&str> = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
    let named = words.windows(2).filter(|pair| matches!(pair[0], "fn" | "as"));
    named.map(|pair| pair[1].to_owned()).collect()
}

#[test]
fn each_promise_has_a_test_that_bears_its_id() {
    let (promised, tests) = (promised(), tests());
    assert!(promised.len() >= 60, "the table is read: {promised:?}");
    let bears = |name: &str, id: &str| {
        let id = id.to_lowercase().replace('-', "_");
        name.starts_with(&format!("{id}_")) || name.contains(&format!("_{id}_"))
    };
    let broken: Vec<_> = promised.iter().filter(|id| !tests.iter().any(|name| bears(name, id))).collect();
    assert!(broken.is_empty(), "no test bears {broken:?}");
}
