//! Notes that a person opened a link, once the page is on its way: no page waits for it.
//!
//! A look changes nothing about a link and sets no cookie, so a visit is known by what a browser says of itself, as a
//! digest keyed with the link's own token: nobody can tell from it who it was, or that the same person has opened another
//! link. The digests are forgotten when the visit is over. Looks of the same visitor within half an hour of each other
//! are one visit, whichever process they come to.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::json;
use tokio::sync::Notify;

use crate::{
    app::App,
    clock::Timestamp,
    error::Result,
    event::{Event, Name},
    id::{CustomerId, LinkId, ProjectId},
    lasting::Lasting,
    link::{SetupLink, token::Token},
    notify,
    seal::keyed_digest,
    store::{links, visits},
};

/// A visit is over when nobody has looked for so long.
pub const PAUSE: Duration = Duration::from_secs(30 * 60);
/// Visits of one link that may go on at a time; nobody is told of more.
const MOST: i64 = 20;
/// A visitor who looks again so soon is not even asked after.
const AT_ONCE: Duration = Duration::from_secs(60);
/// Looks that one process holds in its memory.
const CROWD: usize = 10_000;
/// How long the database is left in peace after trouble.
const TROUBLE: Duration = Duration::from_secs(1);

/// The looks of this process. Cheap to clone.
#[derive(Clone, Default)]
pub struct Visits(Arc<Notes>);

#[derive(Default)]
struct Notes {
    looks: Mutex<HashMap<Who, Look>>,
    bell: Notify,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Who {
    link: LinkId,
    digest: [u8; 32],
}

#[derive(Clone, Copy)]
struct Look {
    owner: (ProjectId, CustomerId),
    at: Timestamp,
    is_written: bool,
}

impl Visits {
    /// Notes a look of the visitor whose browser says these things of itself.
    pub fn note(&self, link: &SetupLink, token: &Token, hints: &str, at: Timestamp) {
        let who = Who { link: link.id, digest: keyed_digest(token.expose(), hints) };
        let mut looks = self.looks();
        let known = looks.get(&who);
        let is_known = known.is_some_and(|known| !known.is_written || at.since(known.at) < AT_ONCE);
        if is_known || (known.is_none() && looks.len() >= CROWD) {
            return;
        }
        looks.insert(who, Look { owner: (link.project_id, link.customer_id), at, is_written: false });
        drop(looks);
        self.0.bell.notify_one();
    }

    fn looks(&self) -> MutexGuard<'_, HashMap<Who, Look>> {
        self.0.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unwritten(&self) -> Vec<(Who, Look)> {
        let looks = self.looks();
        looks.iter().filter(|(_, look)| !look.is_written).map(|(who, look)| (*who, *look)).collect()
    }

    fn written(&self, who: Who, at: Timestamp) {
        if let Some(look) = self.looks().get_mut(&who).filter(|look| look.at == at) {
            look.is_written = true;
        }
    }

    fn forget(&self, now: Timestamp) {
        self.looks().retain(|_, look| !look.is_written || now.since(look.at) < AT_ONCE);
    }
}

/// Writes what was noted until the house closes.
pub async fn run(app: App) {
    let writing = Lasting::new("visits could not be written", "visits are written again");
    loop {
        tokio::select! {
            () = app.visits.0.bell.notified() => {}
            () = app.stopping.cancelled() => return,
        }
        if writing.note(write(&app).await).is_none() {
            app.visits.0.bell.notify_one();
            tokio::select! {
                () = tokio::time::sleep(TROUBLE) => {}
                () = app.stopping.cancelled() => return,
            }
        }
    }
}

/// Writes what was noted and is not written yet.
pub async fn write(app: &App) -> Result<()> {
    for (who, look) in app.visits.unwritten() {
        let mut tx = app.store.begin().await?;
        let over = Timestamp(look.at.0.saturating_sub(i64::try_from(PAUSE.as_millis()).unwrap_or(0)));
        let noted = visits::Look { link: who.link, visitor: &who.digest, at: look.at, over };
        if visits::begins(tx.db(), noted, MOST).await? {
            let (project, customer) = look.owner;
            if let Some(link) = links::find(tx.db(), project, customer, who.link).await? {
                notify::tell(&mut tx, &Event::of_link(Name::LinkOpened, &link, &json!({}), look.at)).await?;
            }
        }
        tx.commit().await?;
        app.visits.written(who, look.at);
    }
    app.visits.forget(app.clock.now());
    Ok(())
}
