//! What comes from others, and what goes out to others.
use std::{fs, path::Path};

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(name)).unwrap()
}

/// The versions of `name` in Cargo.lock.
fn locked(name: &str) -> Vec<Vec<u32>> {
    let lock = file("Cargo.lock");
    let packages = lock.split("[[package]]");
    let of = |package: &str, field: &str| {
        let line =
            package.lines().find_map(|line| line.strip_prefix(&format!("{field} = \"")).map(str::to_owned));
        line.map(|line| line.trim_end_matches('"').to_owned())
    };
    packages
        .filter(|package| of(package, "name").as_deref() == Some(name))
        .map(|package| {
            let version = of(package, "version").unwrap();
            version.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
        })
        .collect()
}

#[test]
fn sup_01_versions_with_known_holes_do_not_come_back() {
    for (name, floor, hole) in [
        ("jsonwebtoken", vec![10, 3, 0], "CVE-2026-25537, which the advisory database lacks"),
        ("diesel", vec![2, 2, 3], "RUSTSEC-2024-0365"),
        ("lettre", vec![0, 11, 0], "RUSTSEC-2021-0069"),
        ("tokio", vec![1, 43, 1], "RUSTSEC-2025-0023"),
    ] {
        let found = locked(name);
        assert!(!found.is_empty(), "{name} is used");
        assert!(found.iter().all(|version| *version >= floor), "{name} {found:?}: {hole}");
    }
    for out in ["pq-sys", "openssl-sys", "native-tls"] {
        assert!(locked(out).is_empty(), "{out} is in the tree");
    }
    let workflow = file(".github/workflows/ci.yml");
    assert!(file("scripts/test").contains("supply-chain") && workflow.contains(".ci/run"));
}

#[test]
fn sup_02_the_image_runs_as_nobody_in_particular_and_holds_no_secret() {
    let dockerfile = file("Dockerfile");
    let lines = || dockerfile.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let user = lines().filter_map(|line| line.strip_prefix("USER ")).next_back().unwrap();
    assert!(user.split(':').all(|id| id.parse::<u32>().unwrap() >= 1000), "{user}");
    let froms: Vec<_> = lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
    let stages: Vec<_> =
        froms.iter().filter_map(|from| from.split_once(" AS ")).map(|(_, name)| name).collect();
    let images = froms.iter().map(|from| from.split(' ').next().unwrap());
    for image in images.filter(|image| !stages.contains(image)) {
        let tag = image.rsplit_once(':').map_or("latest", |(_, tag)| tag);
        assert!(tag != "latest", "{image} is another every day");
    }
    for line in lines() {
        for secret in ["SECRET_KEY", "PASSWORD", "PRIVATE_KEY", ".pem", "ADD "] {
            assert!(!line.contains(secret), "{line}");
        }
    }
    let ignored = file(".dockerignore");
    let let_in: Vec<_> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    assert!(ignored.lines().any(|line| line == "*"), "only what is named gets into the build");
    assert!(!let_in.iter().any(|name| ["target", "data", ".git", ".env"].contains(name)), "{let_in:?}");
}
