//! The database: whether it can be reached and written, is of this version, and opens with the keys.

use super::{Finding, Patient};
use crate::{
    error::Result,
    seal::{Place, Sealer, key_id},
    store::{Store, standing},
};

pub(super) async fn look(patient: &Patient, findings: &mut Vec<Finding>) {
    const CHECK: &str = "database";
    let Some(store) = &patient.store else { return };
    let store = match store {
        Ok(Some(store)) => store,
        Ok(None) => {
            findings.push(Finding::fine(CHECK, "is not there yet; the server makes it when it starts"));
            return;
        }
        Err(e) => {
            let mend = "make DATABASE_URL lead to a database that this machine reaches and whose role may create tables, or to a file in a folder that is there and takes files of the server's user";
            findings.push(Finding::broken(CHECK, format!("cannot be used: {e}"), mend));
            return;
        }
    };
    match standing(store, patient).await {
        Ok(finding) => findings.push(finding),
        Err(e) => {
            let mend =
                "free space on its disk, give its role the right to write and to create tables, or end what locks it";
            findings.push(Finding::broken(CHECK, format!("cannot be written: {e}"), mend));
        }
    }
    // Without our tables there is nothing that could be locked.
    let has_tables = match store.acquire().await {
        Ok(mut lease) => standing::migrated(lease.db()).await.is_ok(),
        Err(_) => false,
    };
    if let Some(sealer) = patient.sealer.as_ref().filter(|_| has_tables) {
        match locked(store, sealer).await {
            Ok(locked) if locked.is_empty() => findings.push(Finding::fine("secret_keys", "what is sealed opens")),
            Ok(locked) => findings.push(Finding::broken(
                "secret_keys",
                format!("rows were sealed with a key that is not in SECRET_KEYS: {}", locked.join(", ")),
                "put the key of that id back behind the others, and keep it until `setuplinks keys rotate` says that nothing needs it",
            )),
            Err(e) => findings.push(Finding::broken(CHECK, format!("cannot be read: {e}"), "look into the database's own log")),
        }
    }
}

async fn standing(store: &Store, patient: &Patient) -> Result<Finding> {
    const CHECK: &str = "database";
    // PostgreSQL wants that right at every start, from a role that will make none as well.
    standing::writable(store).await?;
    let mut lease = store.acquire().await?;
    let has = standing::migrated(lease.db()).await.unwrap_or(0);
    let knows = i64::try_from(store.migrations()).unwrap_or(i64::MAX);
    if has > knows {
        let what = format!("was last used by a newer version ({has} migrations, this one knows {knows})");
        return Ok(Finding::doubt(
            CHECK,
            what,
            "run the newer version, unless an upgrade is under way or being taken back: both may run then",
        ));
    }
    if has < knows {
        let what = format!("is reached; {} of {knows} migrations will be made when the server starts", knows - has);
        return Ok(Finding::fine(CHECK, what));
    }
    standing::probe(lease.db(), patient.clock.now()).await?;
    Ok(Finding::fine(CHECK, "is reached, takes a write, and is of this version"))
}

/// The ids of keys that sealed something and are not there any more: asked of the newest and oldest rows of each kind,
/// which is where a key that was dropped too early shows.
async fn locked(store: &Store, sealer: &Sealer) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    for (table, column, row, sealed) in standing::samples(store.acquire().await?.db()).await? {
        if sealer.open(Place { table, column, row }, &sealed).is_err() {
            let id = key_id(&sealed).unwrap_or("unknown").to_owned();
            if !missing.contains(&id) {
                missing.push(id);
            }
        }
    }
    Ok(missing)
}
