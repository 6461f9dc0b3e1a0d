//! Trouble that lasts is logged when it begins and when it is over, and not at every try: what is tried twice a second may
//! go wrong for days.

use std::{
    fmt::Display,
    sync::atomic::{AtomicBool, Ordering},
};

/// Something that is tried again and again.
#[derive(Debug)]
pub struct Lasting {
    fails: &'static str,
    works: &'static str,
    is_minor: bool,
    is_failing: AtomicBool,
}

impl Lasting {
    /// With what the log says when it begins to fail, and when it works again.
    #[must_use]
    pub const fn new(fails: &'static str, works: &'static str) -> Self {
        Self { fails, works, is_minor: false, is_failing: AtomicBool::new(false) }
    }

    /// The same of what nothing else depends on: a warning and no error.
    #[must_use]
    pub const fn minor(fails: &'static str, works: &'static str) -> Self {
        Self { is_minor: true, ..Self::new(fails, works) }
    }

    /// What a try gave, if it gave anything. A change is logged.
    pub fn note<T, E: Display>(&self, tried: Result<T, E>) -> Option<T> {
        let is_change = self.is_failing.swap(tried.is_err(), Ordering::Relaxed) != tried.is_err();
        match &tried {
            Err(error) if is_change && self.is_minor => tracing::warn!(%error, "{}", self.fails),
            Err(error) if is_change => tracing::error!(%error, "{}", self.fails),
            Ok(_) if is_change => tracing::info!("{}", self.works),
            Ok(_) | Err(_) => {}
        }
        tried.ok()
    }
}
