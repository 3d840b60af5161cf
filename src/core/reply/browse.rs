//! Browsing: topics and resources, page by page.

use std::fmt::Write as _;

use crate::knowledge::{Category, Cost, Kind, KnowledgeBase, Level, Resource, Topic};
use crate::text::counted;

use super::answers::{path_of, preview, section, sibling};
use super::{Choice, Filter, Link, Reply, View};

/// Resources on a page.
const RESOURCES: usize = 8;
/// Topics on a page.
const TOPICS: usize = 20;

/// Shows a part of the guide; `None` if it refers to something that is gone.
pub fn show(knowledge: &KnowledgeBase, view: &View) -> Option<Reply> {
    match view {
        View::Section(place) => place
            .find(knowledge)
            .map(|(topic, found)| section(knowledge, topic, found)),
        View::Preview(place, target) => place
            .find(knowledge)
            .map(|(topic, found)| preview(knowledge, topic, found, *target, &[])),
        View::Page { topic, page } => topic_page(knowledge, knowledge.topic(topic)?, *page),
        View::Resources { filter, page } => resources(knowledge, filter, *page),
        View::Topics => Some(topics(knowledge)),
        View::Category { category: id, page } => knowledge
            .categories()
            .iter()
            .find(|category| category.id == *id)
            .map(|found| category(knowledge, found, *page)),
    }
}

/// A section as a page of its topic; `None` if there is no such page.
pub fn topic_page(knowledge: &KnowledgeBase, topic: &Topic, page: usize) -> Option<Reply> {
    let view = |page: usize| View::Page {
        topic: topic.id.clone(),
        page,
    };
    let pages = topic.sections.len();
    let found = topic.sections.get(page)?;
    let sections = topic
        .sections
        .iter()
        .enumerate()
        .filter(|(number, _)| *number != page);
    let mut buttons = turning(page, pages, view);
    let links = knowledge.resources_of(topic).len();
    if links > 0 {
        buttons.push(Choice::show("All resources", "", View::resources_of(topic)).here());
    }
    Some(
        Reply {
            prompt: "Sections of this topic".to_owned(),
            choices: sections
                .map(|(number, other)| Choice::show(&other.heading, "", view(number)).here())
                .collect(),
            buttons,
            footer: format!("Page {} of {pages} · Reviewed {}", page + 1, topic.reviewed),
            ..section(knowledge, topic, found)
        }
        .within_limits(),
    )
}

/// Resources, page by page; `None` if the filter names a topic that is gone.
pub fn resources(knowledge: &KnowledgeBase, filter: &Filter, page: usize) -> Option<Reply> {
    let topic = match &filter.topic {
        Some(id) => Some(knowledge.topic(id)?),
        None => None,
    };
    let candidates: Vec<&Resource> = match topic {
        Some(topic) => knowledge.resources_of(topic),
        None => knowledge.resources().iter().map(AsRef::as_ref).collect(),
    };
    let found: Vec<&Resource> = candidates
        .into_iter()
        .filter(|resource| filter.takes(resource))
        .collect();
    let pages = found.len().div_ceil(RESOURCES).max(1);
    let page = page.min(pages - 1);
    let shown = found.iter().skip(page * RESOURCES).take(RESOURCES);
    let names = [
        filter.kind.map(|kind| kind.name()),
        filter.cost.map(|cost| cost.name()),
        filter.level.map(|level| level.name()),
    ];
    let names: Vec<String> = names
        .into_iter()
        .flatten()
        .map(|name| name.replace('-', " "))
        .collect();
    let only = if names.is_empty() {
        String::new()
    } else {
        format!(" Only: {}.", names.join(", "))
    };
    let body = match (found.len(), topic) {
        (0, _) => format!("Nothing matches.{only} Remove a filter to see more."),
        (_, Some(topic)) => format!("{}{only}", topic.summary),
        (count, None) => format!(
            "{} from the {}.{only}",
            counted(count, "link"),
            knowledge.name()
        ),
    };
    let path = topic.map(|topic| path_of(knowledge, topic));
    let sections = topic
        .into_iter()
        .flat_map(|topic| topic.sections.iter().map(|section| sibling(topic, section)));
    Some(
        Reply {
            title: topic.map_or_else(
                || "Resources".to_owned(),
                |topic| format!("Resources: {}", topic.title),
            ),
            path: path.unwrap_or_else(|| vec![knowledge.name().to_owned()]),
            body,
            links: shown.map(|resource| Link::from(*resource)).collect(),
            prompt: "Read on".to_owned(),
            choices: sections.collect(),
            buttons: turning(page, pages, |page| View::Resources {
                filter: filter.clone(),
                page,
            }),
            filters: filters(filter),
            footer: page_of(page, pages),
            ..Reply::default()
        }
        .within_limits(),
    )
}

/// Ways to narrow a list of resources, or to widen it again.
fn filters(filter: &Filter) -> Vec<Choice> {
    let mut choices = Vec::new();
    let mut add = |what: &str, name: &str, is_on: bool, change: &dyn Fn(&mut Filter)| {
        let mut changed = filter.clone();
        change(&mut changed);
        let label = format!("{what}: {}", name.replace('-', " "));
        let detail = if is_on { "Remove this filter" } else { "" };
        let view = View::Resources {
            filter: changed,
            page: 0,
        };
        choices.push(Choice::show(label, detail, view).here());
    };
    if filter.topic.is_some() {
        add("Topic", "all", true, &|filter| filter.topic = None);
    }
    for &kind in Kind::ALL {
        let is_on = filter.kind == Some(kind);
        let kept = Some(kind).filter(|_| !is_on);
        add("Kind", kind.name(), is_on, &|filter| filter.kind = kept);
    }
    for &cost in Cost::ALL {
        let is_on = filter.cost == Some(cost);
        let kept = Some(cost).filter(|_| !is_on);
        add("Cost", cost.name(), is_on, &|filter| filter.cost = kept);
    }
    for &level in Level::ALL {
        let is_on = filter.level == Some(level);
        let kept = Some(level).filter(|_| !is_on);
        add("Level", level.name(), is_on, &|filter| filter.level = kept);
    }
    choices
}

/// All topics, by category.
pub fn topics(knowledge: &KnowledgeBase) -> Reply {
    let mut body = String::new();
    let mut choices = Vec::new();
    for category in knowledge.categories() {
        let titles: Vec<&str> = knowledge
            .topics_in(category)
            .map(|topic| topic.title.as_str())
            .collect();
        if !titles.is_empty() {
            // Writing to a String cannot fail.
            let _ = writeln!(body, "**{}**\n{}\n", category.title, titles.join(" · "));
            let view = View::Category {
                category: category.id.clone(),
                page: 0,
            };
            choices.push(Choice::show(&category.title, &category.description, view).here());
        }
    }
    Reply {
        title: knowledge.name().to_owned(),
        body: body.trim_end().to_owned(),
        prompt: "Open a category".to_owned(),
        choices,
        footer: "Ask about any of these in your own words.".to_owned(),
        ..Reply::default()
    }
    .within_limits()
}

/// The topics of a category, page by page.
pub fn category(knowledge: &KnowledgeBase, category: &Category, page: usize) -> Reply {
    let topics: Vec<&Topic> = knowledge.topics_in(category).collect();
    let pages = topics.len().div_ceil(TOPICS).max(1);
    let page = page.min(pages - 1);
    let mut body = category.description.clone();
    let mut choices = Vec::new();
    for topic in topics.iter().skip(page * TOPICS).take(TOPICS) {
        // Writing to a String cannot fail.
        let _ = write!(body, "\n- **{}**: {}", topic.title, topic.summary);
        choices.push(Choice::show(&topic.title, &topic.summary, View::topic(topic)).here());
    }
    let mut buttons = turning(page, pages, |page| View::Category {
        category: category.id.clone(),
        page,
    });
    buttons.push(Choice::show("All categories", "", View::Topics).here());
    Reply {
        title: category.title.clone(),
        path: vec![knowledge.name().to_owned()],
        body,
        prompt: "Open a topic".to_owned(),
        choices,
        buttons,
        footer: page_of(page, pages),
        ..Reply::default()
    }
    .within_limits()
}

/// The buttons that turn pages, if there are pages to turn to.
fn turning(page: usize, pages: usize, view: impl Fn(usize) -> View) -> Vec<Choice> {
    let back = page
        .checked_sub(1)
        .map(|page| Choice::show("Back", "", view(page)).here());
    let next = (page + 1 < pages).then(|| Choice::show("Next", "", view(page + 1)).here());
    back.into_iter().chain(next).collect()
}

/// Which page is shown, if there are several.
fn page_of(page: usize, pages: usize) -> String {
    let several = (pages > 1).then(|| format!("Page {} of {pages}", page + 1));
    several.unwrap_or_default()
}
