//! Where traces go: the settings that `OpenTelemetry`'s specification names.
use std::collections::HashMap;

use adapters::{
    system::UuidV7,
    traces::{Destination, Sampling},
};
use domain_shared::IdGenerator;
use percent_encoding::percent_decode_str;

use super::{Refusal, Settings, parse::List};

/// Which traces are made, as `OTEL_TRACES_SAMPLER` says it.
#[derive(Debug, Clone, Copy)]
pub struct Sampler {
    /// Whether those whom others have begun are made if they say so.
    asks_others: bool,
    /// The share of the rest; `OTEL_TRACES_SAMPLER_ARG` says it, if this doesn't.
    share: Option<f64>,
}

/// A sampler by its name in the specification.
pub(super) fn sampler(raw: &str) -> Result<Sampler, String> {
    let (asks_others, name) = match raw.trim().strip_prefix("parentbased_") {
        Some(rest) => (true, rest),
        None => (false, raw.trim()),
    };
    let share = match name {
        "always_on" => Some(1.0),
        "always_off" => Some(0.0),
        "traceidratio" => None,
        _ => {
            return Err(
                "must be always_on, always_off or traceidratio, with or without parentbased_".to_owned()
            );
        }
    };
    Ok(Sampler { asks_others, share })
}

/// Names and values, `name=value,name=value`, where a value has its commas and the like as percent signs and digits.
pub(super) fn pairs(raw: &str) -> Result<List<(String, String)>, String> {
    let parts = raw.split(',').map(str::trim).filter(|part| !part.is_empty());
    let pair = |part: &str| {
        let (name, value) = part.split_once('=')?;
        let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
        (!name.trim().is_empty()).then(|| (name.trim().to_owned(), value.into_owned()))
    };
    let pairs: Option<_> = parts.map(pair).collect();
    pairs
        .map(List)
        .ok_or_else(|| "must be name=value, separated by commas, with values percent-encoded".to_owned())
}

/// Where the program of that name sends its traces; `None` if it makes none.
///
/// # Errors
/// A [`Refusal`] that names the setting, never its value.
pub fn choose(settings: &Settings, program: &str) -> Result<Option<Destination>, Refusal> {
    if !settings.is_traced() {
        return Ok(None);
    }
    let given = &settings.otel_resource_attributes.0;
    let named = given.iter().find(|(key, _)| key == "service.name").map(|(_, name)| name.as_str());
    let service = settings.otel_service_name.as_deref().filter(|name| !name.is_empty()).or(named);
    let ours = [
        ("service.version", env!("CARGO_PKG_VERSION").to_owned()),
        ("service.instance.id", UuidV7.next_id().to_string()),
        ("deployment.environment.name", settings.environment.name().to_owned()),
    ];
    let ours = ours.into_iter().map(|(key, value)| (key.to_owned(), value));
    Ok(Some(Destination {
        endpoint: endpoint(settings)?,
        headers: settings.otel_exporter_otlp_headers.0.iter().cloned().collect::<HashMap<_, _>>(),
        service: service.unwrap_or(program).to_owned(),
        resource: ours.chain(given.iter().cloned()).collect(),
        sampling: sampling(settings),
    }))
}

/// Where a collector takes traces, below the address that it has for everything.
fn endpoint(settings: &Settings) -> Result<String, Refusal> {
    let refusal = || {
        let rule =
            "must be the http or https address of a collector that takes OTLP, such as http://127.0.0.1:4318";
        Refusal::of("OTEL_EXPORTER_OTLP_ENDPOINT", rule)
    };
    let given = settings.otel_exporter_otlp_endpoint.as_deref().unwrap_or_default().trim();
    let url = url::Url::parse(given).map_err(|_| refusal())?;
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() {
        return Err(refusal());
    }
    Ok(format!("{}/v1/traces", url.as_str().trim_end_matches('/')))
}

fn sampling(settings: &Settings) -> Sampling {
    let Sampler { asks_others, share } = settings.otel_traces_sampler;
    let share = share.or(settings.otel_traces_sampler_arg).unwrap_or(1.0);
    if asks_others { Sampling::OfOurs(share) } else { Sampling::OfAll(share) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[derive(clap::Parser)]
    struct Program {
        #[command(flatten)]
        settings: Settings,
    }

    fn chosen(args: &[&str]) -> Result<Option<Destination>, Refusal> {
        let args = ["auth-service"].iter().chain(args).map(Into::into);
        choose(&Config::parse::<Program>(args)?.settings, "auth-service")
    }

    const COLLECTOR: &str = "--otel-exporter-otlp-endpoint=http://127.0.0.1:4318/";

    #[test]
    fn without_a_collector_no_traces_are_made() {
        assert!(chosen(&[]).unwrap().is_none());
        assert!(chosen(&["--otel-exporter-otlp-endpoint="]).unwrap().is_none());
    }

    #[test]
    fn a_collector_is_told_who_we_are() {
        let there = chosen(&[COLLECTOR]).unwrap().unwrap();
        assert_eq!(
            (there.endpoint.as_str(), there.service.as_str()),
            ("http://127.0.0.1:4318/v1/traces", "auth-service")
        );
        assert_eq!(there.sampling, Sampling::OfOurs(1.0));

        let more = [
            COLLECTOR,
            "--otel-resource-attributes=service.name=shop,region=eu%2Fwest",
            "--otel-exporter-otlp-headers=authorization=Basic%20abc",
            "--otel-traces-sampler=traceidratio",
            "--otel-traces-sampler-arg=0.25",
        ];
        let there = chosen(&more).unwrap().unwrap();
        assert_eq!((there.service.as_str(), there.headers["authorization"].as_str()), ("shop", "Basic abc"));
        assert!(there.resource.contains(&("region".to_owned(), "eu/west".to_owned())));
        assert_eq!(there.sampling, Sampling::OfAll(0.25));
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_its_name() {
        for (args, setting) in [
            (&["--otel-exporter-otlp-endpoint=collector:4318"][..], "OTEL_EXPORTER_OTLP_ENDPOINT"),
            (
                &[COLLECTOR, "--otel-traces-sampler=traceidratio", "--otel-traces-sampler-arg=2"],
                "OTEL_TRACES_SAMPLER_ARG",
            ),
            (&[COLLECTOR, "--otel-traces-sampler=sometimes"], "OTEL_TRACES_SAMPLER"),
            (&[COLLECTOR, "--otel-exporter-otlp-headers=abc"], "OTEL_EXPORTER_OTLP_HEADERS"),
        ] {
            let refusal = chosen(args).err().unwrap().to_string();
            assert!(refusal.starts_with(&format!("{setting} must")), "{refusal}");
        }
    }
}
