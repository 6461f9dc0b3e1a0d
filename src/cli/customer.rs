//! `setuplinks customer`: what is held of one customer, told and erased, by the operator.

use clap::{Args, Subcommand};
use serde_json::json;

use super::say;
use crate::{
    clock::Clock,
    config::{DatabaseArgs, SealArgs},
    id::{CustomerId, ProjectId},
    records::{Asker, Records},
};

#[derive(Debug, Subcommand)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub(super) enum CustomerCommand {
    /// Print all that is held of a customer as one JSON document, without secrets
    Export(CustomerArgs),
    /// Erase a customer with all that tells of them, and print the proof; nobody is told
    ///
    /// Their numbers are disconnected at Meta, and bought ones given back, by the server. Asked again, it prints the same
    /// proof.
    Erase(CustomerErase),
}

#[derive(Args, Debug)]
pub(super) struct CustomerArgs {
    /// The customer's id
    id: String,
    #[command(flatten)]
    seal: SealArgs,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Args, Debug)]
pub(super) struct CustomerErase {
    #[command(flatten)]
    customer: CustomerArgs,
    /// Take dedicated numbers off the Cloud API as well
    #[arg(long)]
    deregister: bool,
}

pub(super) async fn run(command: CustomerCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        CustomerCommand::Export(args) => {
            let (records, project, id) = args.open(clock).await?;
            let document = records.export(project, id).await?;
            say(&serde_json::to_string_pretty(&document)?)
        }
        CustomerCommand::Erase(CustomerErase { customer, deregister }) => {
            let (records, project, id) = customer.open(clock).await?;
            let proof = records.erase(project, id, deregister, Asker::Operator).await?.proof;
            let erased_at = proof.erased_at.rfc3339();
            let shown = json!({"id": proof.id, "customer_id": id, "erased_at": erased_at, "erased": proof.erased.0});
            say(&serde_json::to_string_pretty(&shown)?)
        }
    }
}

impl CustomerArgs {
    async fn open(&self, clock: &Clock) -> anyhow::Result<(Records, ProjectId, CustomerId)> {
        let id = CustomerId::parse(&self.id)
            .ok_or_else(|| anyhow::anyhow!("a customer's id is a UUID, as the API gives it"))?;
        let sealer = self.seal.sealer()?;
        let records = Records { store: self.database.open().await?, sealer, clock: clock.clone() };
        let project = records.project_of(id).await?;
        let project = project.ok_or_else(|| anyhow::anyhow!("nothing is held of a customer {id}"))?;
        Ok((records, project, id))
    }
}
