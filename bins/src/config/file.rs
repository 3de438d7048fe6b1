//! Flags over environment over file over defaults, and refusals that name the setting.
use std::{collections::BTreeMap, ffi::OsString};

use clap::{
    Arg, Command, CommandFactory, FromArgMatches,
    error::{ContextKind, ContextValue, ErrorKind},
};

/// Why the configuration isn't accepted, or what was asked for instead (`--help`).
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    text: String,
    /// Whether this is an error, rather than help.
    pub is_error: bool,
}

impl Refusal {
    /// `setting` is refused because it breaks `rule`.
    #[must_use]
    pub fn of(setting: &str, rule: &str) -> Self {
        Self { text: format!("{setting} {rule}"), is_error: true }
    }
}

pub(super) fn parse<P: CommandFactory + FromArgMatches>(
    args: impl IntoIterator<Item = OsString>,
) -> Result<P, Refusal> {
    let args: Vec<OsString> = args.into_iter().collect();
    let config = Arg::new("config")
        .long("config")
        .env("PANAL_CONFIG")
        .global(true)
        .help("A TOML file with settings: the flags' names with underscores, such as auth_port = 8001");
    let command = P::command().arg(config.clone());
    let path = Command::new("panal")
        .arg(config)
        .ignore_errors(true)
        .disable_help_flag(true)
        .allow_external_subcommands(true)
        .try_get_matches_from(only_config(&args))
        .ok()
        .and_then(|matches| matches.get_one::<String>("config").cloned());
    let settings = path.map_or_else(|| Ok(BTreeMap::new()), |path| read(&path))?;
    if let Some(unknown) =
        settings.keys().find(|key| !command.get_arguments().any(|arg| arg.get_id() == key.as_str()))
    {
        return Err(Refusal::of(unknown, "in the configuration file is no setting"));
    }
    let command = command.mut_args(|arg| match settings.get(arg.get_id().as_str()) {
        Some(value) => arg.default_value(value.clone()),
        None => arg,
    });
    let matches = command.try_get_matches_from(args).map_err(|error| refusal(&error))?;
    P::from_arg_matches(&matches).map_err(|error| refusal(&error))
}

/// The program's name and `--config` with its value: all that matters before the file is read.
fn only_config(args: &[OsString]) -> Vec<OsString> {
    let mut kept: Vec<OsString> = args.first().cloned().into_iter().collect();
    for (i, arg) in args.iter().enumerate() {
        let text = arg.to_string_lossy();
        if text == "--config" {
            kept.extend(args.iter().skip(i).take(2).cloned());
        } else if text.starts_with("--config=") {
            kept.push(arg.clone());
        }
    }
    kept
}

fn read(path: &str) -> Result<BTreeMap<String, String>, Refusal> {
    let text = std::fs::read_to_string(path)
        .map_err(|_| Refusal::of("PANAL_CONFIG", "names a file that can't be read"))?;
    let table: toml::Table =
        text.parse().map_err(|_| Refusal::of("PANAL_CONFIG", "names a file that is not TOML"))?;
    let flat = |value: toml::Value| match value {
        toml::Value::String(text) => text,
        toml::Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(","),
        other => other.to_string(),
    };
    Ok(table.into_iter().map(|(key, value)| (key, flat(value))).collect())
}

/// clap repeats a bad value in its message; a setting's value may be a secret, so this names the setting only.
fn refusal(error: &clap::Error) -> Refusal {
    if matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue) {
        let flag = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(flag)) => {
                flag.split(' ').next().unwrap_or_default().trim_start_matches('-').to_owned()
            }
            _ => "a setting".to_owned(),
        };
        let rule =
            std::error::Error::source(error).map_or_else(|| "is not valid".to_owned(), ToString::to_string);
        return Refusal::of(&flag.replace('-', "_").to_uppercase(), &rule);
    }
    Refusal { text: error.render().to_string(), is_error: error.use_stderr() }
}
