//! Wherever a reply or the guide names a command, people can click it.

use std::fs;
use std::path::PathBuf;

use super::*;

/// The files with these endings in a folder and those below it.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let nested = paths.flat_map(|path| {
        if path.is_dir() {
            files(&path, ending)
        } else {
            vec![path]
        }
    });
    nested
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect()
}

/// The names of commands in a text that do not become mentions.
fn not_clickable(text: &str) -> Vec<String> {
    let mut room = usize::MAX;
    let shown = COMMANDS.put_into(text, &mut room);
    let mut found = Vec::new();
    for command in crate::discord::commands::ALL {
        let name = format!("/{}", command.name);
        for (at, _) in shown.match_indices(&name) {
            let (before, from) = shown.split_at(at);
            let before = before.chars().next_back();
            let after = from
                .strip_prefix(&name)
                .and_then(|rest| rest.chars().next());
            // As in a mention, a path, an address or a longer word.
            let is_other = |c: char| c.is_alphanumeric() || "<-_/.".contains(c);
            let continues = |c: char| c.is_alphanumeric() || "-/".contains(c);
            if !before.is_some_and(is_other) && !after.is_some_and(continues) {
                found.push(from.chars().take(40).collect());
            }
        }
    }
    found
}

#[test]
fn every_command_that_a_reply_or_the_guide_names_can_be_clicked() {
    assert_eq!(not_clickable("see /ask, `/ask me` or `/ask 1`.").len(), 2);
    let files = files(Path::new("src/core/reply"), "rs");
    let files = files
        .into_iter()
        .chain(super::named_commands::files(Path::new("knowledge"), "toml"));
    for file in files.chain([PathBuf::from("src/core/reply.rs")]) {
        let text = fs::read_to_string(&file).unwrap();
        // Comments and addresses are for others, and blocks of code in the guide are to be copied.
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        for line in lines {
            assert_eq!(
                not_clickable(line),
                Vec::<String>::new(),
                "in {}",
                file.display()
            );
        }
    }
}
