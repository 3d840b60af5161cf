//! What moderators are told about the guide that is live.

use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::gaps::Group;
use crate::knowledge::{Changes, KnowledgeBase, LoadError, Position};
use crate::settings::Settings;
use crate::stats::{Stats, Sums, Votes, sparkline};

use super::notes::note;
use super::{Action, Asked, Choice, Entry, Reply, Teach, cut, escape, hash};

/// How many groups of questions a page has: four components each, of the 40 that a message has.
const GROUPS: usize = 8;
/// The most of a question that is repeated in a list, in characters.
const LISTED: usize = 120;
/// How many topics are listed.
const TOPICS: usize = 10;
/// How many sections that were not it, and topics that were asked back, are listed.
const WORST: usize = 5;
/// The days of a week.
const WEEK: usize = 7;

/// A number that is counted: its name, and where it stands.
pub type Counted = (&'static str, fn(&Sums) -> u64);

/// What is counted, in the order in which it is shown.
pub const COUNTED: [Counted; 8] = [
    ("asked", Sums::asked),
    ("  answered", |sums| sums.answered),
    ("  asked back", |sums| sums.asked_back),
    ("  missed", |sums| sums.missed),
    ("none of these", |sums| sums.none_of_these),
    ("unasked answers", |sums| sums.unasked),
    ("helped", |sums| sums.helped),
    ("not it", |sums| sums.not_helped),
];

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

/// What is shown besides the settings themselves.
#[derive(Debug, Clone, Copy)]
pub struct SettingsView<'a> {
    /// What the operator configured to be waited between two questions, in seconds.
    pub usual_cooldown: u64,
    /// Whether something was changed just now.
    pub changed: bool,
    /// Whether the bot hears messages that are not addressed to it.
    pub hears: bool,
    /// How the store is.
    pub keeping: Keeping<'a>,
    /// Channels with unasked answers that the operator configured.
    pub configured_channels: &'a [u64],
    /// The same for forums.
    pub configured_forums: &'a [u64],
    /// Which of these somebody has tried to remove just now.
    pub still_configured: &'a [u64],
    /// Channels and forums that were added just now, where I may not do what I would have to.
    pub blocked: &'a [BlockedChannel],
}

/// A channel or forum in which the bot lacks permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedChannel {
    /// Its id.
    pub id: u64,
    /// What I cannot do there.
    pub what: Lacking,
    /// The permissions, as Discord calls them.
    pub missing: Vec<&'static str>,
}

/// What I cannot do where I lack permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// Answer.
    Answer,
    /// Post a digest.
    Digest,
    /// Set the tag of a post.
    Tag,
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

/// What is set for a guild.
pub fn settings(settings: &Settings, view: &SettingsView<'_>) -> Reply {
    let channels = |set: &[u64], configured: &[u64]| {
        let set = set.iter().map(|id| format!("<#{id}>"));
        let configured = configured
            .iter()
            .map(|id| format!("<#{id}> (by my operator)"));
        let all: Vec<String> = set.chain(configured).collect();
        if all.is_empty() {
            "none".to_owned()
        } else {
            all.join(", ")
        }
    };
    let yes = |is_so| if is_so { "yes" } else { "no" };
    let cooldown = match settings.cooldown_seconds {
        Some(seconds) => format!("{seconds} seconds"),
        None => format!("{} seconds, as my operator configured", view.usual_cooldown),
    };
    let tags = settings.helped_tags.iter();
    let tags: Vec<String> = tags
        .map(|(forum, tag)| format!("{} in <#{forum}>", escape(&tag.name)))
        .collect();
    let tags = if tags.is_empty() {
        "none".to_owned()
    } else {
        tags.join(", ")
    };
    let head = if view.changed {
        "Saved. The settings are now:"
    } else {
        "Change it with the options of `/guide settings`."
    };
    let body = format!(
        "{head}\n\n\
         **Unasked answers**, only when I am sure\n\
         in channels: {}\n\
         to forum posts: {}\n\
         also with answers added on this server: {}\n\n\
         **`/ask` answers privately** by default: {}\n\
         **Cooldown** between two questions of a person: {cooldown}\n\
         **Weekly digest** of what I could not answer: {}\n\
         **Tag of a forum post** whose author presses “That helped”: {tags}",
        channels(&settings.unasked_channels, view.configured_channels),
        channels(&settings.unasked_forums, view.configured_forums),
        yes(settings.unasked_additions),
        yes(settings.private),
        match settings.digest {
            None => "no".to_owned(),
            Some(digest) => format!(
                "in <#{}>, next on {}. Everybody who can read that channel sees these questions, also those asked privately, without \
                 who asked",
                digest.channel,
                date(digest.next())
            ),
        },
    );
    Reply {
        title: "Settings of this server".to_owned(),
        body,
        notice: settings_notice(settings, view),
        ..Reply::default()
    }
    .within_limits()
}

fn settings_notice(settings: &Settings, view: &SettingsView<'_>) -> Option<String> {
    let store = match view.keeping {
        Keeping::Off => Some("Storage is switched off, so nothing can be set here.".to_owned()),
        Keeping::Unwell { .. } => Some(
            "Storage cannot be used at the moment, so nothing can be changed: see `/guide status`."
                .to_owned(),
        ),
        Keeping::Well { .. } => None,
    };
    let deaf = (!view.hears && settings.hears_channels()).then(|| {
        "I cannot read messages in channels yet. I will after my next restart, if my operator has switched on the Message Content \
         Intent. Forum posts do not need it."
            .to_owned()
    });
    let blocked = view.blocked.iter().map(|channel| {
        let what = match channel.what {
            Lacking::Answer => "answer",
            Lacking::Digest => "write",
            Lacking::Tag => "set tags",
        };
        format!(
            "It is saved, but I cannot {what} in <#{}> yet: give me {} there.",
            channel.id,
            channel.missing.join(", ")
        )
    });
    let configured: Vec<String> = view
        .still_configured
        .iter()
        .map(|id| format!("<#{id}>"))
        .collect();
    let configured = (!configured.is_empty()).then(|| {
        format!(
            "I still answer in {}: my operator configured it, and only they can change it.",
            configured.join(", ")
        )
    });
    let notices = [store, deaf, configured].into_iter().flatten();
    let notices: Vec<String> = notices.chain(blocked).collect();
    (!notices.is_empty()).then(|| notices.join("\n"))
}

/// Where a choice of `/guide settings` cannot be.
pub fn cannot_set(why: &str) -> Reply {
    note(&format!("Nothing was changed: {why}."))
}

/// Where a channel was chosen that is not one, or not of this server.
pub fn no_such_channel() -> Reply {
    note("Nothing was changed: choose a text channel or a forum of this server from the list.")
}

/// Where a tag was named, but not the forum that has it.
pub fn tag_without_forum() -> Reply {
    note("Nothing was changed: choose the forum that has the tag too, as `tag-forum`.")
}

/// Where no tag of a forum was named that it has: those that it has.
pub fn choose_tag(forum: u64, tags: &[String]) -> Reply {
    if tags.is_empty() {
        return note(&format!(
            "Nothing was changed: <#{forum}> has no tags. Add one in the settings of the forum, then choose it here."
        ));
    }
    let tags: Vec<String> = tags.iter().map(|tag| escape(tag)).collect();
    note(&format!(
        "Nothing was changed: name one of the tags of <#{forum}> as `tag`. They are: {}.",
        tags.join(", ")
    ))
}

/// Where Discord does not tell which tags a forum has.
pub fn cannot_read_tags(forum: u64) -> Reply {
    note(&format!(
        "Nothing was changed: I cannot read the tags of <#{forum}>. Give me View Channels there, and try again."
    ))
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

/// Where grouping questions ended without saying why.
pub fn cannot_group() -> Reply {
    note("I could not group the questions. My log says why.")
}

/// A page, from 1, of the questions of the last days that had no answer; where moderators may teach, each with what closes it.
pub fn gaps(
    knowledge: &KnowledgeBase,
    groups: &[Group],
    days: u32,
    page: usize,
    may_teach: bool,
) -> Reply {
    let pages = groups.len().div_ceil(GROUPS);
    let asked: u64 = groups.iter().map(|group| group.count).sum();
    if groups.is_empty() {
        return note(&format!(
            "No gaps: every question of the last {days} days on this server was answered."
        ));
    }
    if page > pages {
        return note(&format!("There are only {pages} pages."));
    }
    let shown = groups
        .iter()
        .skip(page.saturating_sub(1) * GROUPS)
        .take(GROUPS);
    let more = if pages > 1 {
        format!("Page {page} of {pages} · ")
    } else {
        String::new()
    };
    let teach = |label: &str, teach| Choice::new(label, "", Action::Teach(teach));
    let entries = shown.map(|group| {
        let gap = Asked::Gap(hash(&group.text));
        let choices = [
            teach("It belongs to…", Teach::Find(gap)),
            teach("Write an answer", Teach::Write(gap)),
        ];
        Entry {
            text: gap_line(knowledge, group),
            choices: choices.into_iter().filter(|_| may_teach).collect(),
        }
    });
    Reply {
        title: "Unanswered questions".to_owned(),
        path: vec![knowledge.name().to_owned()],
        body: format!("{asked} in the last {days} days, most asked first"),
        entries: entries.collect(),
        footer: format!("{more}To paste into the guide: internbot gaps --toml"),
        ..Reply::default()
    }
    .within_limits()
}

/// A group of questions, in two lines.
fn gap_line(knowledge: &KnowledgeBase, group: &Group) -> String {
    let near = group.topic.as_ref().and_then(|id| knowledge.topic(id));
    let near = near.map_or_else(
        || "looks like a new topic".to_owned(),
        |topic| format!("near {}", escape(&topic.title)),
    );
    let others = match group.wordings.len() {
        0 | 1 => String::new(),
        wordings => format!(", in {wordings} wordings"),
    };
    format!(
        "**{} ×** {}\n  {near}{others}, last asked on {}",
        group.count,
        escape(&cut(&group.text, LISTED)),
        date(group.last)
    )
}

/// The gaps of a week and the sections that were most often not it, for a channel; nothing if there is nothing to say.
pub fn digest(knowledge: &KnowledgeBase, groups: &[Group], stats: &Stats) -> Option<Reply> {
    let not_it = listed("Most often not it", not_it(knowledge, stats));
    if groups.is_empty() && not_it.is_empty() {
        return None;
    }
    let asked: u64 = groups.iter().map(|group| group.count).sum();
    let gaps = match groups.len() {
        0 => "Every question had an answer.".to_owned(),
        _ => {
            let worst = groups.iter().take(WORST);
            let lines: Vec<String> = worst.map(|group| gap_line(knowledge, group)).collect();
            format!("**Not in the guide**, {asked} in all\n{}", lines.join("\n"))
        }
    };
    let days = match (stats.days.first(), stats.days.last()) {
        (Some((from, _)), Some((to, _))) => format!("From {} to {}", date(*from), date(*to)),
        _ => String::new(),
    };
    Some(
        Reply {
            title: "What I could not answer".to_owned(),
            path: vec![knowledge.name().to_owned()],
            body: format!("{days}\n\n{gaps}{not_it}"),
            footer: "All of it: `/guide gaps` and `/guide stats` · Off: `/guide settings`"
                .to_owned(),
            ..Reply::default()
        }
        .within_limits(),
    )
}

/// What was asked and answered, narrow enough for a phone.
pub fn stats(knowledge: &KnowledgeBase, stats: &Stats) -> Reply {
    let (week, all) = (stats.last(WEEK), stats.all());
    let head = format!(
        "{:<15} {:>6} {:>7}",
        "",
        "7 days",
        format!("{} days", stats.days.len())
    );
    let rows = COUNTED
        .iter()
        .map(|(name, count)| format!("{name:<15} {:>6} {:>7}", count(&week), count(&all)));
    let table: Vec<String> = std::iter::once(head).chain(rows).collect();
    let bars = |name: &str, count: fn(&Sums) -> u64| {
        let most = stats
            .days
            .iter()
            .map(|(_, sums)| count(sums))
            .max()
            .unwrap_or_default();
        format!(
            "{name}, at most {most} a day\n{}",
            sparkline(stats.days.iter().map(|(_, sums)| count(sums)))
        )
    };
    let missed = |sums: &Sums| sums.missed + sums.none_of_these;
    let chart = [bars("asked", Sums::asked), bars("missed", missed)].join("\n");
    let topic = |(at, (id, sums)): (usize, (&str, &Sums))| {
        let votes = [(sums.helped, "helped"), (sums.not_helped, "not it")];
        let votes: String = votes
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!(", {count} {what}"))
            .collect();
        format!(
            "{}. {}: {} answered{votes}",
            at + 1,
            topic_title(knowledge, id),
            sums.answered + sums.unasked
        )
    };
    let topics: Vec<String> = stats
        .most_answered()
        .into_iter()
        .take(TOPICS)
        .enumerate()
        .map(topic)
        .collect();
    let topics = if topics.is_empty() {
        "No topic yet.".to_owned()
    } else {
        topics.join("\n")
    };
    let since = stats
        .days
        .first()
        .map(|(day, _)| date(*day))
        .unwrap_or_default();
    Reply {
        title: "Asked and answered".to_owned(),
        path: vec![knowledge.name().to_owned()],
        body: format!(
            "```\n{}\n```\n**A bar a day** since {since}\n```\n{chart}\n```\n**Topics**\n{topics}{}{}",
            table.join("\n"),
            listed("Most often not it", not_it(knowledge, stats)),
            listed("Most often asked back, by the nearest topic", asked_back(knowledge, stats)),
        ),
        footer: "Days are those of UTC".to_owned(),
        ..Reply::default()
    }
    .within_limits()
}

/// A list below its heading; nothing if it is empty.
fn listed(heading: &str, lines: Vec<String>) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = lines
        .into_iter()
        .take(WORST)
        .enumerate()
        .map(|(at, line)| format!("{}. {line}", at + 1))
        .collect();
    format!("\n**{heading}**\n{}", lines.join("\n"))
}

/// The sections of which people said that they were not it.
fn not_it(knowledge: &KnowledgeBase, stats: &Stats) -> Vec<String> {
    let sections = stats.most_not_it().into_iter().take(WORST);
    let line = |(topic, section, votes): (&str, &str, Votes)| {
        let found = knowledge.topic(topic);
        let heading = found.and_then(|topic| topic.section(section)).map_or_else(
            || format!("{} (no longer in the guide)", escape(section)),
            |section| escape(&section.heading),
        );
        let helped = match votes.helped {
            0 => String::new(),
            helped => format!(", helped {helped}"),
        };
        let title = topic_title(knowledge, topic);
        format!("{title} › {heading}: not it {}{helped}", votes.not_helped)
    };
    sections.map(line).collect()
}

/// The topics of which candidates were offered.
fn asked_back(knowledge: &KnowledgeBase, stats: &Stats) -> Vec<String> {
    let topics = stats.most_asked_back().into_iter().take(WORST);
    topics
        .map(|(id, sums)| format!("{}: {}", topic_title(knowledge, id), sums.asked_back))
        .collect()
}

/// What people see of a topic that a count names.
fn topic_title(knowledge: &KnowledgeBase, id: &str) -> String {
    knowledge.topic(id).map_or_else(
        || format!("{} (no longer in the guide)", escape(id)),
        |topic| escape(&topic.title),
    )
}

/// A date that Discord shows in the reader's own way: noon in UTC is the same day nearly everywhere.
pub(super) fn date(date: Date) -> String {
    let noon = date.at(12, 0, 0, 0).to_zoned(TimeZone::UTC);
    noon.map_or_else(
        |_| date.to_string(),
        |noon| format!("<t:{}:D>", noon.timestamp().as_second()),
    )
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
                escape(&first.mend)
            )
        }
    }
}
