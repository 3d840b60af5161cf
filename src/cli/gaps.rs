//! `internbot gaps`: the questions that the guide could not answer, to read or to paste.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use internbot::additions::quoted;
use internbot::config::Config;
use internbot::gaps::{self, Group};
use internbot::guide::Guide;
use internbot::index_cache::IndexCache;
use internbot::knowledge::{
    GuideSource, KnowledgeBase, MAX_LINE, MAX_PHRASING, MAX_TITLE, PLACEHOLDER,
    PLACEHOLDER_SUMMARY, SectionToml, Topic, TopicToml, new_id, to_toml, topic_file,
};
use internbot::overlay::Overlay;
use internbot::search::Question;
use internbot::store::{self, first_day};
use internbot::text;
use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

use super::error::CliError;
use super::wait::wait_for;

/// The folder where a guide is looked for first.
const USUAL_FOLDER: &str = "knowledge";
/// How many other wordings of a group are listed.
const WORDINGS: usize = 5;

#[derive(Debug, Args)]
pub(super) struct GapsOptions {
    /// Print what to paste into the guide: phrasings for the nearest topic, or a file for a new one
    #[arg(long)]
    toml: bool,
    /// Only the server with this ID; 0 for direct messages
    #[arg(long, value_name = "ID")]
    guild: Option<u64>,
    /// How many days to look back
    #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
}

pub(super) fn run(
    source: &GuideSource,
    config: &Config,
    options: &GapsOptions,
) -> Result<ExitCode, CliError> {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let gaps = wait_for(store::read_gaps(
        &config.store,
        options.guild,
        first_day(today, options.days),
    ))??;
    let guide = IndexCache::of_user().load(source)?;
    let added = if config.discord.additions {
        wait_for(store::read_additions(&config.store, options.guild))??
    } else {
        Vec::new()
    };
    let overlays = Overlay::of_guilds(&guide, added);
    let groups = gaps::group(
        &guide,
        gaps::open(&guide, |guild| overlays.get(&guild), gaps),
    );
    let mut out = anstream::stdout().lock();
    if options.toml {
        let folder = begin_toml(&mut out, source)?;
        toml(&mut out, folder, &guide, &groups, today)?
    } else {
        list(&mut out, &groups, options.days)?
    }
    Ok(ExitCode::SUCCESS)
}

fn list(out: &mut impl Write, groups: &[Group], days: u32) -> io::Result<()> {
    let asked: u64 = groups.iter().map(|group| group.count).sum();
    writeln!(
        out,
        "Not answered in the last {days} days: {asked}, in {} group(s)",
        groups.len()
    )?;
    for group in groups {
        let place = group
            .topic
            .as_ref()
            .map_or("looks like a new topic".to_owned(), |topic| {
                format!("near the topic {topic}")
            });
        writeln!(
            out,
            "\n{:>4} ×  {}\n        {place}; last on {}",
            group.count, group.text, group.last
        )?;
        for (text, count) in group.wordings.iter().skip(1).take(WORDINGS) {
            writeln!(out, "        {count} × {text}")?;
        }
        if let Some(more) = group
            .wordings
            .len()
            .checked_sub(WORDINGS + 1)
            .filter(|more| *more > 0)
        {
            writeln!(out, "        and {more} other wording(s)")?;
        }
    }
    Ok(())
}

/// Prints what to paste: phrasings for existing topics, and whole files for new ones.
fn toml(
    out: &mut impl Write,
    folder: &Path,
    guide: &Guide,
    groups: &[Group],
    today: Date,
) -> io::Result<()> {
    let topics = guide.knowledge.topics();
    let mut known = known_phrasings(&guide.knowledge);
    let mut ids: BTreeSet<String> = topics.iter().map(|topic| topic.id.clone()).collect();
    for topic in topics {
        let of_topic = groups
            .iter()
            .filter(|group| group.topic.as_deref() == Some(&topic.id));
        let new: Vec<String> = of_topic
            .flat_map(|group| new_phrasings(group, &mut known))
            .collect();
        if !new.is_empty() {
            writeln!(
                out,
                "# File {}: add these lines to `questions` of the topic, or of the section that answers them.",
                topic_file(folder, &topic.id).display()
            )?;
            new.iter()
                .try_for_each(|text| writeln!(out, "  {},", quoted(text)))?;
            writeln!(out)?;
        }
    }
    for group in groups.iter().filter(|group| group.topic.is_none()) {
        let new = new_phrasings(group, &mut known);
        let Some(first) = new.first() else { continue };
        let stop_words = &guide.knowledge.vocabulary().stop_words;
        let id = new_id(first, stop_words, "new-topic", &ids);
        writeln!(
            out,
            "# File {}: a new topic, asked {} time(s). Write its text, then run `internbot check`.",
            topic_file(folder, &id).display(),
            group.count
        )?;
        write!(out, "{}", stub(guide, &id, first, &new, today))?;
        writeln!(out)?;
        ids.insert(id);
    }
    Ok(())
}

/// Begins the text to paste into a guide; returns that guide's folder. The embedded guide must be exported before it can be edited.
pub(super) fn begin_toml<'a>(
    out: &mut impl Write,
    source: &'a GuideSource,
) -> io::Result<&'a Path> {
    if source.folder().is_none() {
        writeln!(out, "# First: internbot guide export {USUAL_FOLDER}\n")?;
    }
    Ok(source.folder().unwrap_or(Path::new(USUAL_FOLDER)))
}

/// The words of every phrasing that a guide has.
fn known_phrasings(knowledge: &KnowledgeBase) -> BTreeSet<Vec<String>> {
    let phrasings = knowledge.topics().iter().flat_map(Topic::phrasings);
    let words = phrasings.map(|phrasing| text::words(&phrasing.text));
    words.collect()
}

/// The wordings of a group that can become phrasings: not in the guide yet, short enough, and with nothing scrubbed out.
fn new_phrasings(group: &Group, known: &mut BTreeSet<Vec<String>>) -> Vec<String> {
    let texts = group.wordings.iter();
    texts
        .map(|(text, _)| text::one_line(&text.replace('…', " ")))
        .filter(|text| {
            !text::words(text).is_empty()
                && text.chars().count() <= MAX_PHRASING
                && known.insert(text::words(text))
        })
        .collect()
}

/// A complete topic file that `internbot check` accepts as it is.
fn stub(guide: &Guide, id: &str, first: &str, phrasings: &[String], today: Date) -> String {
    let topics = guide.knowledge.topics();
    let nearest = guide
        .answer(&Question::new(first))
        .matches
        .first()
        .and_then(|found| topics.get(found.topic));
    let category = nearest.map(|topic: &Topic| topic.category.as_str());
    let category = category
        .or(guide
            .knowledge
            .categories()
            .first()
            .map(|category| category.id.as_str()))
        .unwrap_or_default();
    let title = text::cut(&text::capital(first), MAX_TITLE);
    let text = format!(
        "**{PLACEHOLDER}** Several people have asked about it, and the moderators know.\n\n\
         Until then, ask the people in this channel: say what you're trying to do, what you've found out so far and by when \
         you need to decide. Someone who's been through it can usually help.\n"
    );
    to_toml(&TopicToml {
        id: id.to_owned(),
        title: title.clone(),
        category: category.to_owned(),
        summary: text::cut(&format!("{PLACEHOLDER_SUMMARY} {first}"), MAX_LINE),
        reviewed: today,
        keywords: Vec::new(),
        related: Vec::new(),
        questions: phrasings.to_vec(),
        section: vec![SectionToml {
            id: "general".to_owned(),
            heading: title,
            text,
            questions: Vec::new(),
            resources: Vec::new(),
        }],
    })
}
