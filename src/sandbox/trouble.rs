//! What a person or a test can choose to go wrong with one login.
//!
//! Where the real cause can be built (a code that is too old, a number with a PIN), the login builds it and the
//! usual rules answer; only the rest is put into an answer's place, by [`Trouble::fault`].

use std::time::Duration;

use super::{choices::choices, fault::Fault};

/// How long a call with this login's token is refused for its rate.
const RATE_LIMIT: Duration = Duration::from_mins(1);

choices! {
    /// A failure chosen for one login: it meets that login's token, WABA and number, and no other.
    Trouble {
        CancelPlain "cancel-plain" "Cancelled: error, error_code and state come back"
        CancelNoState "cancel-no-state" "Cancelled: the same without state"
        CancelMeta "cancel-meta" "Cancelled: the three parameters of Meta's documentation, without state"
        DialogError "dialog-error" "The dialog fails: error_code 1349003 without error"
        WabaLimit "waba-limit" "The dialog fails: no further WhatsApp account allowed (2388098)"
        ExchangeExpired "exchange-expired" "Exchange: the code is already too old (36007)"
        ExchangeUsed "exchange-used" "Exchange: the code was already used (36009)"
        ExchangeRedirect "exchange-redirect" "Exchange: the code belongs to another redirect URI (36008)"
        ExchangeSecret "exchange-secret" "Exchange: wrong app secret (code 1)"
        Exchange500 "exchange-500" "Exchange: always HTTP 500, code 2"
        ExchangeHtml "exchange-html" "Exchange: always an HTML page with HTTP 502"
        ExchangeCut "exchange-cut" "Exchange: the first call is cut before it has an effect"
        ExchangeCutAfter "exchange-cut-after" "Exchange: the first call uses the code, then is cut"
        ExchangeHang "exchange-hang" "Exchange: the first call hangs for a minute"
        NoExpiry "no-expiry" "The token never expires: no expires_in"
        TokenInvalid "token-invalid" "The token is revoked: debug_token says so, all else answers 190"
        NoTargetIds "no-target-ids" "debug_token names no target_ids; the business owns its WABAs"
        NoTargetIdsClient "no-target-ids-client" "debug_token names no target_ids; the WABAs are shared with the business"
        OddScopes "odd-scopes" "The token has whatsapp_business_manage_events in place of management"
        PlainUser "plain-user" "/me knows no client_business_id"
        NumbersPermission "numbers-permission" "Numbers: no permission (200, HTTP 403)"
        NumbersTransient "numbers-transient" "Numbers: the first two calls answer HTTP 500, code 2"
        Paged "paged" "Numbers: one on each page"
        TooManyNumbers "too-many-numbers" "Numbers: sixty in one WABA"
        AppOnly "app-only" "The number stays in the WhatsApp Business app alone: no CLOUD_API"
        Subscribe500 "subscribe-500" "Subscription: always HTTP 500, code 2"
        SubscribePermission "subscribe-permission" "Subscription: no permission (200, HTTP 403)"
        SubscribeRateLimit "subscribe-rate-limit" "Subscription: rate limit for one minute (80007)"
        Register133000 "register-133000" "Register: an earlier deregistration failed, until deregistered again"
        Register133004 "register-133004" "Register: the first call finds the server unavailable"
        Register133005 "register-133005" "Register: the number has a PIN already"
        Register133006 "register-133006" "Register: the number is not verified"
        Register133008 "register-133008" "Register: too many PIN guesses, for an hour"
        Register133009 "register-133009" "Register: PIN entered too quickly, for 30 seconds"
        Register133010 "register-133010" "Register: always 'phone number not registered'"
        Register133015 "register-133015" "Register: the number was just deleted, for five minutes"
        Register133016 "register-133016" "Register: too many attempts, for 72 hours"
        Register131031 "register-131031" "Register: the account is locked"
        RegisterCutAfter "register-cut-after" "Register: the first call registers, then is cut"
        Sync2593107 "sync-2593107" "Chat history: already asked for"
        Sync2593108 "sync-2593108" "Chat history: more than 24 hours after onboarding"
    }
}

/// How often a trouble has met a call before, and how long ago that began.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Strikes {
    pub(super) count: usize,
    pub(super) began: Duration,
}

impl Trouble {
    /// Whether the login ends in the dialog, without a code.
    pub(super) fn ends_dialog(self) -> bool {
        matches!(self, Self::CancelPlain | Self::CancelNoState | Self::CancelMeta | Self::DialogError | Self::WabaLimit)
    }

    /// What this trouble puts in the place of the answer to `call`.
    pub(super) fn fault(self, call: &str, before: Strikes) -> Option<Fault> {
        let first = before.count == 0;
        let permission = "(#200) You do not have the necessary permissions required to access this resource";
        match (self, call) {
            (Self::ExchangeSecret, "exchange") => Some(Fault::graph(400, 1, "Error validating client secret.")),
            (Self::Exchange500, "exchange") | (Self::Subscribe500, "subscribe") => Some(Fault::transient()),
            (Self::NumbersTransient, "phone_numbers") if before.count < 2 => Some(Fault::transient()),
            (Self::ExchangeHtml, "exchange") => Some(Fault::Html { status: 502 }),
            (Self::ExchangeCut, "exchange") if first => Some(Fault::CutBefore),
            (Self::ExchangeCutAfter, "exchange") | (Self::RegisterCutAfter, "register") if first => {
                Some(Fault::CutAfter)
            }
            (Self::ExchangeHang, "exchange") if first => Some(Fault::Hang(Duration::from_mins(1))),
            (Self::NumbersPermission, "phone_numbers") | (Self::SubscribePermission, "subscribe") => {
                Some(Fault::graph(403, 200, permission))
            }
            (Self::SubscribeRateLimit, "subscribe") if first || before.began < RATE_LIMIT => {
                Some(Fault::Limited { status: 400, code: 80007, minutes: 1 })
            }
            (Self::Register133004, "register") if first => Some(Fault::Graph {
                status: 503,
                code: 133_004,
                subcode: None,
                message: "(#133004) Server Temporarily Unavailable".to_owned(),
                transient: true,
                details: Some("Server is temporarily unavailable.".to_owned()),
            }),
            (Self::Register133010, "register") => {
                Some(Fault::graph(400, 133_010, "(#133010) The account is not registered"))
            }
            (Self::Register131031, "register") => Some(Fault::graph(400, 131_031, "(#131031) Business Account locked")),
            _ => None,
        }
    }
}
