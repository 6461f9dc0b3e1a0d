//! Reading a verification code out of a message, or out of what was heard in a call.
//!
//! Meta publishes no wording. A code has six digits, often in two groups of three; a text may repeat it, and one that
//! offers two different codes offers none.

/// Marks of direction that stand between digits in messages of mixed scripts.
const UNSEEN: [char; 12] = [
    '\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{2066}',
    '\u{2067}', '\u{2068}', '\u{2069}',
];
/// What may stand between the two groups.
const BETWEEN: [char; 6] = ['-', ' ', '\u{a0}', '\u{202f}', '\u{2011}', '\u{2013}'];

/// The six digits of the one code in a message.
#[must_use]
pub fn read(text: &str) -> Option<String> {
    let text: Vec<char> = text.chars().filter(|c| !UNSEEN.contains(c)).collect();
    let mut found = (0..text.len()).filter_map(|at| code_at(&text, at));
    let first = found.next()?;
    found.all(|code| code == first).then_some(first)
}

/// The code that begins exactly there.
fn code_at(text: &[char], at: usize) -> Option<String> {
    let digit = |at: usize| text.get(at).copied().and_then(value);
    if at > 0 && digit(at - 1).is_some() {
        return None;
    }
    let group = |from: usize| (from..from + 3).map(digit).collect::<Option<String>>();
    let first = group(at)?;
    let between = text.get(at + 3).filter(|c| BETWEEN.contains(c));
    let gap = usize::from(between.is_some());
    let second = group(at + 3 + gap)?;
    let end = at + 6 + gap;
    // More groups on either side: a phone number.
    let goes_on = between.is_some() && text.get(end) == between && digit(end + 1).is_some();
    let went_on = at > 1 && between.is_some() && text.get(at - 1) == between && digit(at - 2).is_some();
    (digit(end).is_none() && !goes_on && !went_on).then(|| first + &second)
}

/// A digit in any of the scripts our languages are written in.
fn value(c: char) -> Option<char> {
    let zero = [0x30, 0x660, 0x6f0, 0x966].into_iter().find(|zero| (*zero..zero + 10).contains(&u32::from(c)))?;
    char::from_digit(u32::from(c) - zero, 10)
}

/// The six digits that a voice spoke, from what a recogniser made of it: digits, words, or both; said once or again.
#[must_use]
pub fn heard(text: &str) -> Option<String> {
    let mut runs = vec![String::new()];
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        match spoken(&word.to_lowercase()) {
            Some(digits) => runs.last_mut()?.push_str(&digits),
            None => runs.push(String::new()),
        }
    }
    let mut codes = runs.iter().filter(|run| !run.is_empty()).filter_map(|run| once(run));
    let first = codes.next()?;
    codes.all(|code| code == first).then_some(first)
}

/// A run of digits that is a code, said once or several times over.
fn once(run: &str) -> Option<String> {
    let code = run.get(..6)?;
    (run.len().is_multiple_of(6) && run.as_bytes().chunks(6).all(|part| part == code.as_bytes()))
        .then(|| code.to_owned())
}

/// The digits that a word stands for. Recognisers write "oh" for a zero.
fn spoken(word: &str) -> Option<String> {
    const WORDS: [&[&str]; 10] = [
        &["zero", "oh", "cero", "nol", "kosong", "शून्य", "صفر"],
        &["one", "uno", "um", "uma", "satu", "एक", "واحد"],
        &["two", "dos", "dois", "duas", "dua", "दो", "اثنان", "اثنين"],
        &["three", "tres", "três", "tiga", "तीन", "ثلاثة"],
        &["four", "cuatro", "quatro", "empat", "चार", "أربعة", "اربعة"],
        &["five", "cinco", "lima", "पांच", "पाँच", "خمسة"],
        &["six", "seis", "meia", "enam", "छह", "छः", "ستة"],
        &["seven", "siete", "sete", "tujuh", "सात", "سبعة"],
        &["eight", "ocho", "oito", "delapan", "आठ", "ثمانية"],
        &["nine", "nueve", "nove", "sembilan", "नौ", "تسعة"],
    ];
    if let Some(digits) = word.chars().map(value).collect::<Option<String>>() {
        return Some(digits);
    }
    WORDS.iter().position(|words| words.contains(&word)).map(|digit| digit.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_written() {
        for text in [
            "Your WhatsApp code is 123-456",
            "<#> Your WhatsApp code is 123-456. Don't share it. 4sgLq1p5sV6",
            "Your WhatsApp Business account verification code is 123-456.",
            "Your WhatsApp code: 123456 You can also tap on this link: v.whatsapp.com/123456 Don't share",
            "WhatsApp kodunuz: 123-456. Kodu paylaşmayın",
            "Código 123 456",
            "123\u{a0}456",
            "123\u{2011}456",
            "\u{200f}رمز واتساب: \u{200e}١٢٣-٤٥٦",
            "आपका कोड १२३-४५६ है",
            "123-456 (123456)",
        ] {
            assert_eq!(read(text).as_deref(), Some("123456"), "{text}");
        }
    }

    #[test]
    fn what_is_no_code_or_two_is_none() {
        for text in [
            "",
            "Hello",
            "12345",
            "1234567",
            "+1 202 555 0143",
            "123-4567",
            "0123-456",
            "Your code is 123-456, not 654-321",
            "Order 1234567890",
            "123--456",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_code_is_heard_in_digits_and_in_words() {
        for text in [
            "Your WhatsApp code is one two three four five six.",
            "Your verification code is 1 2 3 4 5 6. Once again, your code is 1, 2, 3, 4, 5, 6.",
            "code is 123 456",
            "one two three four five six one two three four five six",
            "Tu código es uno dos tres cuatro cinco seis",
            "Seu código é um dois três quatro cinco meia",
            "Kode Anda satu dua tiga empat lima enam",
            "1, two, 3, four, 5, six",
        ] {
            assert_eq!(heard(text).as_deref(), Some("123456"), "{text}");
        }
        assert_eq!(heard("oh one two three four five").as_deref(), Some("012345"));
        for text in ["", "hello", "one two three", "your code is 123456 or 654321", "1 2 3 4 5 6 7"] {
            assert_eq!(heard(text), None, "{text}");
        }
    }
}
