//! `setuplinks`: parse, log, run one command.

use std::{io::IsTerminal as _, process::ExitCode, time::Duration};

use clap::Parser as _;
use setuplinks::{
    cli::{self, Cli},
    config::LogFormat,
};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.log_format() {
        Ok(format) => log(format),
        Err(e) => {
            eprintln!("setuplinks: {e}");
            return ExitCode::FAILURE;
        }
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("setuplinks: {e}");
            return ExitCode::FAILURE;
        }
    };
    let ran = runtime.block_on(cli::run(cli));
    // A name that is still looked up, or a picture that is still read, keeps nobody here.
    runtime.shutdown_timeout(Duration::from_secs(1));
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("setuplinks: {e:#}");
            ExitCode::FAILURE
        }
    }
}

/// Log lines go to standard error: standard output is for what a command was asked for.
fn log(format: LogFormat) {
    let wanted = std::env::var("RUST_LOG").ok().filter(|wanted| !wanted.trim().is_empty());
    let filter = wanted.and_then(|wanted| EnvFilter::try_new(wanted).ok()).unwrap_or_else(|| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
}
