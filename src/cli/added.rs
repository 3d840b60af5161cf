//! `internbot added`: lists what moderators added to the guide, prints it for pasting, or removes it.

mod questions;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use internbot::additions::{Addition, LessonReply, quoted, resource_table, section_table, site_of};
use internbot::config::Config;
use internbot::guide::Guide;
use internbot::index_cache::IndexCache;
use internbot::knowledge::{GuideSource, MAX_PHRASING, MAX_TITLE, Section, new_id, topic_file};
use internbot::reply::Place;
use internbot::store;
use internbot::text;

use super::error::CliError;
use super::gaps::begin_toml;
use super::wait::wait_for;
use questions::TaughtQuestions;

#[derive(Debug, Args)]
pub(super) struct AddedOptions {
    /// Print what to paste into the guide: phrasings for sections, and sections for topics
    #[arg(long)]
    toml: bool,
    /// Only the server with this ID
    #[arg(long, visible_alias = "server", value_name = "ID")]
    guild: Option<u64>,
    /// Remove the entry with this number
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["toml", "guild"])]
    remove: Option<u64>,
}

pub(super) fn run(
    source: &GuideSource,
    config: &Config,
    options: &AddedOptions,
) -> Result<ExitCode, CliError> {
    let mut out = anstream::stdout().lock();
    if let Some(id) = options.remove {
        if !wait_for(store::remove_addition(&config.store, id))?? {
            return Err(CliError::NoAddition(id));
        }
        writeln!(
            out,
            "Removed number {id}. A running bot follows within a second."
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let added = wait_for(store::read_additions(&config.store, options.guild))??;
    if options.toml {
        let guide = IndexCache::of_user().load(source)?;
        let folder = begin_toml(&mut out, source)?;
        toml(&mut out, folder, &guide, &added)?;
    } else {
        list(&mut out, &added)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn list(out: &mut impl Write, added: &[(u64, Addition)]) -> io::Result<()> {
    writeln!(out, "Added by moderators: {}", added.len())?;
    for (guild, addition) in added {
        let lesson = &addition.lesson;
        let author = addition
            .author
            .map_or_else(String::new, |author| format!(" by {author}"));
        writeln!(out, "\n{:>6}  {}", addition.id, plain(lesson.question()))?;
        for other in lesson.questions.iter().skip(1) {
            writeln!(out, "        {}", plain(other))?;
        }
        match &lesson.reply {
            LessonReply::Section(section) => {
                writeln!(out, "        leads to {}/{section}", lesson.topic)?;
            }
            LessonReply::Own { text, link } => {
                writeln!(out, "        {}", plain(text))?;
                if let Some(link) = link {
                    writeln!(out, "        {}", plain(link))?;
                }
                writeln!(out, "        listed under {}", lesson.topic)?;
            }
        }
        writeln!(out, "        server {guild}, {}{author}", addition.day)?;
    }
    Ok(())
}

/// A text on one line, with control sequences made harmless.
fn plain(text: &str) -> String {
    let line = text::one_line(text);
    line.chars().filter(|c| !c.is_control()).collect()
}

/// Prints what to paste: phrasings for sections, and sections for topics, with their links.
fn toml(
    out: &mut impl Write,
    folder: &Path,
    guide: &Guide,
    added: &[(u64, Addition)],
) -> io::Result<()> {
    let topics = guide.knowledge.topics();
    let is_gone = |addition: &Addition| {
        let topic = guide.knowledge.topic(&addition.lesson.topic);
        match &addition.lesson.reply {
            LessonReply::Section(id) => topic.is_none_or(|topic| topic.section(id).is_none()),
            LessonReply::Own { .. } => topic.is_none(),
        }
    };
    let (gone, present): (Vec<_>, Vec<_>) = added.iter().partition(|(_, added)| is_gone(added));
    let mut questions = TaughtQuestions::of(guide, present.iter().map(|(_, addition)| addition));
    for topic in topics {
        for section in &topic.sections {
            let place = Place::new(topic, section);
            let additions = present.iter().map(|(_, addition)| addition);
            let of_section = additions.filter(|addition| addition.place() == place);
            let lines: Vec<String> = of_section
                .flat_map(|addition| questions.new_of(addition))
                .map(line)
                .collect();
            if !lines.is_empty() {
                writeln!(
                    out,
                    "# File {}: add these lines to `questions` of the section `{}`.",
                    topic_file(folder, &topic.id).display(),
                    section.id
                )?;
                lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
                writeln!(out)?;
            }
        }
    }
    let mut taken = Taken::of(guide);
    for topic in topics {
        let of_topic = present
            .iter()
            .filter(|(_, addition)| addition.lesson.topic == topic.id && addition.lesson.is_own());
        for (guild, addition) in of_topic {
            let new = questions.new_of(addition);
            if !questions.is_outdated(addition) {
                answer(out, folder, guide, (*guild, addition), &new, &mut taken)?;
            }
        }
    }
    for (_, addition) in gone {
        writeln!(
            out,
            "# Left out: number {}, {}: its place in the topic {} is no longer in the guide.",
            addition.id,
            quoted(addition.lesson.question()),
            addition.lesson.topic
        )?;
    }
    let mut left_out = questions.left_out.iter();
    left_out.try_for_each(|comment| writeln!(out, "{comment}"))
}

/// A phrasing as a line of a list, or as a comment if it is too long.
fn line(question: &str) -> String {
    if text::length(question) > MAX_PHRASING {
        format!("  # too long, to be shortened: {}", quoted(question))
    } else {
        format!("  {},", quoted(question))
    }
}

/// Ids and addresses that are already taken.
struct Taken {
    ids: BTreeSet<String>,
    /// The address and the id of each resource.
    resources: Vec<(String, String)>,
}

impl Taken {
    fn of(guide: &Guide) -> Self {
        let sections = guide
            .knowledge
            .topics()
            .iter()
            .flat_map(|topic| &topic.sections);
        let resources = guide.knowledge.resources();
        Self {
            ids: sections
                .map(|section: &Section| section.id.clone())
                .chain(resources.iter().map(|resource| resource.id.clone()))
                .collect(),
            resources: resources
                .iter()
                .map(|resource| (resource.url.clone(), resource.id.clone()))
                .collect(),
        }
    }

    /// A new id, made from the words of a text.
    fn new_id(&mut self, guide: &Guide, text: &str) -> String {
        let stop_words = &guide.knowledge.vocabulary().stop_words;
        let id = new_id(text, stop_words, "new-topic", &self.ids);
        self.ids.insert(id.clone());
        id
    }
}

/// Prints an answer with these new questions as a section of its topic, with its link.
fn answer(
    out: &mut impl Write,
    folder: &Path,
    guide: &Guide,
    (guild, addition): (u64, &Addition),
    questions: &[&str],
    taken: &mut Taken,
) -> io::Result<()> {
    let lesson = &addition.lesson;
    let LessonReply::Own { link, .. } = &lesson.reply else {
        return Ok(());
    };
    let (questions, long): (Vec<&str>, Vec<&str>) = questions
        .iter()
        .partition(|question| text::length(question) <= MAX_PHRASING);
    let mut resource = None;
    if let Some(link) = link {
        let there = taken.resources.iter().find(|(url, _)| url == link);
        let id = match there {
            Some((_, id)) => id.clone(),
            None => {
                let id = taken.new_id(guide, lesson.question());
                writeln!(
                    out,
                    "# File {}: a new link; add it at the end.",
                    folder.join("resources.toml").display()
                )?;
                let name = text::cut(site_of(link), MAX_TITLE);
                writeln!(out, "{}", resource_table(&id, &name, link))?;
                taken.resources.push((link.clone(), id.clone()));
                id
            }
        };
        resource = Some(id);
    }
    let id = taken.new_id(guide, lesson.question());
    if let Some(section) = section_table(&id, lesson, &questions, resource.as_deref()) {
        writeln!(
            out,
            "# File {}: a new section, number {} of server {guild}; read it, then add it at the end.",
            topic_file(folder, &lesson.topic).display(),
            addition.id
        )?;
        long.iter()
            .try_for_each(|question| writeln!(out, "{}", line(question)))?;
        writeln!(out, "{section}")?;
    }
    Ok(())
}
