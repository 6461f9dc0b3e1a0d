//! Makes a language of every catalogue in `src/words`, where adding one is adding a file, and packs the files of `static/`, so
//! that the server need not.

use std::{
    env,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::Path,
};

fn main() -> io::Result<()> {
    let variable = |name| env::var(name).map_err(io::Error::other);
    let (root, out) = (variable("CARGO_MANIFEST_DIR")?, variable("OUT_DIR")?);
    let (root, out) = (Path::new(&root), Path::new(&out));
    fs::write(out.join("languages.rs"), languages(&root.join("src/words"))?)?;
    pack(&root.join("static"), &out.join("static"))
}

fn languages(folder: &Path) -> io::Result<String> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut tags: Vec<String> = fs::read_dir(folder)?
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
    Ok(format!(
        "choice! {{\n    /// A language the pages are written in.\n    pub enum Lang as Language {{\n{languages}    }}\n}}\n\n\
         const SOURCES: &[&str] = &[\n{sources}];\n"
    ))
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

/// Lays every file of a folder into another, with a Brotli and a gzip form beside it where that is smaller.
fn pack(from: &Path, to: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", from.display());
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (name, plain) = (entry.file_name(), fs::read(entry.path())?);
        let name = name.to_str().ok_or_else(|| io::Error::other("a static file has a name that is no text"))?;
        fs::write(to.join(name), &plain)?;
        let mut brotli = brotli::CompressorWriter::new(Vec::new(), 4096, 11, 22);
        brotli.write_all(&plain)?;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&plain)?;
        for (coding, packed) in [("br", brotli.into_inner()), ("gzip", gzip.finish()?)] {
            if packed.len() < plain.len() {
                fs::write(to.join(format!("{name}.{coding}")), packed)?;
            }
        }
    }
    Ok(())
}
