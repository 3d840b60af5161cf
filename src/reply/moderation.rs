//! What moderators are told about the guide that is live.

use std::path::Path;

use super::Reply;
use super::markdown::escape;
use super::notes::note;
use crate::knowledge::{Changes, KnowledgeBase, LoadError, Position};

/// How the guide stands, in seconds since 1970: Discord shows such times in the reader's own words.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Since when this guide answers.
    pub since: u64,
    /// Since when the bot runs.
    pub started: u64,
    /// Why its files could not replace it, and since when.
    pub problem: Option<(&'a LoadError, u64)>,
    /// What becomes of what is to be kept.
    pub keeping: Keeping<'a>,
    /// Whether the encoder is asked too, or still reads the guide; nothing if there is none.
    pub encoder: Option<bool>,
}

/// How the store is.
#[derive(Debug, Clone, Copy)]
pub enum Keeping<'a> {
    /// Nothing is kept.
    Off,
    /// What happens is written.
    Well {
        /// How many questions were dropped while it was not.
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

/// To a person without the permission.
pub fn for_moderators() -> Reply {
    note("This is for moderators: it needs the permission Manage Server.")
}

/// What a reload changed.
pub fn reloaded(knowledge: &KnowledgeBase, changes: &Changes) -> Reply {
    note(&format!("{} {}", changed(changes), live(knowledge)))
}

/// What a reload changed, in a sentence.
pub fn changed(changes: &Changes) -> String {
    let Changes {
        added,
        changed,
        removed,
    } = *changes;
    if added + changed + removed == 0 {
        return "The guide was reloaded: no topic changed, but another file did.".to_owned();
    }
    let topics = |count: usize| {
        if count == 1 {
            "1 topic".to_owned()
        } else {
            format!("{count} topics")
        }
    };
    let counts = [(added, "added"), (changed, "changed"), (removed, "removed")];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", topics(*count)))
        .collect();
    format!("The guide was reloaded: {}.", parts.join(", "))
}

/// Where a reload found what is live already.
pub fn nothing_to_reload(knowledge: &KnowledgeBase) -> Reply {
    note(&format!(
        "Nothing changed: I already answer from these files. {}",
        live(knowledge)
    ))
}

/// Where a reload found an error.
pub fn not_reloaded(folder: &Path, error: &LoadError) -> Reply {
    note(&format!(
        "The files have an error, so I still answer from the previous guide.\n{}",
        problem(folder, error)
    ))
}

/// Where a reload ended without saying why.
pub fn cannot_reload() -> Reply {
    note(
        "I could not read the guide again and still answer from the previous one. My log says why.",
    )
}

/// Which guide is live, and what is wrong.
pub fn status(knowledge: &KnowledgeBase, folder: &Path, standing: &Standing<'_>) -> Reply {
    let sections = || knowledge.topics().iter().flat_map(|topic| &topic.sections);
    let phrasings = knowledge
        .topics()
        .iter()
        .map(|topic| topic.questions.len())
        .sum::<usize>()
        + sections()
            .map(|section| section.questions.len())
            .sum::<usize>();
    let trouble = match &standing.problem {
        Some((error, since)) => {
            format!(
                "**Problem** since <t:{since}:R>, so I answer from the previous guide\n{}",
                problem(folder, error)
            )
        }
        None => "**No problems**: I answer from these files.".to_owned(),
    };
    let store = keeping(standing.keeping);
    let encoder = match standing.encoder {
        None => "",
        Some(false) => "\n\n**Encoder** is reading this guide; until then words alone decide.",
        Some(true) => "\n\n**Encoder** is on.",
    };
    Reply {
        title: "The guide".to_owned(),
        body: format!(
            "**Version** `{}`, live since <t:{}:R>\n{} topics, {} sections, {phrasings} phrasings, {} links\n\n{trouble}\n\n{store}{encoder}\n\n\
             **Running** since <t:{}:R>",
            knowledge.version(),
            standing.since,
            knowledge.topics().len(),
            sections().count(),
            knowledge.resources().len(),
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
            "**Storage**: off. I keep no settings, no unanswered questions and no counts."
                .to_owned()
        }
        Keeping::Well { dropped: lost } => format!("**Storage**: OK.{}", dropped(lost)),
        Keeping::Unwell {
            why,
            since,
            waiting,
            dropped: lost,
        } => format!(
            "**Storage problem** since <t:{since}:R>: {}. I still answer questions; {waiting} rows are waiting to be written.{}",
            escape(why),
            dropped(lost)
        ),
    }
}

/// Where the store would have to be asked and is switched off.
pub fn no_store() -> Reply {
    note(
        "My storage is switched off, so I keep no settings, no unanswered questions and no counts. My operator can switch it on.",
    )
}

/// Where the store would have to be asked and cannot be.
pub fn store_trouble(why: &str) -> Reply {
    note(&format!(
        "I cannot use my storage at the moment, so nothing was changed: {}.",
        escape(why)
    ))
}

fn live(knowledge: &KnowledgeBase) -> String {
    format!(
        "The live version is `{}` with {} topics.",
        knowledge.version(),
        knowledge.topics().len()
    )
}

/// What is wrong with the files, where and how it is mended; files are named as seen from the folder of the guide.
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
                "The folder of the guide cannot be read: {}.",
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
