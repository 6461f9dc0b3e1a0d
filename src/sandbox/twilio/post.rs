//! What reaches a number: a message or a call, told to whom its owner named, signed as Twilio signs.

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use url::form_urlencoded;

use super::{
    Exchange, Owned, Speech, Told,
    stock::{Message, Recording},
};
use crate::{
    clock::random_below,
    sandbox::{account::Typed, dialog::Refused, fault::When},
};

type Form = Vec<(&'static str, String)>;

impl Exchange {
    /// Sends a message to a number and waits until its owner has been told. `false` when nobody owns the number.
    pub async fn text(&self, from: &str, to: &str, body: &str) -> bool {
        let now = self.0.clock.now();
        let (owned, sid, token) = {
            let mut stock = self.stock();
            let Some(owned) = stock.owned.iter().find(|owned| owned.phone_number == to).cloned() else { return false };
            let sid = stock.sid("SM");
            let message =
                Message { sid: sid.clone(), from: from.to_owned(), to: to.to_owned(), body: body.to_owned(), at: now };
            stock.messages.push(message);
            let token = stock.accounts.iter().find(|account| account.sid == owned.account);
            let token = token.map(|account| account.token.clone()).unwrap_or_default();
            (owned, sid, token)
        };
        if self.plans().is_mute || owned.sms_url.is_empty() {
            return true;
        }
        let form: Form = vec![
            ("ToCountry", "US".to_owned()),
            ("MessageSid", sid.clone()),
            ("SmsSid", sid.clone()),
            ("SmsMessageSid", sid),
            ("AccountSid", owned.account.clone()),
            ("From", from.to_owned()),
            ("To", to.to_owned()),
            ("Body", body.to_owned()),
            ("NumMedia", "0".to_owned()),
            ("NumSegments", "1".to_owned()),
            ("SmsStatus", "received".to_owned()),
            ("ApiVersion", "2010-04-01".to_owned()),
        ];
        self.tell("told_sms", &owned.sms_url, &form, &token).await;
        true
    }

    /// Calls a number and says something once it is answered with a recorder. `false` when nobody owns the number.
    pub async fn ring(&self, from: &str, to: &str, words: &str) -> bool {
        let found = {
            let mut stock = self.stock();
            let owned = stock.owned.iter().find(|owned| owned.phone_number == to).cloned();
            owned.map(|owned| {
                let token = stock.accounts.iter().find(|account| account.sid == owned.account);
                let token = token.map(|account| account.token.clone()).unwrap_or_default();
                (owned, stock.sid("CA"), token)
            })
        };
        let Some((owned, call, token)) = found else { return false };
        if owned.voice_url.is_empty() {
            return true;
        }
        let common = common(&owned, &call, from);
        let ringing = [common.clone(), vec![("CallStatus", "ringing".to_owned())]].concat();
        let twiml = self.tell("told_voice", &owned.voice_url, &ringing, &token).await;
        let Some(record) = twiml.find("<Record").map(|at| &twiml[at..]) else { return true };
        let (recording, speech) = {
            let mut stock = self.stock();
            let sid = stock.sid("RE");
            stock.recordings.push(Recording { sid: sid.clone(), call: call.clone() });
            let transcription = stock.sid("TR");
            stock.transcriptions.push((transcription, sid.clone()));
            (sid, self.plans().speech.clone())
        };
        if speech == Speech::Untold {
            return true;
        }
        let url = format!("{}/2010-04-01/Accounts/{}/Recordings/{recording}", self.0.base, owned.account);
        let recorded: Form = vec![("RecordingSid", recording), ("RecordingUrl", url)];
        if let Some(address) = attribute(record, "action") {
            self.tell("told_action", &address, &[common.clone(), recorded.clone()].concat(), &token).await;
        }
        if let Some(address) = attribute(record, "recordingStatusCallback") {
            // Of the call it has the SID, and neither end.
            let done = vec![
                ("AccountSid", owned.account.clone()),
                ("CallSid", call.clone()),
                ("RecordingStatus", "completed".to_owned()),
                ("RecordingDuration", "1".to_owned()),
                ("RecordingChannels", "1".to_owned()),
                ("RecordingSource", "RecordVerb".to_owned()),
            ];
            self.tell("told_recorded", &address, &[recorded.clone(), done].concat(), &token).await;
        }
        if let Some(address) = attribute(record, "transcribeCallback") {
            let (status, text) = match speech {
                Speech::Clear => ("completed", words),
                Speech::Mumbled => ("completed", "(blank)"),
                Speech::Failed | Speech::Untold => ("failed", ""),
            };
            let said = vec![("TranscriptionStatus", status.to_owned()), ("TranscriptionText", text.to_owned())];
            self.tell("told_heard", &address, &[common, recorded, said].concat(), &token).await;
        }
        true
    }

    /// Sends a code to a number, as the dialog does when somebody enters one.
    pub(in crate::sandbox) async fn send_code(&self, phone_number: &str, by_call: bool) -> Result<(), Refused> {
        let unknown = || Refused::new("Invalid Phone Number", "Nobody can be reached at that number.");
        let typed = Typed::parse(phone_number).ok_or_else(unknown)?;
        let code = format!("{:06}", random_below(1_000_000));
        self.stock().codes.insert(typed.digits.clone(), code.clone());
        let to = format!("+{}", typed.digits);
        if self.deliver(&to, &code, by_call).await { Ok(()) } else { Err(unknown()) }
    }

    /// Brings a code to a number, in a message or in a call; `false` when nobody owns the number.
    pub(in crate::sandbox) async fn deliver(&self, to: &str, code: &str, by_call: bool) -> bool {
        let (first, second) = code.split_at(3);
        if by_call {
            const WORDS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
            let words = code.bytes().filter_map(|digit| WORDS.get(usize::from(digit - b'0')).copied());
            let words = words.collect::<Vec<_>>().join(" ");
            self.ring("+12025550143", to, &format!("Your WhatsApp code is {words}. {words}.")).await
        } else if self.plans().loses_codes {
            self.knows(to.trim_start_matches('+'))
        } else {
            self.text("WhatsApp", to, &format!("Your WhatsApp code is {first}-{second}")).await
        }
    }

    /// Whether somebody who enters a number may go on with it. Numbers that nobody owns at Twilio are taken on trust here.
    pub(in crate::sandbox) fn prove(&self, phone_number: &str, code: &str) -> Result<(), Refused> {
        let Some(typed) = Typed::parse(phone_number).filter(|typed| self.knows(&typed.digits)) else {
            return Ok(());
        };
        if self.stock().codes.get(&typed.digits).is_some_and(|sent| *sent == code.replace([' ', '-'], "")) {
            return Ok(());
        }
        Err(Refused::new("Verification failed", "That is not the code that was sent to this number."))
    }

    /// Posts a signed form; gives the answer's body.
    async fn tell(&self, name: &str, url: &str, form: &[(&'static str, String)], token: &str) -> String {
        let gate = self.plans().gate(name);
        if let Some(gate) = gate.as_ref().filter(|gate| gate.when == When::Before) {
            gate.pass().await;
        }
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.0.http.post(url).header("x-twilio-signature", sign(token, url, form));
        let request = request.header("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
        let (status, text) = match request.body(body).send().await {
            Ok(answer) => (answer.status().as_u16(), answer.text().await.unwrap_or_default()),
            Err(_) => (0, String::new()),
        };
        self.plans().told.push(Told { url: url.to_owned(), status, body: text.clone() });
        if let Some(gate) = gate.as_ref().filter(|gate| gate.when == When::After) {
            gate.pass().await;
        }
        text
    }
}

fn common(owned: &Owned, call: &str, from: &str) -> Form {
    vec![
        ("CallSid", call.to_owned()),
        ("AccountSid", owned.account.clone()),
        ("From", from.to_owned()),
        ("To", owned.phone_number.clone()),
        ("Direction", "inbound".to_owned()),
        ("ApiVersion", "2010-04-01".to_owned()),
    ]
}

/// Twilio's documentation: the URL, then every name and value in order of the names. No name repeats here.
fn sign(token: &str, url: &str, form: &[(&'static str, String)]) -> String {
    let mut sorted: Vec<_> = form.to_vec();
    sorted.sort();
    let text = sorted.iter().fold(url.to_owned(), |text, (name, value)| text + name + value);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}

/// An attribute of the first element of a piece of `TwiML`.
fn attribute(element: &str, name: &str) -> Option<String> {
    let element = element.split('>').next()?;
    let (_, rest) = element.split_once(&format!(" {name}=\""))?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}
