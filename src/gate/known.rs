//! What opened lately: links and keys that are looked at again although their address is kept out.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, RandomState},
    sync::{Mutex, PoisonError},
};

use super::What;

/// How many are remembered before the older half is forgotten.
const HALF: usize = 20_000;

/// Holds hashes under a key of this process, and no secret: nobody can choose one that collides.
#[derive(Default)]
pub(super) struct Known {
    hasher: RandomState,
    halves: Mutex<(HashSet<u64>, HashSet<u64>)>,
}

impl Known {
    pub(super) fn note(&self, what: What, secret: &str) {
        let hash = self.hash(what, secret);
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if halves.0.insert(hash) && halves.0.len() >= HALF {
            halves.1 = std::mem::take(&mut halves.0);
        }
    }

    pub(super) fn has(&self, what: What, secret: &str) -> bool {
        let hash = self.hash(what, secret);
        let halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        halves.0.contains(&hash) || halves.1.contains(&hash)
    }

    fn hash(&self, what: What, secret: &str) -> u64 {
        self.hasher.hash_one((what.name(), secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_known_and_memory_has_an_end() {
        let known = Known::default();
        for number in 0..3 * HALF {
            known.note(What::Link, &number.to_string());
        }
        assert!(known.has(What::Link, &(3 * HALF - 1).to_string()));
        assert!(!known.has(What::Key, &(3 * HALF - 1).to_string()), "a link is no key");
        assert!(!known.has(What::Link, "0"));
        let halves = known.halves.lock().unwrap();
        assert!(halves.0.len() + halves.1.len() <= 2 * HALF);
    }
}
