//! Which parts of a message are close to a Discord limit, or were cut because a phone shows no more.

use serde::Serialize;
use serde_json::Value;

use crate::reply::limit;

/// From this percentage of a limit on, a value is close to it.
const NEAR: usize = 90;
/// The components of a message, including nested ones.
const COMPONENTS: usize = 40;
/// The end of a text that was cut.
const CUT: char = '…';

/// A limit, and how much of it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct LimitUse {
    what: String,
    used: usize,
    most: usize,
    /// Whether it should be looked at.
    pub near: bool,
}

impl LimitUse {
    fn new(what: impl Into<String>, used: usize, most: usize) -> Self {
        Self {
            what: what.into(),
            used,
            most,
            near: used * 100 >= most * NEAR,
        }
    }
}

impl std::fmt::Display for LimitUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} of {}", self.what, self.used, self.most)
    }
}

/// The text and the components of a message, then anything else that is close to a limit or was cut.
pub(super) fn of_message(message: &Value) -> Vec<LimitUse> {
    let all = all_of(message);
    let text: usize = all.iter().map(|one| length(&one["content"])).sum();
    let components = all.len().saturating_sub(1);
    let mut limits = vec![
        LimitUse::new("Characters of text", text, limit::TEXT),
        LimitUse::new("Components", components, COMPONENTS),
    ];
    let mut note = |what: String, value: &Value, most: usize| {
        let is_cut = value.as_str().is_some_and(|text| text.ends_with(CUT));
        let used = length(value);
        let entry = LimitUse::new(what, used, most);
        if entry.used > most || is_cut && entry.near {
            limits.push(LimitUse {
                near: true,
                ..entry
            });
        }
    };
    for one in &all {
        if one["content"]
            .as_str()
            .is_some_and(|text| text.ends_with(CUT))
            && text * 100 >= limit::TEXT * NEAR
        {
            note("A text was cut".to_owned(), &one["content"], limit::TEXT);
        }
        note(
            format!("Label “{}”", one["label"].as_str().unwrap_or_default()),
            &one["label"],
            limit::LABEL,
        );
        let options = one["options"].as_array().into_iter().flatten();
        for option in options {
            let label = option["label"].as_str().unwrap_or_default();
            note(format!("Option “{label}”"), &option["label"], limit::LABEL);
            note(
                format!("Description of the option “{label}”"),
                &option["description"],
                limit::OPTION,
            );
        }
    }
    let options = all
        .iter()
        .filter_map(|one| Some((one, one["options"].as_array()?.len())));
    for (menu, options) in options {
        let name = menu["placeholder"].as_str().unwrap_or_default();
        let entry = LimitUse::new(format!("Options of “{name}”"), options, limit::OPTIONS);
        if entry.near {
            limits.push(entry);
        }
    }
    limits
}

/// A component with those inside of it.
fn all_of(one: &Value) -> Vec<&Value> {
    let inside = one["components"].as_array().into_iter().flatten();
    let inside = inside.chain(one.get("accessory"));
    std::iter::once(one)
        .chain(inside.flat_map(all_of))
        .collect()
}

fn length(text: &Value) -> usize {
    text.as_str().map_or(0, |text| text.chars().count())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn near(message: &Value) -> Vec<String> {
        let limits = of_message(message).into_iter().filter(|limit| limit.near);
        limits.map(|limit| limit.to_string()).collect()
    }

    #[test]
    fn values_close_to_a_limit_and_cut_texts_are_reported() {
        let button = |label: &str| json!({"type": 2, "label": label, "custom_id": "1a1:x"});
        let row = |label: &str| json!({"type": 1, "components": [button(label)]});
        let text = |length: usize| json!({"type": 10, "content": "x".repeat(length)});
        assert_eq!(
            near(&json!({"components": [text(100), row("Remove")]})),
            [""; 0]
        );
        assert_eq!(
            near(&json!({"components": [text(3_100)]})),
            ["Characters of text: 3100 of 3400"]
        );
        let cut = format!("{}…", "x".repeat(37));
        assert_eq!(
            near(&json!({"components": [row(&cut)]})),
            [format!("Label “{cut}”: 38 of 38")]
        );
        let rows: Vec<Value> = (0..18).map(|_| row("Remove")).collect();
        assert_eq!(near(&json!({"components": rows})), ["Components: 36 of 40"]);
    }
}
