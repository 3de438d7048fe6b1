//! The table of events, for people.
use std::fmt::Write as _;

use super::{Contract, ENVELOPE};

/// The page about all `contracts`, and about the types that are only found in old events.
#[must_use]
pub fn readme(contracts: &[Contract], retired: &[&str]) -> String {
    let mut page = BEFORE.to_owned();
    for Contract { kind, service, when, .. } in contracts {
        line(&mut page, &format!("| [{kind}]({kind}.json) | {service} | {when} |"));
    }
    if !retired.is_empty() {
        line(&mut page, "\n## Retired\n\nNo longer sent, but still found in histories:\n");
        for kind in retired {
            line(&mut page, &format!("- [{kind}]({kind}.json)"));
        }
    }
    page.replace("ENVELOPE", ENVELOPE)
}

fn line(page: &mut String, text: &str) {
    writeln!(page, "{text}").expect("a string takes everything");
}

const BEFORE: &str = "\
# Events

Written by `cargo run -p tests --example event-docs` from the types in the code; a test fails where they differ.

What happens to a user, a session or a product, and what is about security, is published as a CloudEvent 1.0 in JSON
([ENVELOPE.json](ENVELOPE.json)) on the durable topic exchange `panal.events`, with its type as routing key. The files below describe its `data` as JSON Schema
(2020-12); published, it names the aggregate, too, as `user_id`, `session_id`, `product_id` or `security_id`. From where
something was asked for isn't published; `auth-service audit` tells it.
[asyncapi.json](asyncapi.json) has all of this as AsyncAPI 3.0.

An event comes at least once, always with the same `id`: remember the ids you have dealt with. Those with one `subject` come in
order, with `sequence` counting up. No event holds a password, a hash, a code or a token.

## What may change

Within a version, only this, and you must be ready for it:

- There may be fields that you don't know. Ignore them.
- An optional field may be `null` or absent, which means the same.
- A vocabulary (`x-extensible-enum`) may have words that you don't know.

Anything else, a field gone, renamed or of another type, a limit or a list of values wider or narrower, is a new version with
another type, such as `product.created.v2`, beside which the old one is no longer sent.

## Types

| type | sent by | when |
|---|---|---|
";
