//! A phone number and its rules: verification, registration, two-step PIN, chat history.

use std::time::Duration;

use super::answer::Problem;
use crate::clock::Timestamp;

/// Meta's documentation: ten register and ten deregister requests per number in 72 hours, then blocked for 72 hours.
const WINDOW: Duration = Duration::from_hours(72);
const ATTEMPTS: usize = 10;
/// Meta's documentation: synchronization only within 24 hours of onboarding.
const SYNC_WINDOW: Duration = Duration::from_hours(24);
/// How many wrong PINs are heard before there is a pause; Meta does not publish its number.
const GUESSES: u32 = 5;
const CODE_LASTS: Duration = Duration::from_mins(10);

/// How a number is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// Cloud API alone; it has to be registered.
    #[default]
    Dedicated,
    /// Beside the WhatsApp Business app; it is registered already and must not be again.
    Coexistence,
}

/// Where a number stands with the Cloud API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Registration {
    None,
    Registered,
    /// Meta's documentation, 133000: a previous deregistration failed and has to be done again.
    HalfUndone,
    /// In the app alone: the login that should have linked it went wrong.
    Unlinked,
}

/// Requests of one kind, counted over the rolling window.
#[derive(Debug, Default)]
pub(super) struct Limit {
    made: Vec<Timestamp>,
    blocked_until: Option<Timestamp>,
}

impl Limit {
    fn count(&mut self, now: Timestamp) -> Result<(), Problem> {
        self.made.retain(|at| now.since(*at) < WINDOW);
        let blocked = self.blocked_until.is_some_and(|until| now < until);
        if !blocked && self.made.len() >= ATTEMPTS {
            self.blocked_until = Some(now.plus(WINDOW));
        }
        if blocked || self.made.len() >= ATTEMPTS {
            return Err(Problem::new(133_016, "Account register/deregister rate limit exceeded").details(
                "There were too many registration or deregistration attempts for this phone number. Try again later.",
            ));
        }
        self.made.push(now);
        Ok(())
    }

    pub(super) fn exhaust(&mut self, now: Timestamp) {
        self.made = vec![now; ATTEMPTS];
    }
}

/// A time in which `register` is answered with this code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pause {
    pub(super) code: i64,
    pub(super) until: Timestamp,
}

/// A number in a WABA.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "what Meta tells of a number is a list of yes and no")]
pub(super) struct Phone {
    pub(super) id: String,
    pub(super) digits: String,
    pub(super) display: String,
    pub(super) verified_name: String,
    pub(super) waba_id: String,
    pub(super) mode: Mode,
    pub(super) verified: bool,
    /// It was taken from a partner's pool.
    pub(super) preverified: bool,
    /// Meta limits what it may send.
    pub(super) limited: bool,
    pub(super) registration: Registration,
    pub(super) pin: Option<String>,
    pub(super) onboarded: Timestamp,
    pub(super) contacts_synced: bool,
    pub(super) history_synced: bool,
    pub(super) pause: Option<Pause>,
    pub(super) registers: Limit,
    pub(super) deregisters: Limit,
    pub(super) sms: Option<(String, Timestamp)>,
    pub(super) guesses: u32,
}

impl Phone {
    /// Meta's documentation: `is_on_biz_app` with `platform_type` `CLOUD_API` is coexistence.
    pub(super) fn works(&self) -> bool {
        (self.mode == Mode::Coexistence && self.registration != Registration::Unlinked)
            || self.registration == Registration::Registered
    }

    /// Starts over with the WhatsApp Business app: a new 24 hours, nothing synchronized yet.
    pub(super) fn onboard(&mut self, now: Timestamp) {
        self.onboarded = now;
        self.contacts_synced = false;
        self.history_synced = false;
    }

    /// Meta's documentation: a PIN that is set must be given; otherwise the one given becomes the PIN; registering a
    /// registered number again succeeds and leaves its PIN.
    pub(super) fn register(&mut self, now: Timestamp, pin: &str) -> Result<(), Problem> {
        self.refuse_app("registered")?;
        self.registers.count(now)?;
        if self.registration == Registration::HalfUndone {
            return Err(Problem::new(133_000, "Incomplete Deregistration")
                .details("A previous deregistration attempt failed. Deregister the number again before registering."));
        }
        self.refuse_pause(now)?;
        if !self.verified {
            return Err(Problem::new(133_006, "Phone number re-verification needed")
                .details("Phone number needs to be verified before registering."));
        }
        if self.registration == Registration::Registered {
            return Ok(());
        }
        if self.pin.as_deref().is_some_and(|set| set != pin) {
            self.guesses += 1;
            if self.guesses >= GUESSES {
                self.guesses = 0;
                self.pause = Some(Pause { code: 133_008, until: now.plus(Duration::from_hours(1)) });
            }
            return Err(Problem::new(133_005, "Two step verification PIN Mismatch")
                .details("Two-step verification PIN incorrect."));
        }
        self.pin = Some(pin.to_owned());
        self.guesses = 0;
        self.registration = Registration::Registered;
        Ok(())
    }

    pub(super) fn deregister(&mut self, now: Timestamp) -> Result<(), Problem> {
        self.refuse_app("deregistered")?;
        self.deregisters.count(now)?;
        if self.registration == Registration::None {
            return Err(Problem::new(133_010, "The account is not registered")
                .details("Phone number not registered on the WhatsApp Business Platform."));
        }
        self.registration = Registration::None;
        Ok(())
    }

    /// Meta's documentation: `POST /{number}` with `pin` sets a PIN without the old one.
    pub(super) fn set_pin(&mut self, pin: &str) -> Result<(), Problem> {
        self.refuse_app("given a PIN here")?;
        self.pin = Some(pin.to_owned());
        self.guesses = 0;
        Ok(())
    }

    pub(super) fn request_code(&mut self, now: Timestamp, code: String) -> Result<(), Problem> {
        if self.verified {
            return Err(Problem::new(136_024, "Request code error").details("Phone number is already verified."));
        }
        self.sms = Some((code, now));
        Ok(())
    }

    pub(super) fn verify_code(&mut self, now: Timestamp, code: &str) -> Result<(), Problem> {
        match self.sms.take_if(|(sent, at)| sent == code && now.since(*at) < CODE_LASTS) {
            Some(_) => {
                self.verified = true;
                Ok(())
            }
            None => Err(Problem::new(136_025, "Verify code error").details("The verification code is not correct.")),
        }
    }

    /// Meta's documentation: only for coexistence, with the WABA subscribed before, each kind once (2593107), within
    /// 24 hours of onboarding (2593108).
    pub(super) fn sync(&mut self, now: Timestamp, history: bool, subscribed: bool) -> Result<(), Problem> {
        if self.mode != Mode::Coexistence {
            return Err(Problem::new(100, "Invalid parameter")
                .details("The phone number is not connected to the WhatsApp Business app."));
        }
        if !subscribed {
            return Err(Problem::new(100, "Invalid parameter")
                .details("The app must be subscribed to the WhatsApp Business Account before synchronization."));
        }
        let done = if history { &mut self.history_synced } else { &mut self.contacts_synced };
        if *done {
            return Err(Problem::new(
                2_593_107,
                "You have exceeded the maximum number of times to call the synchronization api for this phone number.",
            ));
        }
        if now.since(self.onboarded) >= SYNC_WINDOW {
            return Err(Problem::new(
                2_593_108,
                "Synchronization request can only be made within 24 hours of onboarding",
            ));
        }
        *done = true;
        Ok(())
    }

    fn refuse_app(&self, what: &str) -> Result<(), Problem> {
        if self.mode == Mode::Coexistence {
            return Err(Problem::new(100, "Invalid parameter")
                .details(format!("A phone number in use with the WhatsApp Business app cannot be {what}.")));
        }
        Ok(())
    }

    fn refuse_pause(&self, now: Timestamp) -> Result<(), Problem> {
        let Some(pause) = self.pause.filter(|pause| now < pause.until) else { return Ok(()) };
        let message = match pause.code {
            133_008 => "Too many PIN guesses",
            133_009 => "Two step verification PIN guessed too fast",
            _ => "Please wait a few minutes before attempting to register this phone number",
        };
        let seconds = pause.until.since(now).as_millis().div_ceil(1000);
        Err(Problem::new(pause.code, message).details(format!("Please try again after {seconds} seconds.")))
    }
}
