//! `setuplinks backup`: the database in one file, whether a server runs or not.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;

use super::say;
use crate::{config::DatabaseArgs, store::backup};

/// The settings of `backup`.
#[derive(Args, Debug)]
pub struct BackupArgs {
    /// The file to make; one that is there is left alone
    path: PathBuf,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub(super) async fn run(args: &BackupArgs) -> anyhow::Result<()> {
    let path = &args.path;
    anyhow::ensure!(path.file_name().is_some(), "PATH must name a file");
    let is_there = || format!("{} is there already; name another file", path.display());
    anyhow::ensure!(path.symlink_metadata().is_err(), is_there());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Not migrated: the copy from before an upgrade is made by the new program as well.
    let store = args.database.connect().await?;
    let cannot = || format!("no backup can be written to {}", folder.display());
    // Of mode 600, and gone again unless everything below goes well.
    let file = tempfile::Builder::new().prefix(".setuplinks-").suffix(".partial").tempfile_in(folder);
    let file = file.with_context(cannot)?;
    backup::copy(&store, file.path()).await?;
    backup::check(file.path()).await?;
    // Whoever reads of success has the copy, whatever happens to the machine in the next moment.
    file.as_file().sync_all().with_context(cannot)?;
    file.persist_noclobber(path).map_err(|e| e.error).with_context(is_there)?;
    File::open(folder).and_then(|folder| folder.sync_all()).with_context(cannot)?;
    store.close().await;
    say(&path.display().to_string())
}
