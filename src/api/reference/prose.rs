//! The few signs of Markdown that descriptions use, as HTML.

/// Text that is safe in HTML.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// Paragraphs, lists and code.
pub fn prose(text: &str) -> String {
    let blocks = text.split("\n\n").map(str::trim).filter(|block| !block.is_empty());
    let blocks = blocks.map(|block| {
        if block.starts_with("- ") {
            let items = block.split("\n- ").map(|item| format!("<li>{}</li>", spans(item.trim_start_matches("- "))));
            format!("<ul>{}</ul>", items.collect::<String>())
        } else {
            format!("<p>{}</p>", spans(block))
        }
    });
    blocks.collect()
}

/// A line with its code.
fn spans(line: &str) -> String {
    let parts = line.split('`').enumerate();
    let parts = parts.map(|(index, part)| {
        let part = escape(part);
        if index % 2 == 1 { format!("<code>{part}</code>") } else { part }
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_lists_and_code_are_told_apart() {
        assert_eq!(
            prose("One `a<b`.\n\n- `x`: it\nis\n- y"),
            "<p>One <code>a&lt;b</code>.</p><ul><li><code>x</code>: it\nis</li><li>y</li></ul>"
        );
        assert_eq!(prose(""), "");
    }
}
