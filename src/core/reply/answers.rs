//! Replies to a question: a section, or an answer that moderators wrote.

use crate::additions::{Addition, LessonReply, site_of};
use crate::answer::{self, Answer, Outcome, ProbableMatch};
use crate::knowledge::{Kind, KnowledgeBase, Section, Stakes, Topic};
use crate::text::{counted, cut};

use super::candidates::{candidate, did_you_mean, named_candidate, not_in_guide};
use super::{Action, Choice, Link, Place, Reply, Target, View, escape};

/// The maximum number of links below an answer; the rest are one click away.
const MAX_LINKS: usize = 4;
/// The maximum number of other candidates below one that is shown in full.
const MAX_OTHERS: usize = 2;
/// The heading of an answer that moderators wrote, which nobody has reviewed.
const OF_MODERATORS: &str = "From the moderators of this server";
/// The longest name of a site that is shown, in characters.
const LONGEST_SITE: usize = 60;
/// Markup that mentions people; a zero-width space in it stops that.
const MENTIONS: [(&str, &str); 3] = [
    ("<@", "<\u{200b}@"),
    ("@everyone", "@\u{200b}everyone"),
    ("@here", "@\u{200b}here"),
];

/// The reply to a question.
pub fn to_answer(knowledge: &KnowledgeBase, answer: &Answer) -> Reply {
    if let Some(addition) = &answer.added {
        return added(knowledge, addition);
    }
    match (answer.outcome, answer.matches.first()) {
        (Outcome::Answer, Some(best)) => match best.find(knowledge) {
            Some((topic, section)) => Reply {
                also: next_to(knowledge, topic, answer::also(answer)),
                ..self::section(knowledge, topic, section)
            }
            .within_limits(),
            None => not_in_guide(knowledge, answer),
        },
        (Outcome::Suggest, Some(best)) => match best.find(knowledge).filter(|_| answer.is_close) {
            Some((topic, section)) => closest(knowledge, topic, section, answer),
            None => did_you_mean(knowledge, answer),
        },
        _ => not_in_guide(knowledge, answer),
    }
}

/// The best candidate in full, and the others below it.
fn closest(knowledge: &KnowledgeBase, topic: &Topic, section: &Section, answer: &Answer) -> Reply {
    let others = answer::candidates(answer).into_iter().skip(1);
    let others = others.take(MAX_OTHERS);
    let others = next_to(knowledge, topic, others);
    Reply {
        also: others.into_iter().map(Choice::here).collect(),
        closest: Some(Place::new(topic, section)),
        ..self::section(knowledge, topic, section)
    }
    .within_limits()
}

/// Sections offered next to one of a topic, which stands above them: its own other sections need no name of the topic.
fn next_to(
    knowledge: &KnowledgeBase,
    topic: &Topic,
    found: impl Iterator<Item = ProbableMatch>,
) -> Vec<Choice> {
    let choice = |found: ProbableMatch| match found.find(knowledge)? {
        (other, section) if other.id == topic.id => {
            Some(named_candidate(&section.heading, topic, section))
        }
        (other, section) => Some(candidate(other, section)),
    };
    found.filter_map(choice).collect()
}

/// A section with its best links, and what to read next.
pub fn section(knowledge: &KnowledgeBase, topic: &Topic, section: &Section) -> Reply {
    let here = Place::new(topic, section);
    let all = knowledge.resources_of(topic).len();
    let siblings = topic
        .sections
        .iter()
        .filter(|other| other.id != section.id)
        .map(|other| sibling(topic, other));
    let more = Choice::show(
        "All resources on this topic",
        counted(all, "link"),
        View::resources_of(topic),
    );
    let related = topic
        .related
        .iter()
        .filter_map(|id| knowledge.topic(id))
        .filter_map(topic_choice);
    let links = links(section);
    let mut buttons = votes(&here).to_vec();
    if topic.sections.len() > 1 {
        buttons.push(Choice::show("Whole topic", "", View::topic(topic)));
    }
    if all > links.len() {
        buttons.push(Choice::show(
            "More resources",
            "",
            View::resources_of(topic),
        ));
    }
    buttons.extend([share(here), Choice::remove()]);
    Reply {
        title: section.heading.clone(),
        path: path_of(knowledge, topic),
        body: section.text.clone(),
        links,
        notice: notice(section),
        prompt: "Read on".to_owned(),
        choices: siblings
            .chain(Some(more).filter(|_| all > 0))
            .chain(related)
            .collect(),
        buttons,
        footer: format!("Reviewed {}", topic.reviewed),
        ..Reply::default()
    }
    .within_limits()
}

/// Where a topic is in the guide, from the outside in.
pub(super) fn path_of(knowledge: &KnowledgeBase, topic: &Topic) -> Vec<String> {
    let (guide, category) = (knowledge.name(), knowledge.category_of(topic));
    vec![guide.to_owned(), category.to_owned(), topic.title.clone()]
}

/// An answer that moderators of the server wrote; for additions that lead to a section, see [`section`].
pub fn added(knowledge: &KnowledgeBase, addition: &Addition) -> Reply {
    let here = addition.place();
    let lesson = &addition.lesson;
    let (text, link) = match &lesson.reply {
        LessonReply::Own { text, link } => (text.as_str(), link.as_deref()),
        LessonReply::Section(_) => ("", None),
    };
    let topic = knowledge.topic(&lesson.topic);
    let page = topic.map(|topic| Choice::show(&topic.title, "", View::topic(topic)));
    let sections = topic.into_iter().flat_map(|topic| {
        topic.sections.iter().map(|section| {
            let view = View::Section(Place::new(topic, section));
            Choice::show(&section.heading, &topic.title, view)
        })
    });
    Reply {
        title: escape(lesson.question()),
        path: vec![knowledge.name().to_owned(), OF_MODERATORS.to_owned()],
        body: MENTIONS
            .iter()
            .fold(text.to_owned(), |text, (mention, shown)| {
                text.replace(mention, shown)
            }),
        links: link.map(linked).into_iter().collect(),
        prompt: "Read on".to_owned(),
        choices: sections.collect(),
        buttons: votes(&here)
            .into_iter()
            .chain(page)
            .chain([share(here), Choice::remove()])
            .collect(),
        footer: format!("Not part of the reviewed guide · written {}", addition.day),
        ..Reply::default()
    }
    .within_limits()
}

/// The feedback that a person can give on an answer.
fn votes(place: &Place) -> [Choice; 2] {
    [
        Choice::new("That helped", "", Action::Helped(place.clone())).here(),
        Choice::new("Not it", "", Action::NotIt(place.clone())),
    ]
}

/// A link that moderators gave, by the name of its site.
fn linked(url: &str) -> Link {
    let site = site_of(url);
    Link {
        name: cut(site.strip_prefix("www.").unwrap_or(site), LONGEST_SITE),
        url: url.to_owned(),
        facts: "added by moderators".to_owned(),
        description: String::new(),
    }
}

/// The same answer once the person who asked has said that it helped.
pub fn that_helped(mut reply: Reply) -> Reply {
    reply
        .buttons
        .retain(|button| !matches!(button.action, Action::Helped(_) | Action::NotIt(_)));
    reply.footer = format!("{} · Glad it helped!", reply.footer);
    reply
}

/// An answer that moderators wrote, before it is posted as a reply to someone's message.
pub fn preview_of_added(knowledge: &KnowledgeBase, addition: &Addition, target: Target) -> Reply {
    Reply {
        choices: Vec::new(),
        buttons: vec![post(addition.place(), target)],
        ..added(knowledge, addition)
    }
}

/// Posts what is shown as a reply to someone's message.
fn post(place: Place, target: Target) -> Choice {
    Choice::new("Post as a reply", "", Action::Post(place, target)).here()
}

/// A section before it is posted as a reply to someone's message, with the other candidates.
pub fn preview(
    knowledge: &KnowledgeBase,
    topic: &Topic,
    section: &Section,
    target: Target,
    others: &[ProbableMatch],
) -> Reply {
    let candidates = others.iter().filter_map(|found| found.find(knowledge));
    let siblings = topic.sections.iter().map(|other| (topic, other));
    let related = topic
        .related
        .iter()
        .filter_map(|id| knowledge.topic(id))
        .filter_map(|topic| Some((topic, topic.sections.first()?)));
    let here = Place::new(topic, section);
    let other = |(of, section): (&Topic, &Section)| {
        let place = Place::new(of, section);
        let detail = if of.id == topic.id { "" } else { &of.title };
        (place != here)
            .then(|| Choice::show(&section.heading, detail, View::Preview(place, target)).here())
    };
    Reply {
        prompt: "Another answer".to_owned(),
        choices: candidates
            .chain(siblings)
            .chain(related)
            .filter_map(other)
            .collect(),
        buttons: vec![post(here.clone(), target)],
        ..self::section(knowledge, topic, section)
    }
    .within_limits()
}

/// A link to the same answer, posted here a moment ago.
pub fn answered_before(place: &Place, link: &str) -> Reply {
    Reply {
        body: format!("I answered this here a moment ago: {link}"),
        buttons: vec![
            Choice::show("Show it to me", "", View::Section(place.clone())),
            Choice::remove(),
        ],
        ..Reply::default()
    }
    .within_limits()
}

fn notice(section: &Section) -> Option<String> {
    (section.stakes == Stakes::Legal).then(|| {
        "This is general information, not legal advice. Rules differ by country and change over time, so rely on the official source below."
            .to_owned()
    })
}

/// The best links of a section; if a wrong answer could do harm, the official ones come first.
fn links(section: &Section) -> Vec<Link> {
    let mut resources: Vec<_> = section.resources.iter().collect();
    if section.stakes == Stakes::Legal {
        resources.sort_by_key(|resource| resource.kind != Kind::Official);
    }
    resources
        .into_iter()
        .take(MAX_LINKS)
        .map(|resource| Link::from(resource.as_ref()))
        .collect()
}

/// Another topic, at its first section.
fn topic_choice(topic: &Topic) -> Option<Choice> {
    let first = View::Section(Place::new(topic, topic.sections.first()?));
    Some(Choice::show(&topic.title, &topic.summary, first))
}

/// A section of the topic that stands above, which is not named again.
pub(super) fn sibling(topic: &Topic, section: &Section) -> Choice {
    let view = View::Section(Place::new(topic, section));
    Choice::show(&section.heading, "", view)
}

/// Shows everyone an answer that only one person can see.
fn share(place: Place) -> Choice {
    Choice::new("Show everyone", "", Action::Share(place))
}
