//! Which way the arrows run: `app-*` → `domain-*` → `domain-shared`, `adapters` → `domain-*`, `bins` → everything.
use std::{collections::BTreeSet, fs, path::Path};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

fn workspace() -> Metadata {
    MetadataCommand::new().no_deps().exec().unwrap()
}

fn package<'a>(metadata: &'a Metadata, name: &str) -> &'a Package {
    metadata
        .packages
        .iter()
        .find(|package| package.name == name)
        .unwrap_or_else(|| panic!("there is no crate {name}"))
}

/// What the crate needs to be built, by name: of this house, and of others.
fn needs(metadata: &Metadata, name: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let built = package(metadata, name).dependencies.iter().filter(|d| d.kind != DependencyKind::Development);
    built
        .map(|dependency| dependency.name.clone())
        .partition(|name| metadata.packages.iter().any(|p| p.name == *name))
}

/// What the crate needs only for a feature.
fn optional(metadata: &Metadata, name: &str) -> BTreeSet<String> {
    let optional = package(metadata, name).dependencies.iter().filter(|dependency| dependency.optional);
    optional.map(|dependency| dependency.name.clone()).collect()
}

#[track_caller]
fn assert_within(name: &str, found: &BTreeSet<String>, allowed: &[&str]) {
    let beyond: Vec<_> = found.iter().filter(|found| !allowed.contains(&found.as_str())).collect();
    assert!(beyond.is_empty(), "{name} may depend on {allowed:?}, not on {beyond:?}");
}

#[test]
fn arrows_run_one_way() {
    let metadata = workspace();
    let domains = ["domain-auth", "domain-product", "domain-shared"];
    let all = ["adapters", "app-auth", "app-product", "domain-auth", "domain-product", "domain-shared"];
    for (name, allowed) in [
        ("domain-shared", &[][..]),
        ("domain-auth", &["domain-shared"]),
        ("domain-product", &["domain-shared"]),
        ("app-auth", &["domain-auth", "domain-shared"]),
        ("app-product", &["domain-product", "domain-shared"]),
        ("adapters", &domains),
        ("bins", &all),
        ("tests", &domains),
    ] {
        assert_within(name, &needs(&metadata, name).0, allowed);
    }
    assert_eq!(metadata.packages.len(), 8, "a new crate needs an arrow here");
}

#[test]
fn domain_and_application_depend_on_nothing_that_does_anything() {
    const PURE: [&str; 6] = ["async-trait", "chrono", "serde", "serde_json", "thiserror", "uuid"];
    let metadata = workspace();
    for name in ["domain-shared", "domain-product", "app-auth", "app-product"] {
        assert_within(name, &(&needs(&metadata, name).1 - &optional(&metadata, name)), &PURE);
    }
    // docs/adr/0003-unicode-normalization-in-the-domain.md
    let with_tables = [&PURE[..], &["unicode-normalization"]].concat();
    let needed = &needs(&metadata, "domain-auth").1 - &optional(&metadata, "domain-auth");
    assert_within("domain-auth", &needed, &with_tables);
}

#[test]
fn domain_and_application_describe_their_events_only_when_asked_to() {
    let metadata = workspace();
    for name in ["domain-auth", "domain-product", "domain-shared", "app-auth", "app-product"] {
        // docs/adr/0011-event-contracts.md
        assert_within(name, &optional(&metadata, name), &["schemars"]);
        assert!(!package(&metadata, name).features.contains_key("default"), "{name} has default features");
    }
    for package in &metadata.packages {
        let built = package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development);
        for dependency in built.filter(|dependency| dependency.name.starts_with("domain-")) {
            assert!(
                dependency.features.is_empty(),
                "{} asks {} for a feature",
                package.name,
                dependency.name
            );
        }
    }
}

#[test]
fn only_the_binaries_know_the_web_framework() {
    let metadata = workspace();
    for package in metadata.packages.iter().filter(|package| package.name != "bins") {
        let web =
            |name: &str| ["actix", "utoipa", "clap", "hyper", "axum"].iter().any(|web| name.starts_with(web));
        let found: Vec<_> = package.dependencies.iter().filter(|d| web(&d.name)).map(|d| &d.name).collect();
        assert!(found.is_empty(), "{} depends on {found:?}", package.name);
    }
}

#[test]
fn every_technology_of_the_adapters_is_behind_its_feature() {
    let metadata = workspace();
    let adapters = package(&metadata, "adapters");
    assert!(!adapters.features.contains_key("default"), "nobody gets a technology they didn't ask for");
    let always: BTreeSet<String> = adapters
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal && !dependency.optional)
        .map(|dependency| dependency.name.clone())
        .collect();
    let ports =
        ["async-trait", "chrono", "domain-auth", "domain-product", "domain-shared", "thiserror", "uuid"];
    assert_within("adapters without features", &always, &ports);
}

#[test]
fn the_conformance_suite_names_no_adapter() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![sources];
    while let Some(folder) = folders.pop() {
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if file.is_dir() {
                folders.push(file);
                continue;
            }
            let source = fs::read_to_string(&file).unwrap();
            let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
            let named: Vec<_> = code.filter(|line| line.contains("adapters::")).collect();
            assert!(named.is_empty(), "{}: {named:?}", file.display());
        }
    }
}
