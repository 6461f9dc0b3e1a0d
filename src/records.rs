//! What is held of one customer: told as a whole, and erased as a whole.
//!
//! A deletion ([`crate::release::customer`]) ends what a platform has to do with a customer, and tells its webhooks. An
//! erasure leaves nothing that tells of the customer, so it tells nobody: what was to be sent goes with the rest, and what
//! stays is a proof that names nobody. Numbers are disconnected at Meta and given back at Twilio in both cases.

use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};
use sqlx::types::Json;

use crate::{
    app::App,
    clock::Clock,
    connect::Visitor,
    error::{Error, Result},
    id::{CustomerId, ErasureId, LinkId, ProjectId},
    release,
    seal::{Sealer, digest},
    store::{
        Store, customers,
        erasures::{self, Erasure, Sums},
        idempotency, links, records,
        records::Marks,
        sessions,
    },
};

/// Rows that are opened in one go.
const HANDFUL: i64 = 500;

/// Who asks for an erasure.
#[derive(Clone, Copy, Debug)]
pub enum Asker {
    /// The platform, by its API key.
    Api,
    /// The operator, by a command.
    Operator,
}

impl Asker {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Operator => "operator",
        }
    }
}

/// What is needed to look into what is held.
pub struct Records {
    /// The database.
    pub store: Store,
    /// Opens what is sealed, where that may tell of a customer.
    pub sealer: Sealer,
    /// The time.
    pub clock: Clock,
}

/// An erasure, and the links whose signups it cut off.
pub struct Erased {
    /// The proof.
    pub proof: Erasure,
    /// Whose pages look again, and find nothing.
    pub cut_off: Vec<LinkId>,
}

/// The digest that a customer's id is known by in proofs: its random part cannot be searched.
fn proof_digest(id: CustomerId) -> Vec<u8> {
    digest(id.0.as_bytes())
}

impl Records {
    /// Those of a house.
    #[must_use]
    pub fn of(app: &App) -> Self {
        Self { store: app.store.clone(), sealer: app.sealer.clone(), clock: app.clock.clone() }
    }

    /// The project that a customer is of, or was when it was erased.
    pub async fn project_of(&self, id: CustomerId) -> Result<Option<ProjectId>> {
        records::project_of(self.store.acquire().await?.db(), id, &proof_digest(id)).await
    }

    /// All that is held of a customer, as one document; no seal and no digest is in it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn export(&self, project: ProjectId, id: CustomerId) -> Result<Map<String, Value>> {
        let mut lease = self.store.acquire().await?;
        customers::find(lease.db(), project, id).await?.ok_or(Error::NotFound("customer"))?;
        let held = records::of_customer(lease.db(), project, id).await?.ok_or(Error::NotFound("customer"))?;
        let mut document = Map::from_iter([("exported_at".to_owned(), self.clock.now().rfc3339().into())]);
        document.extend(held);
        Ok(document)
    }

    /// Erases a customer, or what a deletion has left of one. Whoever asks again gets the same proof.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing is held, and nothing was erased.
    pub async fn erase(&self, project: ProjectId, id: CustomerId, deregister: bool, by: Asker) -> Result<Erased> {
        if self.project_of(id).await? != Some(project) {
            return Err(Error::NotFound("customer"));
        }
        let marks = records::marks(self.store.acquire().await?.db(), id).await?;
        let (answers, sessions) = (self.answers(project, &marks).await?, self.sessions(&marks).await?);

        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let is_there = links::lock_customer(tx.db(), project, id).await?;
        let counts = records::counts(tx.db(), id).await?;
        let mut sums = Sums {
            setup_links: counts.setup_links.unsigned_abs(),
            signups: counts.signups.unsigned_abs(),
            phone_numbers: counts.phone_numbers.unsigned_abs(),
            events: counts.events.unsigned_abs(),
            webhooks: records::forget_webhooks(tx.db(), project, id).await?,
            ..Sums::default()
        };
        records::forget_notices(tx.db(), id).await?;
        let running =
            if is_there { release::silently(&self.sealer, &mut tx, id, deregister, now).await? } else { Vec::new() };
        customers::delete(tx.db(), id).await?;
        sums.webhook_deliveries = records::forget_deliveries(tx.db(), project, id).await?;
        let (gone, leaving) = records::forget_provisioned(tx.db(), id, now).await?;
        sums.provisioned_phone_numbers = gone + leaving;
        for key in &answers {
            sums.kept_answers += idempotency::forget_one(tx.db(), key).await?;
        }
        for session in &sessions {
            sums.sessions += sessions::forget_one(tx.db(), session).await?;
        }
        let fresh = Erasure {
            id: ErasureId::new(now),
            project_id: project,
            customer_digest: proof_digest(id),
            requested_by: by.as_str().to_owned(),
            erased: Json(sums),
            erased_at: now,
        };
        erasures::insert(tx.db(), &fresh).await?;
        let proof = erasures::find(tx.db(), project, &fresh.customer_digest).await?.unwrap_or(fresh);
        tx.commit().await?;
        tracing::info!(
            erasure = %proof.id, %project, by = by.as_str(), links = sums.setup_links, numbers = sums.phone_numbers,
            events = sums.events, deliveries = sums.webhook_deliveries, given_back = leaving, "a customer was erased"
        );
        Ok(Erased { proof, cut_off: running.into_iter().map(|signup| signup.link_id).collect() })
    }

    /// Kept answers of the project that tell of the customer.
    async fn answers(&self, project: ProjectId, marks: &Marks) -> Result<Vec<Vec<u8>>> {
        let (mut found, mut after) = (Vec::new(), Vec::new());
        loop {
            let rows = idempotency::answers(self.store.acquire().await?.db(), project, &after, HANDFUL).await?;
            let Some((last, _)) = rows.last() else { return Ok(found) };
            after.clone_from(last);
            found.extend(rows.into_iter().filter_map(|(key, sealed)| {
                // What does not open tells nobody anything, and is gone within its time.
                let plain = self.sealer.open(idempotency::place(&key), &sealed).ok()?;
                marks.ids.iter().any(|id| plain.expose_secret().contains(id.as_str())).then_some(key)
            }));
        }
    }

    /// Sessions of browsers that began a signup of the customer.
    async fn sessions(&self, marks: &Marks) -> Result<Vec<Vec<u8>>> {
        let (mut found, mut after) = (Vec::new(), Vec::new());
        while !marks.visitors.is_empty() {
            let rows = sessions::records(self.store.acquire().await?.db(), &after, HANDFUL).await?;
            let Some((last, _)) = rows.last() else { break };
            after.clone_from(last);
            found.extend(rows.into_iter().filter_map(|(id, sealed)| {
                let record = sessions::open(&self.sealer, &id, &sealed)?;
                let visitor = record.data.get(Visitor::IN_SESSION)?;
                let visitor: Visitor = serde_json::from_value(visitor.clone()).ok()?;
                marks.visitors.contains(&visitor.digest()).then_some(id)
            }));
        }
        Ok(found)
    }
}
