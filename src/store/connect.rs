//! The way to the database, and what is said of one that cannot be come to.

use std::{
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
    str::FromStr as _,
};

use sqlx::{
    Connection as _, Executor as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{PATIENCE, Store};
use crate::error::{Error, Result, in_words};

/// What PostgreSQL ends by itself, as any process that waits for it has given up by then: a statement, a wait for somebody
/// else's lock, a transaction whose process says nothing more. Nothing of ours takes as long; migrations are exempt. It
/// also keeps to itself that a table is there already.
const BOUNDS: &str = "set statement_timeout = '30s'; set lock_timeout = '10s'; \
    set idle_in_transaction_session_timeout = '60s'; set client_min_messages = 'warning'";

impl Store {
    /// Connects and changes nothing: no file is made where `make` is false, and nothing is migrated.
    ///
    /// # Errors
    /// When the URL is neither, or the database cannot be reached.
    pub async fn connect(url: &str, make: bool) -> Result<Self> {
        if url.starts_with("sqlite:") {
            sqlite(url, make).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            postgres(url).await
        } else {
            Err(Error::Internal("DATABASE_URL must start with sqlite: or postgres:".to_owned()))
        }
    }

    /// Whether that is an SQLite file which is not there yet, in a folder where it can be made.
    #[must_use]
    pub fn is_yet_to_be_made(url: &str) -> bool {
        let Ok(options) = SqliteConnectOptions::from_str(url) else { return false };
        let file = options.get_filename();
        url.starts_with("sqlite:") && is_made_by_us(url) && !file.exists() && takes_files(folder_of(file)).is_ok()
    }
}

async fn sqlite(url: &str, make: bool) -> Result<Store> {
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(make)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        // What is deleted is gone from the file as well, and from every copy of it.
        .pragma("secure_delete", "on")
        .busy_timeout(PATIENCE);
    let file: PathBuf = options.get_filename().to_owned();
    if make && is_made_by_us(url) {
        make_private(&file).map_err(|e| Error::Internal(format!("{} cannot be made: {e}", file.display())))?;
    }
    // One writer at a time is SQLite's rule; more than a few readers only wait for each other.
    let pool = SqlitePoolOptions::new().max_connections(4).acquire_timeout(PATIENCE);
    let pool = pool.before_acquire(|connection, _| {
        // A full disk rolls a transaction back by itself. sqlx, whose own rollback then fails, believes it open for
        // ever, and would begin no other on that connection.
        Box::pin(async move { Ok(!connection.is_in_transaction()) })
    });
    Ok(Store::Sqlite(pool.connect_with(options).await.map_err(|e| Error::Internal(unopened(&file, &e)))?))
}

/// Whether the first to open that SQLite database makes a file for it.
fn is_made_by_us(url: &str) -> bool {
    let (path, parameters) = url.split_once('?').unwrap_or((url, ""));
    !path.ends_with(":memory:")
        && !["mode=ro", "mode=memory"].iter().any(|&mode| parameters.split('&').any(|p| p == mode))
}

/// Names and phone numbers are readable in it: it is its owner's alone, and so is what SQLite puts beside it, which gets
/// the rights of the file. One that is there keeps its rights.
fn make_private(file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
        _ => Ok(()),
    }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a file can be made there, tried with one that is gone again: rights alone say nothing of a file system that only reads.
fn takes_files(folder: &Path) -> io::Result<()> {
    tempfile::tempfile_in(folder).map(drop)
}

fn unopened(file: &Path, error: &sqlx::Error) -> String {
    let (name, folder) = (file.display(), folder_of(file));
    if file.exists() {
        return format!("{name}: {}", in_words(error));
    }
    match takes_files(folder) {
        Ok(()) => format!("{name} is not there"),
        Err(e) => format!("{name} is not there, and no file can be made in {}: {}", folder.display(), e.kind()),
    }
}

async fn postgres(url: &str) -> Result<Store> {
    let options = PgConnectOptions::from_str(url)?.application_name("setuplinks");
    let socket = options.get_socket().map(|socket| socket.display().to_string());
    let place = socket.unwrap_or_else(|| format!("{}:{}", options.get_host(), options.get_port()));
    let unreached = |why: &str| Error::Internal(format!("{place}: {why}"));
    let first = tokio::time::timeout(PATIENCE, try_once(&options)).await;
    let passing = match first.map_err(|_| unreached("no answer in 10 seconds"))? {
        Ok(()) => None,
        Err(e) if is_about_to_pass(&e) => Some(e),
        Err(e) => return Err(unreached(&in_words(&e))),
    };
    let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(PATIENCE);
    let pool = pool.after_connect(|connection, _| {
        Box::pin(async move { connection.execute(sqlx::raw_sql(BOUNDS)).await.map(drop) })
    });
    pool.connect_with(options).await.map(Store::Postgres).map_err(|e| {
        let said = passing.filter(|_| matches!(e, sqlx::Error::PoolTimedOut)).unwrap_or(e);
        unreached(&in_words(&said))
    })
}

/// A pool tries again for as long as it has patience, and then says only that it has none left. So what is wrong is asked
/// without one.
async fn try_once(options: &PgConnectOptions) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect_with(options).await?;
    connection.execute(sqlx::raw_sql(BOUNDS)).await?;
    connection.close().await
}

/// A server that is starting, or has no connection left: that is worth the pool's patience.
fn is_about_to_pass(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(e) if e.code().is_some_and(|code| ["57P03", "53300"].contains(&&*code)))
}
