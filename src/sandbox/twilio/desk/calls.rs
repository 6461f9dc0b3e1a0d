//! What reached numbers: messages, recordings of calls, and what was made of those.

use serde_json::{Value, json};

use super::{
    super::{answer::Answer, ask::Ask, stock::Stock},
    rfc2822,
};
use crate::clock::Timestamp;

pub(super) fn messages(stock: &Stock, ask: &Ask) -> Answer {
    let to = ask.field("To");
    let day = ask.field("DateSent>").and_then(Timestamp::parse);
    let fits = |message: &&super::super::stock::Message| {
        to.is_none_or(|to| message.to == to) && day.is_none_or(|day| message.at >= day)
    };
    let list: Vec<Value> = stock
        .messages
        .iter()
        .rev()
        .filter(fits)
        .map(|message| {
            json!({
                "sid": message.sid, "from": message.from, "to": message.to, "body": message.body,
                "direction": "inbound", "status": "received", "date_sent": rfc2822(message.at),
                "date_created": rfc2822(message.at),
            })
        })
        .collect();
    Answer::json(200, &json!({ "messages": list, "next_page_uri": null }))
}

/// A second of silence, as MPEG frames of 128 kbit/s.
fn silence() -> Vec<u8> {
    let frame: Vec<u8> = [0xff, 0xfb, 0x90, 0xc4].into_iter().chain(std::iter::repeat_n(0, 413)).collect();
    frame.repeat(38)
}

pub(super) fn recordings(stock: &Stock, ask: &Ask) -> Answer {
    let of_call =
        |recording: &&super::super::stock::Recording| ask.field("CallSid").is_none_or(|call| recording.call == call);
    let list: Vec<Value> = stock
        .recordings
        .iter()
        .filter(of_call)
        .map(|recording| json!({ "sid": recording.sid, "call_sid": recording.call, "status": "completed", "duration": "1" }))
        .collect();
    Answer::json(200, &json!({ "recordings": list, "next_page_uri": null, "uri": ask.path }))
}

pub(super) fn recording(stock: &mut Stock, ask: &Ask) -> Answer {
    let sid = ask.last(0).split('.').next().unwrap_or_default();
    let Some(at) = stock.recordings.iter().position(|known| known.sid == sid) else {
        return Answer::missing(&ask.path);
    };
    if ask.name == "recording" {
        return Answer::sound(silence());
    }
    stock.recordings.remove(at);
    Answer::nothing()
}

/// They stay when their recording goes; only nobody finds them by it any more.
pub(super) fn transcriptions(stock: &Stock, ask: &Ask) -> Answer {
    let Some(recording) = stock.recordings.iter().find(|known| known.sid == ask.last(0)) else {
        return Answer::missing(&ask.path);
    };
    let of_it = stock.transcriptions.iter().filter(|(_, of)| *of == recording.sid);
    let list: Vec<Value> = of_it.map(|(sid, of)| json!({ "sid": sid, "recording_sid": of, "type": "fast" })).collect();
    Answer::json(200, &json!({ "transcriptions": list, "next_page_uri": null, "uri": ask.path }))
}

pub(super) fn transcription(stock: &mut Stock, ask: &Ask) -> Answer {
    let at = stock.transcriptions.iter().position(|(sid, of)| *of == ask.last(0) && *sid == ask.last(1));
    let Some(at) = at else { return Answer::missing(&ask.path) };
    stock.transcriptions.remove(at);
    Answer::nothing()
}
