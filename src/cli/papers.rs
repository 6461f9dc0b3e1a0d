//! What comes with the program: completions for shells, manual pages, and the licences of what is in it.

use std::{
    io::{self, Write as _},
    path::Path,
};

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Cli;

/// The licence of the program, then those of all that it is made of. The second is written by a test from the packages in
/// `Cargo.lock`, and held to them by it.
const LICENSES: [&str; 2] = [include_str!("../../LICENSE"), include_str!("../../LICENSES.txt")];

pub(super) fn completions(shell: Shell) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "setuplinks", &mut script);
    write(&script)
}

pub(super) fn manual(folder: Option<&Path>) -> anyhow::Result<()> {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command().disable_help_subcommand(true)).render(&mut page)?;
        return write(&page);
    };
    clap_mangen::generate_to(Cli::command(), folder)
        .with_context(|| format!("the pages cannot be written to {}", folder.display()))
}

pub(super) fn licenses() -> anyhow::Result<()> {
    write(LICENSES.join("\n").as_bytes())
}

/// To standard output; a reader who has seen enough, as `head` has, is no failure.
fn write(bytes: &[u8]) -> anyhow::Result<()> {
    match io::stdout().write_all(bytes) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
