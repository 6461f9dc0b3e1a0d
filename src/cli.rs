//! The commands: serve · doctor · health · demo · backup · keys · customer · project · key · number, and the papers: completions · manual · licenses.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::{
    clock::Clock,
    config::{DatabaseArgs, LogFormat, ServeArgs, Unusable},
    id::ProjectId,
    store::projects,
};

mod backup;
mod customer;
mod demo;
mod doctor;
mod health;
mod key;
mod number;
mod papers;
mod secret_keys;
mod serve;
mod twilio;

pub use backup::BackupArgs;
pub use demo::DemoArgs;
pub use doctor::DoctorArgs;
pub use health::HealthArgs;
pub use serve::{House, house};

/// Hosted onboarding for WhatsApp Business numbers.
///
/// A platform asks for a setup link and sends it to its customer; the customer opens it, logs in with Facebook, and their
/// number is connected.
#[derive(Debug, Parser)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
#[command(name = "setuplinks", version, propagate_version = true)]
pub struct Cli {
    /// How log lines are written to standard error; RUST_LOG says which
    #[arg(long, env = "LOG_FORMAT", default_value = "text", value_name = "text|json", global = true)]
    log_format: String,
    #[command(subcommand)]
    command: Command,
}

impl Cli {
    /// How log lines are written.
    ///
    /// # Errors
    /// When `LOG_FORMAT` is neither.
    pub fn log_format(&self) -> Result<LogFormat, Unusable> {
        LogFormat::read(&self.log_format)
    }
}

#[derive(Debug, Subcommand)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
enum Command {
    /// Run the server
    Serve(Box<ServeArgs>),
    /// Look at the settings, the database, the public address, the Meta app and the Twilio account, and say what is wrong and how to mend it
    ///
    /// Reads the same settings as `serve`. Ends with 1 when a customer would be stopped.
    Doctor(Box<DoctorArgs>),
    /// Ask a running server on this machine how it is; for the health check of a container
    Health(HealthArgs),
    /// Try everything on this machine, with a stand-in Facebook: nothing to configure, nothing left behind
    Demo(DemoArgs),
    /// Copy an SQLite database into one file, while the server runs; SECRET_KEYS are not in it
    Backup(BackupArgs),
    /// Secret keys: those that seal secrets at rest (SECRET_KEYS)
    #[command(subcommand)]
    Keys(secret_keys::KeysCommand),
    /// Customers: what is held of one, told or erased
    #[command(subcommand)]
    Customer(customer::CustomerCommand),
    /// Projects: one for each platform
    #[command(subcommand)]
    Project(ProjectCommand),
    /// API keys: each opens one project
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Numbers that were bought for customers
    #[command(subcommand)]
    Number(number::NumberCommand),
    /// Print what a shell needs to complete this program's commands and flags
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of every command into a folder
    Manual {
        /// The folder, such as /usr/local/share/man/man1
        folder: Option<PathBuf>,
    },
    /// Print the licences of this program and of everything that is in it
    Licenses,
}

#[derive(Debug, Subcommand)]
enum ProjectCommand {
    /// Make a project; prints its id alone
    Create {
        /// The name that customers read on the page
        name: String,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// List all projects: id, time, name
    List {
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Give a project a Twilio account of its own, which is tried at once; prints the account's SID
    Twilio(Box<twilio::ProjectTwilio>),
}

/// Runs one command.
///
/// # Errors
/// In words for the terminal.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    let clock = Clock::system();
    match cli.command {
        Command::Serve(args) => serve::run(&args, clock).await,
        Command::Doctor(args) => doctor::run(&args, clock).await,
        Command::Health(args) => health::run(&args).await,
        Command::Demo(args) => demo::run(args, clock).await,
        Command::Keys(command) => secret_keys::run(command, &clock).await,
        Command::Customer(command) => customer::run(command, &clock).await,
        Command::Backup(args) => backup::run(&args).await,
        Command::Project(command) => project(command, &clock).await,
        Command::Key(command) => key::run(command, &clock).await,
        Command::Number(command) => number::run(command, &clock).await,
        Command::Completions { shell } => papers::completions(shell),
        Command::Manual { folder } => papers::manual(folder.as_deref()),
        Command::Licenses => papers::licenses(),
    }
}

async fn project(command: ProjectCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        ProjectCommand::Create { name, database } => {
            let name = name.trim().to_owned();
            anyhow::ensure!((1..=100).contains(&name.chars().count()), "the name must have 1 to 100 characters");
            let now = clock.now();
            let project = projects::Project::new(name, now);
            projects::insert(database.open().await?.acquire().await?.db(), &project).await?;
            say(&project.id.to_string())
        }
        ProjectCommand::Twilio(args) => twilio::run(*args, clock).await,
        ProjectCommand::List { database } => {
            for project in projects::list(database.open().await?.acquire().await?.db()).await? {
                say(&format!("{}\t{}\t{}", project.id, project.created_at.rfc3339(), project.name))?;
            }
            Ok(())
        }
    }
}

fn project_id(text: &str) -> anyhow::Result<ProjectId> {
    ProjectId::parse(text)
        .ok_or_else(|| anyhow::anyhow!("--project must be a project's id, as `setuplinks project list` shows it"))
}

/// Writes a line of a command's result to standard output.
fn say(line: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
