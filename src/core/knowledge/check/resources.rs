//! The rules for links.

use std::collections::BTreeSet;

use super::rules::{Ids, at_most, exists, one_of, unique_ids};
use crate::knowledge::format::{Located, Reader, ResourceTable};
use crate::knowledge::limits::{MAX_DESCRIPTION, MAX_TITLE, MAX_URL, PLACEHOLDER_LINK};
use crate::knowledge::{Cost, Kind, Level};

pub(super) fn check_resources(
    file: &mut Reader<'_>,
    resources: &[ResourceTable],
    ids: &Ids<'_>,
    used: &BTreeSet<&str>,
) {
    unique_ids(
        file,
        resources.iter().map(|resource| &resource.id),
        "resource",
    );
    let mut addresses = BTreeSet::new();
    for resource in resources {
        at_most(file, "the name", &resource.name, MAX_TITLE);
        at_most(
            file,
            "the description",
            &resource.description,
            MAX_DESCRIPTION,
        );
        if resource.description.value.starts_with(PLACEHOLDER_LINK) {
            file.warn(
                &resource.description.span,
                "nobody has described this link yet: `internbot import` assumed its kind, cost and level",
                "Say in one line why it is worth opening, and correct the other three.",
            );
        }
        check_url(file, &resource.url);
        check_link(file, resource);
        if !resource.url.value.is_empty() && !addresses.insert(resource.url.value.as_str()) {
            file.warn(
                &resource.url.span,
                "this address is used twice",
                "Keep one of the two resources.",
            );
        }
        one_of(
            file,
            "kind",
            &resource.kind,
            &Kind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>(),
        );
        one_of(
            file,
            "cost",
            &resource.cost,
            &Cost::ALL.iter().map(|cost| cost.name()).collect::<Vec<_>>(),
        );
        one_of(
            file,
            "level",
            &resource.level,
            &Level::ALL
                .iter()
                .map(|level| level.name())
                .collect::<Vec<_>>(),
        );
        for topic in &resource.topics {
            exists(file, "topic", topic, &ids.topics);
        }
        if resource.topics.is_empty()
            && !used.contains(resource.id.value.as_str())
            && !resource.id.value.is_empty()
        {
            file.warn(
                &resource.id.span,
                format!("nothing uses the resource `{}`", resource.id.value),
                "Name it in a section or list a topic in its `topics`, or remove it.",
            );
        }
    }
}

/// Checks for what Discord's links cannot show, since they are written `[name](address)`.
fn check_link(file: &mut Reader<'_>, resource: &ResourceTable) {
    if resource.name.value.contains(['[', ']']) {
        file.warn(
            &resource.name.span,
            "the name has square brackets, which are shown as round ones: in a link they would end its text",
            "Leave them out, or write round brackets.",
        );
    }
    if resource.url.value.contains(['(', ')']) {
        file.warn(
            &resource.url.span,
            "the address has a bracket, which would end a link",
            "Write %28 for ( and %29 for ).",
        );
    }
}

pub(in crate::knowledge) fn check_url(file: &mut Reader<'_>, address: &Located<String>) {
    if address.value.is_empty() {
        return;
    }
    at_most(file, "the address", address, MAX_URL);
    match url::Url::parse(&address.value) {
        Err(fault) => file.error(
            &address.span,
            format!("`{}` is not an address: {fault}", address.value),
            "Copy it whole from the browser; it begins with https://.",
        ),
        Ok(url)
            if url.scheme() != "https"
                || !url.host_str().is_some_and(|host| host.contains('.')) =>
        {
            file.error(
                &address.span,
                format!("`{}` is not a public https address", address.value),
                "Use the address that begins with https://.",
            );
        }
        Ok(_)
            if address
                .value
                .chars()
                .any(|c| c.is_whitespace() || "<>\"".contains(c)) =>
        {
            file.error(
                &address.span,
                format!(
                    "`{}` has a character that an address cannot have",
                    address.value
                ),
                "Copy it whole from the browser.",
            );
        }
        Ok(_) => {}
    }
}
