//! Prints what a search learns from a guide, as JSON, for `src/core/network/adapt.py`.
//!
//! ```text
//! cargo run --release --no-default-features --example corpus -- knowledge
//! cargo run --release --no-default-features --example corpus -- knowledge part
//! ```
//!
//! The second prints what is left if a sixth of the texts and a fifth of the topics are left out, to fit the decision and to measure.

mod part;

use std::error::Error;
use std::io;
use std::path::Path;

use internbot::knowledge;
use internbot::search::Corpus;
use jiff::Zoned;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, part) = match arguments.as_slice() {
        [folder] => (folder, false),
        [folder, part] if part == "part" => (folder, true),
        _ => return Err("usage: corpus KNOWLEDGE [part]".into()),
    };
    let knowledge = knowledge::load(Path::new(folder), Zoned::now().date())?;
    let corpus = Corpus::from(&knowledge);
    let corpus = if part { part::learned(&corpus) } else { corpus };
    serde_json::to_writer(io::stdout().lock(), &corpus)?;
    Ok(())
}
