//! What a person is shown, as plain data: all wording and all of Discord's limits.
//!
//! A [`Reply`] knows nothing of Discord's library or of terminals; `discord::render` and `terminal` turn it into what
//! they show. Whatever composes a reply ends in [`Reply::within_limits`], so every reply fits.

use std::fmt::Write as _;

use crate::answer::{self, Answer, Outcome};
use crate::knowledge::{KnowledgeBase, Resource, Section, Stakes, Topic};
use crate::search::Match;

/// Discord's limits, in characters or items (<https://discord.com/developers/docs/resources/message#embed-object-embed-limits>,
/// <https://discord.com/developers/docs/components/reference>).
pub mod limit {
    /// The title of an embed.
    pub const TITLE: usize = 256;
    /// The description of an embed.
    pub const DESCRIPTION: usize = 4_096;
    /// The value of an embed's field.
    pub const FIELD: usize = 1_024;
    /// The footer of an embed.
    pub const FOOTER: usize = 2_048;
    /// All texts of all embeds of a message together.
    pub const EMBEDS: usize = 6_000;
    /// A plain message.
    pub const CONTENT: usize = 2_000;
    /// The label of a button.
    pub const BUTTON: usize = 80;
    /// The label, value or description of a menu's option; the name or value of an autocomplete choice.
    pub const OPTION: usize = 100;
    /// The options of a menu, the choices of an autocompletion.
    pub const OPTIONS: usize = 25;
}

/// The most links below an answer; the rest is one step away.
const MOST_LINKS: usize = 4;

/// What a person is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The headline.
    pub title: String,
    /// Where in the guide this stands, from the outside in.
    pub path: Vec<String>,
    /// Discord Markdown.
    pub body: String,
    /// Links, best first.
    pub links: Vec<Link>,
    /// What to be aware of, where a wrong answer could do harm.
    pub notice: Option<String>,
    /// What the choices are, in a few words.
    pub prompt: String,
    /// What a person can do next.
    pub choices: Vec<Choice>,
    /// Small print.
    pub footer: String,
}

/// A link with what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The site's name.
    pub name: String,
    /// The address.
    pub url: String,
    /// What it is, what it costs, for whom: "course, free, beginner".
    pub facts: String,
    /// Why it is worth opening.
    pub description: String,
}

/// Something that a person can do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it is called, at most 80 characters.
    pub label: String,
    /// One line more, at most 100 characters.
    pub detail: String,
    /// What it does.
    pub action: Action,
}

/// What a choice does. Topics and sections are named by id, so that a choice outlives a reload of the guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Show a section.
    Section {
        /// The topic's id.
        topic: String,
        /// The section's id.
        section: String,
    },
    /// Show everything that helps with a topic.
    Resources {
        /// The topic's id.
        topic: String,
    },
    /// Show the topics of the guide.
    Topics,
}

/// The reply to a question.
pub fn to_answer(knowledge: &KnowledgeBase, answer: &Answer) -> Reply {
    match (answer.outcome, answer.matches.first()) {
        (Outcome::Answer, Some(best)) => match place(knowledge, best) {
            Some((topic, section)) => self::section(knowledge, topic, section),
            None => not_in_guide(knowledge, answer),
        },
        (Outcome::Suggest, Some(_)) => did_you_mean(knowledge, answer),
        _ => not_in_guide(knowledge, answer),
    }
}

/// A section, with its links and what to read next.
pub fn section(knowledge: &KnowledgeBase, topic: &Topic, section: &Section) -> Reply {
    let links: Vec<Link> = section.resources.iter().map(|resource| Link::from(resource.as_ref())).take(MOST_LINKS).collect();
    let notice = (section.stakes == Stakes::Legal).then(|| {
        "This is general information, not legal advice. Rules differ by country and change: what counts is the official source below."
            .to_owned()
    });
    let siblings = topic.sections.iter().filter(|other| other.id != section.id).map(|other| section_choice(topic, other, &other.heading));
    let more = Choice {
        label: "All resources on this topic".to_owned(),
        detail: format!("{} links", knowledge.resources_of(topic).len()),
        action: Action::Resources { topic: topic.id.clone() },
    };
    let related = topic.related.iter().filter_map(|id| knowledge.topic(id)).filter_map(topic_choice);
    Reply {
        title: section.heading.clone(),
        path: vec![knowledge.name().to_owned(), knowledge.category_of(topic).to_owned(), topic.title.clone()],
        body: section.text.clone(),
        links,
        notice,
        prompt: "Read on".to_owned(),
        choices: siblings.chain(Some(more)).chain(related).collect(),
        footer: format!("Reviewed {}", topic.reviewed),
    }
    .within_limits()
}

/// The candidates, to choose from.
fn did_you_mean(knowledge: &KnowledgeBase, answer: &Answer) -> Reply {
    Reply {
        title: "What do you mean?".to_owned(),
        body: "I am not sure which of these you are asking about. Choose one, or ask again in other words.".to_owned(),
        prompt: "Did you mean".to_owned(),
        choices: answer::candidates(&answer.matches).iter().filter_map(|found| match_choice(knowledge, found)).collect(),
        ..Reply::default()
    }
    .within_limits()
}

/// The honest answer where the guide has none, with a next step.
fn not_in_guide(knowledge: &KnowledgeBase, answer: &Answer) -> Reply {
    let about = knowledge.name();
    let of_kind = answer.kind.and_then(|kind| knowledge.out_of_scope().get(kind)).and_then(|kind| kind.reply.clone());
    let body = match of_kind {
        Some(reply) => reply,
        None if answer.matches.is_empty() => format!("Ask me something about internships: I answer from the {about}."),
        None => format!("I answer from the {about} and found nothing on this. Try other words, or ask the people here."),
    };
    let nearest = answer.matches.iter().take(2).filter_map(|found| match_choice(knowledge, found)).filter(|_| answer.kind.is_none());
    let topics =
        Choice { label: "List of topics".to_owned(), detail: format!("{} topics", knowledge.topics().len()), action: Action::Topics };
    Reply {
        title: "Not in the guide".to_owned(),
        body,
        prompt: if answer.kind.is_none() && !answer.matches.is_empty() {
            "The nearest that I have".to_owned()
        } else {
            "Look around".to_owned()
        },
        choices: nearest.chain(Some(topics)).collect(),
        ..Reply::default()
    }
    .within_limits()
}

/// Everything that helps with a topic.
pub fn resources(knowledge: &KnowledgeBase, topic: &Topic) -> Reply {
    Reply {
        title: format!("Resources: {}", topic.title),
        path: vec![knowledge.name().to_owned(), knowledge.category_of(topic).to_owned(), topic.title.clone()],
        body: topic.summary.clone(),
        links: knowledge.resources_of(topic).into_iter().map(Link::from).collect(),
        prompt: "Read on".to_owned(),
        choices: topic.sections.iter().map(|section| section_choice(topic, section, &section.heading)).collect(),
        ..Reply::default()
    }
    .within_limits()
}

/// All topics, by category.
pub fn topics(knowledge: &KnowledgeBase) -> Reply {
    let mut body = String::new();
    for category in knowledge.categories() {
        let titles: Vec<&str> =
            knowledge.topics().iter().filter(|topic| topic.category == category.id).map(|topic| topic.title.as_str()).collect();
        if !titles.is_empty() {
            // Writing to a String cannot fail.
            let _ = writeln!(body, "**{}**\n{}\n", category.title, titles.join(" · "));
        }
    }
    Reply {
        title: knowledge.name().to_owned(),
        body: body.trim_end().to_owned(),
        footer: "Ask about any of these in your own words.".to_owned(),
        ..Reply::default()
    }
    .within_limits()
}

/// The topic and the section of a match.
pub fn place<'a>(knowledge: &'a KnowledgeBase, found: &Match) -> Option<(&'a Topic, &'a Section)> {
    let topic = knowledge.topics().get(found.topic)?;
    Some((topic, topic.sections.get(found.section)?))
}

fn match_choice(knowledge: &KnowledgeBase, found: &Match) -> Option<Choice> {
    let (topic, section) = place(knowledge, found)?;
    let label = if found.section == 0 { topic.title.clone() } else { section.heading.clone() };
    Some(section_choice(topic, section, &label))
}

fn topic_choice(topic: &Topic) -> Option<Choice> {
    Some(section_choice(topic, topic.sections.first()?, &topic.title))
}

fn section_choice(topic: &Topic, section: &Section, label: &str) -> Choice {
    let detail = if label == topic.title { topic.summary.clone() } else { topic.title.clone() };
    Choice { label: label.to_owned(), detail, action: Action::Section { topic: topic.id.clone(), section: section.id.clone() } }
}

impl From<&Resource> for Link {
    fn from(resource: &Resource) -> Self {
        let level = match resource.level.name() {
            "any" => String::new(),
            level => format!(", {level}"),
        };
        Self {
            name: resource.name.clone(),
            url: resource.url.clone(),
            facts: format!("{}, {}{level}", resource.kind.name().replace('-', " "), resource.cost.name()),
            description: resource.description.clone(),
        }
    }
}

impl Reply {
    /// Cuts every part to what Discord takes.
    fn within_limits(mut self) -> Self {
        self.title = cut(&self.title, limit::TITLE);
        self.body = cut(&self.body, limit::DESCRIPTION);
        self.footer = cut(&self.footer, limit::FOOTER);
        self.choices.truncate(limit::OPTIONS);
        for choice in &mut self.choices {
            choice.label = cut(&choice.label, limit::BUTTON);
            choice.detail = cut(&choice.detail, limit::OPTION);
        }
        self
    }
}

/// The text in at most `most` characters: what is cut ends with an ellipsis, at a space where one is near.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    let at_word = kept.rfind(char::is_whitespace).filter(|&space| space * 4 >= kept.len() * 3);
    let kept = at_word.and_then(|space| kept.get(..space)).unwrap_or(&kept);
    format!("{}…", kept.trim_end())
}
