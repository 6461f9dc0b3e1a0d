//! Makes a language of every catalogue in `src/words`: adding one is adding a file.

use std::{env, fmt::Write as _, fs, io, path::Path};

fn main() -> io::Result<()> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("src/words");
    println!("cargo::rerun-if-changed={}", folder.display());

    let mut tags: Vec<String> = fs::read_dir(&folder)?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".ftl").map(str::to_owned))
        .collect();
    // English first: it is what whoever asks for none of the others reads.
    tags.sort_by_key(|tag| (tag != "en", tag.clone()));

    let (mut languages, mut sources) = (String::new(), String::new());
    for tag in &tags {
        let file = folder.join(tag).with_extension("ftl");
        let text = fs::read_to_string(&file)?;
        // The first line is a comment that begins with the language's name.
        let english = text.trim_start_matches(['#', ' ']).split(['.', ',', '\n']).next().unwrap_or(tag);
        let _ = writeln!(languages, "        /// {english}.\n        {} = {tag:?},", name(tag));
        let _ = writeln!(sources, "    include_str!({:?}),", file.display().to_string());
    }
    let code = format!(
        "choice! {{\n    /// A language the pages are written in.\n    pub enum Lang as Language {{\n{languages}    }}\n}}\n\n\
         const SOURCES: &[&str] = &[\n{sources}];\n"
    );
    fs::write(Path::new(&env::var("OUT_DIR").map_err(io::Error::other)?).join("languages.rs"), code)
}

/// `pt-PT` as the name of a value: `PtPt`.
fn name(tag: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect::<String>()
    };
    tag.split('-').map(capital).collect()
}
