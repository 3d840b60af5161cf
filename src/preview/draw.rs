//! Turns a message as sent to Discord into HTML that looks like it: version 2 components
//! (<https://docs.discord.com/developers/components/reference>), read from the JSON.

use serde_json::Value;

use super::markdown::{escaped, to_html};

/// Discord's numbers for kinds of components.
mod kind {
    pub(super) const ROW: u64 = 1;
    pub(super) const BUTTON: u64 = 2;
    pub(super) const MENU: u64 = 3;
    pub(super) const SECTION: u64 = 9;
    pub(super) const TEXT: u64 = 10;
    pub(super) const SEPARATOR: u64 = 14;
    pub(super) const CONTAINER: u64 = 17;
}

/// The classes of buttons, by Discord's numbers for their styles, from one.
const STYLES: [&str; 5] = ["primary", "secondary", "success", "danger", "link"];

/// What a click on a button or an option of a menu does: its `custom_id`, and the value of the option.
pub(super) type Follow<'a> = &'a dyn Fn(&str, Option<&str>) -> LinkTarget;

/// Where a click leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LinkTarget {
    /// To the page's script, which asks the server.
    Script,
    /// To an address.
    Link(String),
    /// Nowhere, so it is not drawn.
    Nowhere,
}

/// The components of a message.
pub(super) fn draw(message: &Value, follow: Follow<'_>) -> String {
    components(&message["components"], follow)
}

fn components(list: &Value, follow: Follow<'_>) -> String {
    let list = list.as_array().into_iter().flatten();
    list.map(|one| component(one, follow)).collect()
}

fn component(one: &Value, follow: Follow<'_>) -> String {
    let inside = || components(&one["components"], follow);
    match one["type"].as_u64().unwrap_or_default() {
        kind::TEXT => format!(
            "<div class=\"text\">{}</div>",
            to_html(text(one, "content"))
        ),
        kind::SEPARATOR if one["divider"] == false => "<div class=\"gap\"></div>".to_owned(),
        kind::SEPARATOR => "<hr>".to_owned(),
        kind::ROW => match inside() {
            empty if empty.is_empty() => empty,
            row => format!("<div class=\"row\">{row}</div>"),
        },
        kind::SECTION => format!(
            "<div class=\"section\"><div class=\"texts\">{}</div>{}</div>",
            inside(),
            component(&one["accessory"], follow)
        ),
        kind::CONTAINER => format!("<div class=\"container\">{}</div>", inside()),
        kind::BUTTON => button(one, follow),
        kind::MENU => menu(one, follow),
        other => {
            format!("<p class=\"unknown\">The preview cannot draw a component of type {other}.</p>")
        }
    }
}

fn button(one: &Value, follow: Follow<'_>) -> String {
    let style = one["style"].as_u64().and_then(|style| style.checked_sub(1));
    let style = style.and_then(|style| STYLES.get(usize::try_from(style).ok()?));
    let class = style.unwrap_or(&"secondary");
    let label = escaped(text(one, "label"));
    let step = match one["url"].as_str() {
        Some(url) => LinkTarget::Link(url.to_owned()),
        None => follow(text(one, "custom_id"), None),
    };
    match step {
        LinkTarget::Script => format!(
            "<button type=\"button\" class=\"button {class}\" data-custom-id=\"{}\"{}>{label}</button>",
            escaped(text(one, "custom_id")),
            if one["disabled"] == true {
                " disabled"
            } else {
                ""
            },
        ),
        LinkTarget::Link(address) => {
            format!(
                "<a class=\"button {class}\" href=\"{}\">{label}</a>",
                escaped(&address)
            )
        }
        LinkTarget::Nowhere => String::new(),
    }
}

/// A menu that works without a script and with the keyboard.
fn menu(one: &Value, follow: Follow<'_>) -> String {
    let custom_id = text(one, "custom_id");
    let options = one["options"].as_array().into_iter().flatten();
    let options: String = options
        .filter_map(|option| {
            let value = text(option, "value");
            let description = match text(option, "description") {
                "" => String::new(),
                description => format!("<span class=\"description\">{}</span>", escaped(description)),
            };
            let inside = format!(
                "<span class=\"label\">{}</span>{description}",
                escaped(text(option, "label"))
            );
            match follow(custom_id, Some(value)) {
                LinkTarget::Script => Some(format!(
                    "<li><button type=\"button\" data-custom-id=\"{}\" data-value=\"{}\">{inside}</button></li>",
                    escaped(custom_id),
                    escaped(value)
                )),
                LinkTarget::Link(address) => {
                    Some(format!("<li><a href=\"{}\">{inside}</a></li>", escaped(&address)))
                }
                LinkTarget::Nowhere => None,
            }
        })
        .collect();
    if options.is_empty() {
        return String::new();
    }
    format!(
        "<details class=\"menu\"><summary>{}</summary><ul>{options}</ul></details>",
        escaped(text(one, "placeholder"))
    )
}

fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of[key].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn script(_: &str, _: Option<&str>) -> LinkTarget {
        LinkTarget::Script
    }

    #[test]
    fn every_kind_of_component_is_drawn() {
        let button = |label: &str, style: u64| json!({"type": 2, "style": style, "label": label, "custom_id": "1a1:x"});
        let message = json!({"components": [
            {"type": 17, "components": [{"type": 10, "content": "## Title"}]},
            {"type": 9, "components": [{"type": 10, "content": "A"}], "accessory": button("This one", 1)},
            {"type": 14},
            {"type": 1, "components": [button("Remove \"it\"", 4)]},
            {"type": 1, "components": [{"type": 3, "custom_id": "1m1:", "placeholder": "Read on", "options": [
                {"label": "B", "value": "a:t", "description": "C"}]}]},
            {"type": 12},
        ]});
        assert_eq!(
            draw(&message, &script),
            "<div class=\"container\"><div class=\"text\"><h3>Title</h3></div></div>\
             <div class=\"section\"><div class=\"texts\"><div class=\"text\"><p>A</p></div></div>\
             <button type=\"button\" class=\"button primary\" data-custom-id=\"1a1:x\">This one</button></div>\
             <hr>\
             <div class=\"row\"><button type=\"button\" class=\"button danger\" data-custom-id=\"1a1:x\">Remove &quot;it&quot;</button></div>\
             <div class=\"row\"><details class=\"menu\"><summary>Read on</summary><ul><li><button type=\"button\" data-custom-id=\"1m1:\" \
             data-value=\"a:t\"><span class=\"label\">B</span><span class=\"description\">C</span></button></li></ul></details></div>\
             <p class=\"unknown\">The preview cannot draw a component of type 12.</p>"
        );
    }

    #[test]
    fn buttons_without_a_target_are_not_drawn() {
        let message = json!({"components": [
            {"type": 1, "components": [{"type": 2, "style": 4, "label": "Remove", "custom_id": "1a1:x"}]},
            {"type": 1, "components": [{"type": 3, "custom_id": "1m1:", "options": [{"label": "B", "value": "a:t"}]}]},
        ]});
        assert_eq!(draw(&message, &|_, _| LinkTarget::Nowhere), "");
    }
}
