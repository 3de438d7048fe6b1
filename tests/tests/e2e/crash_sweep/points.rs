//! Where processes die: every crash point there is, in each deployment that comes by it.
use std::{collections::BTreeSet, fs, path::Path};

/// A program that dies at a place, the `nth` time it comes by. By then the load is under way, and not yet over, however
/// much is done at once.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    pub name: &'static str,
    pub program: &'static str,
    pub nth: u32,
}

const fn at(program: &'static str, name: &'static str, nth: u32) -> Point {
    Point { name, program, nth }
}

/// product-service with a process of its own, on `PostgreSQL` and `RabbitMQ`.
pub const PRODUCT: &[Point] = &[
    at("product-service", "store.before_commit", 20),
    at("product-service", "store.after_commit", 20),
    at("product-service", "publish.before_send", 12),
    at("product-service", "publish.before_confirm", 2),
    at("product-service", "publish.after_confirm", 2),
    at("product-service", "checkpoint.before_commit", 2),
    at("product-service", "checkpoint.after_commit", 2),
    at("product-service", "projection.before_commit", 4),
    at("product-service", "projection.after_commit", 4),
    at("product-service", "inbox.before_record", 3),
    at("product-service", "inbox.after_record", 3),
    at("product-service", "ack.before", 3),
    at("product-service", "ack.after", 3),
    at("product-service", "revocation.before_keep", 2),
    at("product-service", "revocation.after_keep", 2),
];

/// auth-service likewise.
pub const AUTH: &[Point] = &[
    at("auth-service", "store.before_commit", 8),
    at("auth-service", "store.after_commit", 8),
    at("auth-service", "publish.before_send", 6),
    at("auth-service", "publish.before_confirm", 2),
    at("auth-service", "publish.after_confirm", 2),
    at("auth-service", "checkpoint.before_commit", 2),
    at("auth-service", "checkpoint.after_commit", 2),
    at("auth-service", "projection.before_commit", 2),
    at("auth-service", "projection.after_commit", 2),
    at("auth-service", "inbox.before_record", 3),
    at("auth-service", "inbox.after_record", 3),
    at("auth-service", "ack.before", 3),
    at("auth-service", "ack.after", 3),
];

/// Both in one process, on `SQLite` and without a broker.
pub const PANAL: &[Point] = &[
    at("panal", "store.before_commit", 25),
    at("panal", "store.after_commit", 25),
    at("panal", "checkpoint.before_commit", 12),
    at("panal", "checkpoint.after_commit", 12),
    at("panal", "projection.before_commit", 12),
    at("panal", "projection.after_commit", 12),
    at("panal", "inbox.before_record", 4),
    at("panal", "inbox.after_record", 4),
    at("panal", "revocation.before_keep", 2),
    at("panal", "revocation.after_keep", 2),
];

fn swept() -> impl Iterator<Item = &'static Point> {
    [PRODUCT, AUTH, PANAL].into_iter().flatten()
}

#[test]
fn every_crash_point_is_swept() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters/src");
    let (mut folders, mut names) = (vec![sources], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            let calls = source.split("crash_point(\"").skip(1);
            names.extend(calls.map(|rest| rest.split_once('"').unwrap().0.to_owned()));
        }
    }
    let swept: BTreeSet<_> = swept().map(|point| point.name.to_owned()).collect();
    assert_eq!(names, swept, "in the code, and in the sweep");
}

#[test]
fn every_outcome_is_in_the_matrix() {
    let page = include_str!("../../../../docs/reliability.md");
    let cells = |row: &'static str| {
        row.split('|').map(|cell| cell.trim_matches([' ', '`'])).skip(1).take(2).collect()
    };
    // The table that explains the points tells of no outcome.
    let rows = page.lines().filter(|line| line.starts_with("| `") && line.ends_with(" held |"));
    let kept: Vec<Vec<_>> = rows.map(cells).collect();
    let swept: Vec<Vec<_>> = swept().map(|point| vec![point.name, point.program]).collect();
    assert_eq!(kept, swept, "in docs/reliability.md, and in the sweep");
}
