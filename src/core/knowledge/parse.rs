//! Turns files into tables, or problems.

use super::Problem;
use super::format::{Reader, Table};
use super::load::File;

pub(super) fn parse<T>(
    source: &File,
    problems: &mut Vec<Problem>,
    read: impl FnOnce(&mut Table<'_, '_>) -> T,
) -> Option<T> {
    let text = text_of(source, problems)?;
    let mut reader = Reader {
        file: &source.name,
        text,
        problems,
    };
    reader.read(read)
}

/// The text of a file, if it is text.
pub(super) fn text_of<'a>(source: &'a File, problems: &mut Vec<Problem>) -> Option<&'a str> {
    // UTF-16 without a mark at its beginning is often valid UTF-8, but has a NUL in each letter.
    let nul = source.bytes.iter().position(|byte| *byte == 0);
    match (std::str::from_utf8(&source.bytes), nul) {
        (Ok(text), None) => Some(text),
        (read, nul) => {
            let valid = read.map_or_else(|fault| fault.valid_up_to(), str::len);
            let end = nul.map_or(valid, |nul| nul.min(valid));
            let sound = source.bytes.get(..end).unwrap_or_default();
            let text = String::from_utf8_lossy(sound);
            let end = text.len();
            Reader {
                file: &source.name,
                text: &text,
                problems,
            }
            .error(
                &(end..end),
                "this is not UTF-8 text",
                "Save the file as UTF-8.",
            );
            None
        }
    }
}

/// Each of several files that can be read, with its contents.
pub(super) fn parse_each<'a, T>(
    files: &'a [File],
    problems: &mut Vec<Problem>,
    read: impl Fn(&mut Table<'_, '_>) -> T,
) -> Vec<(&'a File, T)> {
    files
        .iter()
        .filter_map(|file| Some((file, parse(file, problems, &read)?)))
        .collect()
}
