//! `setuplinks doctor`: the settings of `serve`, looked at without serving.

use std::io::Write as _;

use clap::Args;
use serde_json::json;

use crate::{
    clock::Clock,
    config::ServeArgs,
    doctor::{self, Finding, Verdict},
};

/// The settings of `doctor`: those of `serve`, and how to say what was found.
#[derive(Args, Debug)]
pub struct DoctorArgs {
    /// Say it as one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    serve: ServeArgs,
}

pub(super) async fn run(args: &DoctorArgs, clock: Clock) -> anyhow::Result<()> {
    let (unusable, patient) = args.serve.patient(clock).await;
    let mut findings: Vec<Finding> = unusable
        .into_iter()
        .map(|setting| {
            Finding::broken("settings", setting.to_string(), "see docs/configure.md or `setuplinks serve --help`")
        })
        .collect();
    if findings.is_empty() {
        findings.push(Finding::fine("settings", "every setting can be used"));
    }
    findings.extend(doctor::examine(&patient).await);
    let is_broken = doctor::is_broken(&findings);
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", json!({"ok": !is_broken, "findings": findings}))?;
    } else {
        for finding in &findings {
            let Finding { check, verdict, what, mend } = finding;
            writeln!(out, "{:<8} {check}: {what}", verdict.as_str())?;
            if let Some(mend) = mend {
                writeln!(out, "         to mend: {mend}")?;
            }
        }
    }
    out.flush()?;
    let count = findings.iter().filter(|finding| finding.verdict == Verdict::Broken).count();
    anyhow::ensure!(!is_broken, "a customer would be stopped: {count} broken");
    Ok(())
}
