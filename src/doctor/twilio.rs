//! Twilio, where numbers are bought: whether the account takes its credentials, what it has, and whether the server believes
//! what it signs.

use std::time::Duration;

use super::{Finding, Patient};
use crate::{
    app::PublicUrl,
    outgoing,
    provisioned::Trouble,
    twilio::{Account, Failure, Remedy, Twilio, inbound},
};

const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn look(patient: &Patient, findings: &mut Vec<Finding>) {
    let Some(twilio) = &patient.twilio else { return };
    let Some(account) = &twilio.settings().account else { return };
    match twilio.check(account).await {
        Ok(()) => findings.push(Finding::fine("twilio", "the account takes its credentials")),
        Err(failure) => return findings.push(refused(twilio, &failure)),
    }
    let Some(public_url) = &patient.public_url else { return };
    findings.push(owned(twilio, account, public_url).await);
    findings.extend(signed(account, public_url).await);
}

fn refused(twilio: &Twilio, failure: &Failure) -> Finding {
    const CHECK: &str = "twilio";
    match failure.remedy() {
        Remedy::Stop(Trouble::Credentials) => Finding::broken(
            CHECK,
            format!("TWILIO_ACCOUNT_SID is not opened by its token or key: {failure}"),
            "copy them anew from Twilio's console, Account, API keys & tokens: the live ones, and a token that was rotated is another",
        ),
        Remedy::Stop(_) | Remedy::Missing | Remedy::Another => Finding::broken(
            CHECK,
            format!("the account cannot be used: {failure}"),
            "look into Twilio's console: a suspended, closed or trial account sells no numbers",
        ),
        Remedy::Ask | Remedy::Later(_) => Finding::broken(
            CHECK,
            format!("{failure}; no number can be bought or given back meanwhile"),
            format!("let this machine reach {} (443), or wait until Twilio answers again", twilio.settings().api_url),
        ),
    }
}

/// What the account has, and how much of it tells this address what reaches it.
async fn owned(twilio: &Twilio, account: &Account, public_url: &PublicUrl) -> Finding {
    const CHECK: &str = "twilio_numbers";
    match twilio.all(account).await {
        Ok(all) => {
            let here = all.iter().filter(|number| number.sms_url == public_url.of(inbound::SMS)).count();
            Finding::fine(
                CHECK,
                format!("the account has {}, of which {here} tell this address of messages", all.len()),
            )
        }
        Err(failure) => Finding::doubt(
            CHECK,
            format!("the account's numbers cannot be listed: {failure}"),
            "let the API key read and buy IncomingPhoneNumbers, or leave it out: the auth token may do both",
        ),
    }
}

/// Tells the server what Twilio would: of a message to a number that nobody waits at, which leaves nothing behind. An address
/// that is not reached is told of elsewhere.
async fn signed(account: &Account, public_url: &PublicUrl) -> Option<Finding> {
    const CHECK: &str = "twilio_webhook";
    let url = public_url.of(inbound::SMS);
    let form = [
        ("AccountSid", account.sid.as_str()),
        ("Body", "setuplinks doctor"),
        ("From", "+15005550006"),
        ("To", "+15005550001"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let signature = inbound::sign(&account.auth_token, &url, &form);
    let client = outgoing::client(&url.parse().ok()?, PATIENCE).ok()?;
    let told = client.post(&url).header("x-twilio-signature", signature).form(&form).send().await.ok()?;
    match told.status().as_u16() {
        200 => Some(Finding::fine(CHECK, format!("{url} believes what the account's token signs"))),
        403 => Some(Finding::doubt(
            CHECK,
            format!(
                "{url} does not believe what the account's token signs: codes arrive seconds later, since messages have to be asked for"
            ),
            "give the running server this TWILIO_AUTH_TOKEN and this PUBLIC_URL, and let the proxy pass on the path and the body as they came",
        )),
        // Whatever else answers there is no server of ours, which is told as such.
        _ => None,
    }
}
