//! Pages that follow what happens: how many there may be, how they hear of a move, and how many look at the database at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Semaphore, SemaphorePermit, broadcast};

use super::Bounds;
use crate::{
    address::Prefix,
    error::{Error, Result},
    id::LinkId,
    meter,
};

/// Looks at the database at once for pages that watch: however many they are, the rest of the pool is for those who act.
const LOOKS: usize = 2;
/// Moves that a page may be behind; one that was further behind looks as if its own had been among them.
const REMEMBERED: usize = 256;
/// Seconds after which a place may be free.
const RETRY_AFTER: i64 = 5;

/// Who watches in this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Watchers(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    places: Mutex<Places>,
    looks: Semaphore,
    moved: broadcast::Sender<LinkId>,
}

#[derive(Debug, Default)]
struct Places {
    taken: usize,
    by: HashMap<Prefix, usize>,
}

/// A place among those who watch, until it is dropped.
#[derive(Debug)]
pub struct Place {
    watchers: Watchers,
    from: Prefix,
}

/// Hears of moves.
pub struct Ear(broadcast::Receiver<LinkId>);

impl Default for Watchers {
    fn default() -> Self {
        let moved = broadcast::Sender::new(REMEMBERED);
        Self(Arc::new(Inside { places: Mutex::default(), looks: Semaphore::new(LOOKS), moved }))
    }
}

impl Watchers {
    /// Takes a place for a page from there.
    ///
    /// # Errors
    /// [`Error::Crowded`] when all are taken, or all that one address may have. The page does without: it loads itself anew.
    pub fn enter(&self, from: Prefix, bounds: &Bounds) -> Result<Place> {
        let mut places = self.0.places.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = places.by.get(&from).copied().unwrap_or_default();
        if places.taken >= bounds.streams || of_one >= bounds.streams_per_address {
            meter::refused("streams");
            return Err(Error::Crowded { retry_after: RETRY_AFTER });
        }
        places.taken += 1;
        places.by.insert(from, of_one + 1);
        Ok(Place { watchers: self.clone(), from })
    }

    /// Something of that link moved in this process.
    pub fn moved(&self, link: LinkId) {
        // Nobody watching is everyday life.
        let _ = self.0.moved.send(link);
    }

    /// From now on.
    #[must_use]
    pub fn listen(&self) -> Ear {
        Ear(self.0.moved.subscribe())
    }

    /// Waits for the turn to look.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.0.looks.acquire().await.ok()
    }

    /// Places that are taken.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.0.places.lock().unwrap_or_else(PoisonError::into_inner).taken
    }
}

impl Ear {
    /// Ready when that link has moved, or when too much has to know.
    pub async fn hears(&mut self, link: LinkId) {
        loop {
            match self.0.recv().await {
                Ok(moved) if moved != link => {}
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.watchers.0.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.taken = places.taken.saturating_sub(1);
        match places.by.get_mut(&self.from) {
            Some(of_one) if *of_one > 1 => *of_one -= 1,
            _ => {
                places.by.remove(&self.from);
            }
        }
    }
}
