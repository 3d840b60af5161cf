//! What moderators are told about the guide that is live.

use std::path::Path;

use crate::knowledge::{Changes, KnowledgeBase, LoadError, Position};

use super::notes::note;
use super::{Reply, escape};

/// How the guide stands, in seconds since 1970: Discord shows such times in the reader's own words.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Since when this guide answers.
    pub since: u64,
    /// Since when the bot runs.
    pub started: u64,
    /// Why its files could not replace it, and since when.
    pub problem: Option<(&'a LoadError, u64)>,
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
    let Changes { added, changed, removed } = *changes;
    if added + changed + removed == 0 {
        return "The guide was reloaded: no topic changed, something else did.".to_owned();
    }
    let topics = |count: usize| if count == 1 { "1 topic".to_owned() } else { format!("{count} topics") };
    let counts = [(added, "added"), (changed, "changed"), (removed, "removed")];
    let parts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{} {what}", topics(*count))).collect();
    format!("The guide was reloaded: {}.", parts.join(", "))
}

/// Where a reload found what is live already.
pub fn nothing_to_reload(knowledge: &KnowledgeBase) -> Reply {
    note(&format!("The files are those that I answer from already. {}", live(knowledge)))
}

/// Where a reload found an error.
pub fn not_reloaded(folder: &Path, error: &LoadError) -> Reply {
    note(&format!("I answer from the guide as it was before, because its files have an error.\n{}", problem(folder, error)))
}

/// Where a reload ended without saying why.
pub fn cannot_reload() -> Reply {
    note("I could not read the guide again and answer from it as it was. My log says why.")
}

/// Which guide is live, and what is wrong.
pub fn status(knowledge: &KnowledgeBase, folder: &Path, standing: &Standing<'_>) -> Reply {
    let sections = || knowledge.topics().iter().flat_map(|topic| &topic.sections);
    let phrasings = knowledge.topics().iter().map(|topic| topic.questions.len()).sum::<usize>()
        + sections().map(|section| section.questions.len()).sum::<usize>();
    let trouble = match &standing.problem {
        Some((error, since)) => {
            format!("**Problem** since <t:{since}:R>, so I answer from the guide before it\n{}", problem(folder, error))
        }
        None => "**No problem**: the files are what I answer from.".to_owned(),
    };
    Reply {
        title: "The guide".to_owned(),
        body: format!(
            "**Version** `{}`, live since <t:{}:R>\n{} topics, {} sections, {phrasings} phrasings, {} links\n\n{trouble}\n\n\
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

fn live(knowledge: &KnowledgeBase) -> String {
    format!("Live is version `{}` with {} topics.", knowledge.version(), knowledge.topics().len())
}

/// What is wrong with the files, where and how it is mended; files are named as seen from the folder of the guide.
fn problem(folder: &Path, error: &LoadError) -> String {
    let inside = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string().replace('`', "'");
    match error {
        LoadError::Read(error) if error.path == folder => {
            format!("The folder of the guide cannot be read: {}.", escape(&error.source.to_string()))
        }
        LoadError::Read(error) => format!("`{}` cannot be read: {}.", inside(&error.path), escape(&error.source.to_string())),
        LoadError::Invalid { problems, .. } => {
            let Some(first) = problems.first() else { return String::new() };
            let Position { line, column } = first.at;
            let more = match problems.len() {
                0 | 1 => String::new(),
                count => format!("\nand {} more: `internbot check` lists them.", count - 1),
            };
            let place = format!("`{}:{line}:{column}`", inside(Path::new(&first.file)));
            format!("{place} {}\n{}{more}", escape(&first.message), escape(&first.mend))
        }
    }
}
