//! Looking around: topics and resources, page by page.

use std::fmt::Write as _;

use crate::knowledge::{Category, Cost, Kind, KnowledgeBase, Level, Resource, Topic};

use super::answers::{preview, section, section_choice};
use super::{Action, Choice, Filter, Link, Reply, View};

/// Resources on a page.
const RESOURCES: usize = 8;
/// Topics on a page.
const TOPICS: usize = 20;

/// Shows a part of the guide; nothing where it names what is gone.
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

/// A section as a page of its topic; nothing where there is no such page.
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
        let filter = Filter {
            topic: Some(topic.id.clone()),
            ..Filter::default()
        };
        buttons.push(
            Choice::new(
                "All resources",
                "",
                Action::Show(View::Resources { filter, page: 0 }),
            )
            .here(),
        );
    }
    Some(
        Reply {
            prompt: "Sections of this topic".to_owned(),
            choices: sections
                .map(|(number, other)| {
                    Choice::new(&other.heading, &topic.title, Action::Show(view(number))).here()
                })
                .collect(),
            buttons,
            footer: format!("Page {} of {pages} · Reviewed {}", page + 1, topic.reviewed),
            ..section(knowledge, topic, found)
        }
        .within_limits(),
    )
}

/// Resources, page by page; nothing where the filter names a topic that is gone.
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
        (0, _) => format!("Nothing fits.{only} Take a filter away to see more."),
        (_, Some(topic)) => format!("{}{only}", topic.summary),
        (count, None) => format!("{count} links from the {}.{only}", knowledge.name()),
    };
    let path = topic.map(|topic| {
        vec![
            knowledge.name().to_owned(),
            knowledge.category_of(topic).to_owned(),
            topic.title.clone(),
        ]
    });
    let sections = topic.into_iter().flat_map(|topic| {
        topic
            .sections
            .iter()
            .map(move |section| section_choice(topic, section, &section.heading))
    });
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
            footer: if pages > 1 {
                format!("Page {} of {pages}", page + 1)
            } else {
                String::new()
            },
            ..Reply::default()
        }
        .within_limits(),
    )
}

/// Ways to narrow a list of resources, or to widen it again.
fn filters(filter: &Filter) -> Vec<Choice> {
    let choice = |label: String, is_on: bool, filter: Filter| {
        let detail = if is_on { "Take this filter away" } else { "" };
        Choice::new(
            label,
            detail,
            Action::Show(View::Resources { filter, page: 0 }),
        )
        .here()
    };
    let kinds = Kind::ALL.iter().map(|&kind| {
        let is_on = filter.kind == Some(kind);
        let changed = Filter {
            kind: Some(kind).filter(|_| !is_on),
            ..filter.clone()
        };
        choice(
            format!("Kind: {}", kind.name().replace('-', " ")),
            is_on,
            changed,
        )
    });
    let costs = Cost::ALL.iter().map(|&cost| {
        let is_on = filter.cost == Some(cost);
        let changed = Filter {
            cost: Some(cost).filter(|_| !is_on),
            ..filter.clone()
        };
        choice(format!("Cost: {}", cost.name()), is_on, changed)
    });
    let levels = Level::ALL.iter().map(|&level| {
        let is_on = filter.level == Some(level);
        let changed = Filter {
            level: Some(level).filter(|_| !is_on),
            ..filter.clone()
        };
        choice(format!("Level: {}", level.name()), is_on, changed)
    });
    kinds.chain(costs).chain(levels).collect()
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
            let action = Action::Show(View::Category {
                category: category.id.clone(),
                page: 0,
            });
            choices.push(Choice::new(&category.title, &category.description, action).here());
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
        choices.push(
            Choice::new(
                &topic.title,
                &topic.summary,
                Action::Show(View::Page {
                    topic: topic.id.clone(),
                    page: 0,
                }),
            )
            .here(),
        );
    }
    let mut buttons = turning(page, pages, |page| View::Category {
        category: category.id.clone(),
        page,
    });
    buttons.push(Choice::new("All categories", "", Action::Show(View::Topics)).here());
    Reply {
        title: category.title.clone(),
        path: vec![knowledge.name().to_owned()],
        body,
        prompt: "Open a topic".to_owned(),
        choices,
        buttons,
        footer: if pages > 1 {
            format!("Page {} of {pages}", page + 1)
        } else {
            String::new()
        },
        ..Reply::default()
    }
    .within_limits()
}

/// The buttons that turn pages, as far as there are pages to turn to.
fn turning(page: usize, pages: usize, view: impl Fn(usize) -> View) -> Vec<Choice> {
    let back = page
        .checked_sub(1)
        .map(|page| Choice::new("Back", "", Action::Show(view(page))).here());
    let next =
        (page + 1 < pages).then(|| Choice::new("Next", "", Action::Show(view(page + 1))).here());
    back.into_iter().chain(next).collect()
}
