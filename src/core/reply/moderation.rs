//! Replies to moderators about the live guide.

use std::path::Path;

use super::Reply;
use super::markdown::escape;
use super::notes::note;
use crate::knowledge::{Changes, KnowledgeBase, LoadError, Position, Topic};
use crate::text::counted;

/// The guide's status. Times are in seconds since 1970: Discord shows them in the reader's language and time zone.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Since when this guide answers.
    pub since: u64,
    /// Since when the bot runs.
    pub started: u64,
    /// Why its files could not replace it, and since when.
    pub problem: Option<(&'a LoadError, u64)>,
    /// The state of the store.
    pub keeping: Keeping<'a>,
    /// Whether the encoder is in use, or still reading the guide; `None` if there is none.
    pub encoder: Option<bool>,
}

/// The state of the store.
#[derive(Debug, Clone, Copy)]
pub enum Keeping<'a> {
    /// Nothing is kept.
    Off,
    /// What happens is written.
    Well {
        /// How many questions were dropped while it could not be used.
        dropped: u64,
    },
    /// It cannot be used.
    Unwell {
        /// Why, in a sentence that says what to do.
        why: &'a str,
        /// Since when, in seconds since 1970.
        since: u64,
        /// How many rows wait to be written.
        waiting: usize,
        /// How many questions were dropped because too many waited.
        dropped: u64,
    },
}

/// For a person without the permission.
pub fn for_moderators() -> Reply {
    note("This is for moderators: you need the Manage Server permission.")
}

/// What a reload changed.
pub fn reloaded(knowledge: &KnowledgeBase, changes: &Changes) -> Reply {
    note(&format!("{} {}", changed(changes), live(knowledge)))
}

/// A sentence about what a reload changed.
pub fn changed(changes: &Changes) -> String {
    let Changes {
        added,
        changed,
        removed,
    } = *changes;
    if added + changed + removed == 0 {
        return "The guide was reloaded: no topic changed, but another file did.".to_owned();
    }
    let counts = [(added, "added"), (changed, "changed"), (removed, "removed")];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", counted(*count, "topic")))
        .collect();
    format!("The guide was reloaded: {}.", parts.join(", "))
}

/// For a reload that found no changes.
pub fn nothing_to_reload(knowledge: &KnowledgeBase) -> Reply {
    note(&format!(
        "Nothing has changed: these files are already live. {}",
        live(knowledge)
    ))
}

/// For a reload that found the live guide's files again, after an error.
pub fn fixed(knowledge: &KnowledgeBase) -> Reply {
    note(&format!(
        "The files have no errors any more: they are the live ones again. {}",
        live(knowledge)
    ))
}

/// For a reload that found an error.
pub fn not_reloaded(folder: &Path, error: &LoadError) -> Reply {
    note(&format!(
        "The files have an error, so I'm still answering from the previous guide.\n{}",
        problem(folder, error)
    ))
}

/// For a reload that failed unexpectedly.
pub fn cannot_reload() -> Reply {
    note(
        "I couldn't reload the guide, so I'm still answering from the previous one. My log says why.",
    )
}

/// Which guide is live, and what is wrong.
pub fn status(knowledge: &KnowledgeBase, folder: &Path, standing: &Standing<'_>) -> Reply {
    let sections = || knowledge.topics().iter().flat_map(|topic| &topic.sections);
    let phrasings = knowledge.topics().iter().flat_map(Topic::phrasings).count();
    let trouble = match &standing.problem {
        Some((error, since)) => {
            format!(
                "**Problem** since <t:{since}:R>, so I'm answering from the previous guide\n{}",
                problem(folder, error)
            )
        }
        None => "**No problems**: these files are live.".to_owned(),
    };
    let store = keeping(standing.keeping);
    let encoder = match standing.encoder {
        None => "",
        Some(false) => {
            "\n\n**Encoder**: still reading this guide; until it's done, words alone decide."
        }
        Some(true) => "\n\n**Encoder**: on.",
    };
    Reply {
        title: "The guide".to_owned(),
        body: format!(
            "**Version** `{}`, live since <t:{}:R>\n{}, {}, {}, {}\n\n{trouble}\n\n{store}{encoder}\n\n\
             **Running** since <t:{}:R>",
            knowledge.version(),
            standing.since,
            counted(knowledge.topics().len(), "topic"),
            counted(sections().count(), "section"),
            counted(phrasings, "phrasing"),
            counted(knowledge.resources().len(), "link"),
            standing.started,
        ),
        path: vec![knowledge.name().to_owned()],
        ..Reply::default()
    }
    .within_limits()
}

fn keeping(keeping: Keeping<'_>) -> String {
    let dropped = |dropped: u64| {
        if dropped == 0 {
            String::new()
        } else {
            format!(" {dropped} unanswered questions were dropped.")
        }
    };
    match keeping {
        Keeping::Off => {
            "**Storage**: off. I don't keep settings, unanswered questions or counts.".to_owned()
        }
        Keeping::Well { dropped: lost } => format!("**Storage**: OK.{}", dropped(lost)),
        Keeping::Unwell {
            why,
            since,
            waiting,
            dropped: lost,
        } => format!(
            "**Storage problem** since <t:{since}:R>: {}. I'm still answering questions; {waiting} rows are waiting to be written.{}",
            escape(why),
            dropped(lost)
        ),
    }
}

/// For a command that needs the store while it is switched off.
pub fn no_store() -> Reply {
    note(
        "My storage is switched off, so I don't keep settings, unanswered questions or counts. My operator can switch it on.",
    )
}

/// For a command that needs the store while it cannot be used.
pub fn store_trouble(why: &str) -> Reply {
    note(&format!(
        "I can't use my storage right now, so nothing was changed: {}.",
        escape(why)
    ))
}

fn live(knowledge: &KnowledgeBase) -> String {
    format!(
        "The live version is `{}` with {}.",
        knowledge.version(),
        counted(knowledge.topics().len(), "topic")
    )
}

/// What is wrong with the files, where, and how to fix it; file names are relative to the guide's folder.
fn problem(folder: &Path, error: &LoadError) -> String {
    let inside = |path: &Path| {
        path.strip_prefix(folder)
            .unwrap_or(path)
            .display()
            .to_string()
            .replace('`', "'")
    };
    match error {
        LoadError::Read(error) if error.path == folder => {
            format!(
                "The guide's folder can't be read: {}.",
                escape(&error.source.to_string())
            )
        }
        LoadError::Read(error) => format!(
            "`{}` cannot be read: {}.",
            inside(&error.path),
            escape(&error.source.to_string())
        ),
        LoadError::Invalid { problems, .. } => {
            let Some(first) = problems.first() else {
                return String::new();
            };
            let Position { line, column } = first.at;
            let more = match problems.len() {
                0 | 1 => String::new(),
                count => format!("\nand {} more: `internbot check` lists them.", count - 1),
            };
            let place = format!("`{}:{line}:{column}`", inside(Path::new(&first.file)));
            format!(
                "{place} {}\n{}{more}",
                escape(&first.message),
                escape(&first.help)
            )
        }
    }
}
