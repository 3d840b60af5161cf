//! Which messages of version 2 components the stand-in takes, and which it refuses as Discord does:
//! <https://docs.discord.com/developers/components/reference>.

use serde_json::{Value, json};
use stand_in::refused_in_message;

const VERSION_2: u64 = 1 << 15;

fn message(components: Vec<Value>) -> Value {
    json!({"flags": VERSION_2, "components": components})
}

/// A message of nothing but this.
fn only(component: Value) -> Value {
    message(vec![component])
}

fn text(content: &str) -> Value {
    json!({"type": 10, "content": content})
}

fn texts(count: usize) -> Vec<Value> {
    vec![text("x"); count]
}

fn text_with_id(id: u64) -> Value {
    json!({"type": 10, "content": "x", "id": id})
}

fn button(custom_id: &str) -> Value {
    json!({"type": 2, "style": 2, "label": "l", "custom_id": custom_id})
}

fn buttons(count: usize) -> Vec<Value> {
    (0..count).map(|id| button(&id.to_string())).collect()
}

fn labelled(length: usize) -> Value {
    json!({"type": 2, "style": 2, "label": "l".repeat(length), "custom_id": "a"})
}

fn row(components: Vec<Value>) -> Value {
    json!({"type": 1, "components": components})
}

fn rows(count: usize) -> Vec<Value> {
    buttons(count)
        .into_iter()
        .map(|one| row(vec![one]))
        .collect()
}

fn section(components: Vec<Value>, accessory: Value) -> Value {
    json!({"type": 9, "components": components, "accessory": accessory})
}

fn sections(count: usize) -> Vec<Value> {
    let buttons = buttons(count).into_iter();
    buttons.map(|one| section(texts(1), one)).collect()
}

fn container(components: Vec<Value>) -> Value {
    json!({"type": 17, "components": components})
}

fn menu(options: usize) -> Value {
    let options = (0..options).map(|value| json!({"label": "l", "value": value.to_string()}));
    json!({"type": 3, "custom_id": "m", "options": options.collect::<Vec<_>>()})
}

/// A menu of one option in which a field is something else.
fn menu_with(key: &str, value: Value) -> Value {
    let mut menu = menu(1);
    if let Some(fields) = menu.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
    row(vec![menu])
}

fn separator(spacing: u64) -> Value {
    json!({"type": 14, "spacing": spacing})
}

#[test]
fn these_messages_are_taken() {
    let taken = [
        ("a text", only(text("x"))),
        ("40 texts", message(texts(40))),
        ("13 sections, which are 39", message(sections(13))),
        (
            "4,000 characters",
            message(vec![text(&"x".repeat(2_000)), text(&"é".repeat(2_000))]),
        ),
        ("a section of 3 texts", only(section(texts(3), button("a")))),
        (
            "a custom id of 100",
            only(row(vec![button(&"x".repeat(100))])),
        ),
        ("a label of 80", only(row(vec![labelled(80)]))),
        ("5 buttons", only(row(buttons(5)))),
        ("6 rows", message(rows(6))),
        ("a menu of 25", only(row(vec![menu(25)]))),
        (
            "a placeholder of 150",
            only(menu_with("placeholder", json!("x".repeat(150)))),
        ),
        (
            "a container",
            only(container(vec![text("x"), row(buttons(1))])),
        ),
        (
            "separators",
            message(vec![
                separator(1),
                text("x"),
                separator(2),
                json!({"type": 14, "divider": false}),
            ]),
        ),
        (
            "ids",
            message(vec![
                text_with_id(1),
                text_with_id(0x7fff_ffff),
                text_with_id(0),
                text_with_id(0),
            ]),
        ),
        (
            "an old message",
            json!({"content": "x", "components": rows(5)}),
        ),
    ];
    for (what, message) in taken {
        assert_eq!(refused_in_message(&message), None, "{what}");
    }
}

#[track_caller]
fn assert_refused(refused: &[(&str, Value)]) {
    for (what, message) in refused {
        assert!(refused_in_message(message).is_some(), "{what} was taken");
    }
}

#[test]
fn these_messages_are_refused() {
    let content = json!({"flags": VERSION_2, "content": "x", "components": texts(1)});
    let embeds = json!({"flags": VERSION_2, "embeds": [{"title": "x"}], "components": texts(1)});
    let poll =
        json!({"flags": VERSION_2, "poll": {"question": {"text": "x"}}, "components": texts(1)});
    let in_container = container(vec![
        section(vec![text(&"x".repeat(2_001))], button("a")),
        text(&"x".repeat(2_000)),
    ]);
    assert_refused(&[
        ("content", content),
        ("embeds", embeds),
        ("a poll", poll),
        ("a text without the flag", json!({"components": texts(1)})),
        (
            "6 rows without the flag",
            json!({"content": "x", "components": rows(6)}),
        ),
        ("no components", message(vec![])),
        ("components left out", json!({"flags": VERSION_2})),
        ("41 texts", message(texts(41))),
        ("14 sections, which are 42", message(sections(14))),
        ("40 in a container", only(container(texts(40)))),
        (
            "4,001 characters",
            message(vec![text(&"x".repeat(2_000)), text(&"x".repeat(2_001))]),
        ),
        ("4,001 characters inside", only(in_container)),
    ]);
}

#[test]
fn these_texts_and_sections_are_refused() {
    assert_refused(&[
        ("an empty text", only(text(""))),
        ("a blank text", only(text(" \n"))),
        ("a section of 4 texts", only(section(texts(4), button("a")))),
        ("a section of no texts", only(section(vec![], button("a")))),
        (
            "a section without a button",
            only(json!({"type": 9, "components": texts(1)})),
        ),
        ("a section with a menu", only(section(texts(1), menu(1)))),
        (
            "a section with a text in place of the button",
            only(section(texts(1), text("x"))),
        ),
        (
            "a button among the texts",
            only(section(vec![button("b")], button("a"))),
        ),
        (
            "a section in a section",
            only(section(vec![section(texts(1), button("a"))], button("b"))),
        ),
    ]);
}

#[test]
fn these_buttons_and_menus_are_refused() {
    let same_in_section = message(vec![section(texts(1), button("a")), row(vec![button("a")])]);
    let too_many_wanted = menu_with("min_values", json!(2));
    assert_refused(&[
        (
            "one custom id twice",
            only(row(vec![button("a"), button("a")])),
        ),
        ("one custom id in a section and a row", same_in_section),
        (
            "a custom id of 101",
            only(row(vec![button(&"x".repeat(101))])),
        ),
        ("an empty custom id", only(row(vec![button("")]))),
        ("a label of 81", only(row(vec![labelled(81)]))),
        (
            "no label",
            only(row(vec![json!({"type": 2, "style": 2, "custom_id": "a"})])),
        ),
        (
            "no such style",
            only(row(vec![
                json!({"type": 2, "style": 7, "label": "l", "custom_id": "a"}),
            ])),
        ),
        ("6 buttons", only(row(buttons(6)))),
        ("an empty row", only(row(vec![]))),
        ("a button outside of a row", only(button("a"))),
        ("a menu outside of a row", only(menu(1))),
        ("a menu and a button", only(row(vec![menu(1), button("a")]))),
        ("a row in a row", only(row(vec![row(buttons(1))]))),
        ("a text in a row", only(row(texts(1)))),
        ("an empty menu", only(row(vec![menu(0)]))),
        ("a menu of 26", only(row(vec![menu(26)]))),
        ("more values than options", only(too_many_wanted)),
        (
            "a placeholder of 151",
            only(menu_with("placeholder", json!("x".repeat(151)))),
        ),
        (
            "an option's label of 101",
            only(menu_with(
                "options",
                json!([{"label": "x".repeat(101), "value": "v"}]),
            )),
        ),
        (
            "one value twice",
            only(menu_with(
                "options",
                json!([{"label": "a", "value": "v"}, {"label": "b", "value": "v"}]),
            )),
        ),
    ]);
}

#[test]
fn these_containers_and_ids_are_refused() {
    let same_id_inside = message(vec![
        text_with_id(5),
        section(vec![text_with_id(5)], button("a")),
    ]);
    assert_refused(&[
        ("an empty container", only(container(vec![]))),
        (
            "a container in a container",
            only(container(vec![container(texts(1))])),
        ),
        (
            "one id twice",
            message(vec![text_with_id(5), text_with_id(5)]),
        ),
        ("one id twice, once inside", same_id_inside),
        (
            "an id of more than 32 bits",
            only(text_with_id(5_000_000_000)),
        ),
        (
            "a separator of spacing 3",
            message(vec![text("x"), separator(3)]),
        ),
        ("an unknown type", only(json!({"type": 99}))),
    ]);
}
