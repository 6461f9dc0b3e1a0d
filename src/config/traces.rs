//! The settings of traces, under OpenTelemetry's own names. What is not checked here is read by its crates.

use clap::Args;
use url::Url;

use super::{Unusable, base, unusable};

/// Sending traces to a collector.
#[derive(Args, Clone, Debug)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub struct TracesArgs {
    /// The collector that traces are sent to by OTLP over HTTP, such as http://127.0.0.1:4318; off unless set. The other
    /// OTEL_ variables are read from the environment alone
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", default_value = "", hide_env_values = true, value_name = "URL")]
    otlp_endpoint: String,
}

/// Where traces are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The collector; `None` where `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` says it.
    pub endpoint: Option<String>,
}

impl TracesArgs {
    /// Checks what is set.
    ///
    /// # Errors
    /// The first setting that cannot be used, in words.
    pub fn settings(&self) -> Result<Option<Wanted>, Unusable> {
        self.read(|name| std::env::var(name).unwrap_or_default().trim().to_owned())
    }

    fn read(&self, said: impl Fn(&'static str) -> String) -> Result<Option<Wanted>, Unusable> {
        const OWN: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
        let (endpoint, own) = (self.otlp_endpoint.trim(), said(OWN));
        if said("OTEL_SDK_DISABLED").eq_ignore_ascii_case("true") || (endpoint.is_empty() && own.is_empty()) {
            return Ok(None);
        }
        match said("OTEL_TRACES_EXPORTER").as_str() {
            "none" => return Ok(None),
            "" | "otlp" => {}
            _ => return Err(unusable("OTEL_TRACES_EXPORTER", "must be otlp or none")),
        }
        for name in ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"] {
            match said(name).as_str() {
                "" => {}
                "http/protobuf" => break,
                _ => return Err(unusable(name, "must be http/protobuf, the one protocol that is spoken here")),
            }
        }
        sampler(&said("OTEL_TRACES_SAMPLER"), &said("OTEL_TRACES_SAMPLER_ARG"))?;
        if own.is_empty() {
            base("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)?;
            return Ok(Some(Wanted { endpoint: Some(endpoint.to_owned()) }));
        }
        let is_url = Url::parse(&own).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if is_url { Ok(Some(Wanted { endpoint: None })) } else { Err(unusable(OWN, "must be an http or https URL")) }
    }
}

/// A sampler that nobody knows would be taken for another, and a share that is none for all.
fn sampler(name: &str, argument: &str) -> Result<(), Unusable> {
    match name {
        "" | "always_on" | "always_off" | "parentbased_always_on" | "parentbased_always_off" => Ok(()),
        "traceidratio" | "parentbased_traceidratio" => {
            let is_share = argument.is_empty() || argument.parse().is_ok_and(|share: f64| (0.0..=1.0).contains(&share));
            if is_share { Ok(()) } else { Err(unusable("OTEL_TRACES_SAMPLER_ARG", "must be a number from 0 to 1")) }
        }
        _ => Err(unusable(
            "OTEL_TRACES_SAMPLER",
            "must be one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, \
             parentbased_traceidratio",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(endpoint: &str, said: &[(&str, &str)]) -> Result<Option<Wanted>, Unusable> {
        let find = |name| said.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        TracesArgs { otlp_endpoint: endpoint.to_owned() }.read(|name| find(name).unwrap_or_default())
    }

    #[test]
    fn traces_are_sent_where_somebody_says_so() {
        let here = "http://127.0.0.1:4318";
        assert_eq!(read("", &[]), Ok(None));
        assert_eq!(read(here, &[]), Ok(Some(Wanted { endpoint: Some(here.to_owned()) })));
        let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://c.example/v1/traces?tenant=1");
        assert_eq!(read(here, &[own]), Ok(Some(Wanted { endpoint: None })));
        for off in [("OTEL_SDK_DISABLED", "True"), ("OTEL_TRACES_EXPORTER", "none")] {
            assert_eq!(read(here, &[off]), Ok(None), "{off:?}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let here = "http://127.0.0.1:4318";
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector:4318"),
            ("OTEL_TRACES_EXPORTER", "zipkin"),
            ("OTEL_TRACES_SAMPLER", "sometimes"),
        ] {
            let refused = read(here, &[(name, value)]).expect_err(name).to_string();
            assert!(refused.starts_with(name) && !refused.contains(value), "{refused}");
        }
        let ratio = |share| read(here, &[("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", share)]);
        assert!(ratio("0.25").is_ok() && ratio("2").is_err() && ratio("most").is_err());
        assert!(read("127.0.0.1:4318", &[]).is_err(), "no address");
        // The protocol of traces goes before the one of everything.
        let both = [("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")];
        assert!(read(here, &both).is_ok());
    }
}
