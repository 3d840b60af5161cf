//! What the preview draws is what Discord is sent: every section, and every kind of reply.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use internbot::config::{self, Config};
use internbot::knowledge::Section;
use internbot::preview::Preview;
use internbot::search::SentenceVector;
use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bot::*;
use stand_in::*;

/// The preview of the guide that the bot has.
struct Draft {
    address: SocketAddr,
    client: Client,
}

/// What a person reads in a message, and what its buttons and menus carry.
#[derive(Debug, PartialEq)]
struct Content {
    texts: Vec<String>,
    buttons: Vec<(String, u64, String)>,
    options: Vec<(String, String, String, String)>,
}

impl Draft {
    async fn start() -> Self {
        Self::with(config::Store {
            url: String::new().try_into().expect("an empty address is none"),
            ..config::Store::default()
        })
        .await
    }

    async fn with(store: config::Store) -> Self {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let encode = Box::new(|_: &str| None::<SentenceVector>);
        let preview = Preview::bind(
            anywhere,
            this_guide(),
            &Config {
                store,
                ..Config::default()
            },
            encode,
        )
        .await
        .expect("there is a free port");
        let address = preview.address();
        tokio::spawn(preview.serve());
        Self {
            address,
            client: Client::new(),
        }
    }

    async fn asked(&self, path: &str, body: &Value) -> Value {
        let request = self
            .client
            .post(format!("http://{}/api/{path}", self.address))
            .header("Content-Type", "application/json")
            .body(body.to_string());
        let text = request.send().await.expect("it answers").text().await;
        serde_json::from_str(&text.expect("text")).expect("JSON")
    }

    /// Unanswered questions.
    async fn gaps(&self) -> Value {
        let address = format!("http://{}/api/gaps", self.address);
        let answer = self.client.get(address).send().await.expect("it answers");
        let text = answer.text().await.expect("text");
        let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
        answer["groups"].clone()
    }

    /// The reply to a message in a conversation.
    async fn says(&self, text: &str, before: &Value) -> Value {
        let said = json!({"text": text, "conversation": before["conversation"]});
        self.asked("reply", &said).await
    }

    /// What a button or option in one of the bot's messages does.
    async fn presses(&self, custom_id: &str, value: Option<&str>, before: &Value) -> Value {
        let pressed = json!({
            "custom_id": custom_id, "value": value, "ephemeral": before["ephemeral"].as_bool().unwrap_or(false),
            "conversation": before["conversation"],
        });
        self.asked("press", &pressed).await
    }

    /// A button of a message of the preview, by its label.
    async fn clicks(&self, before: &Value, label: &str) -> Value {
        let all = components(&before["message"]);
        let button = all
            .iter()
            .find(|one| one["label"] == label)
            .unwrap_or_else(|| panic!("no button {label} in {before}"));
        let id = button["custom_id"].as_str().expect("an id");
        self.presses(id, None, before).await
    }
}

/// The components of a message, including nested ones.
fn components(message: &Value) -> Vec<&Value> {
    let inside = message["components"].as_array().into_iter().flatten();
    let inside = inside.chain(message.get("accessory"));
    inside
        .flat_map(|one| std::iter::once(one).chain(components(one)))
        .collect()
}

/// What a button carries, whoever it is for.
fn anyones(custom_id: &str) -> String {
    let (head, action) = custom_id.split_once(':').expect("a custom id of the bot");
    let kind: String = head.chars().take(2).collect();
    format!("{kind}:{action}")
}

/// A text with command names instead of links: only Discord knows their ids.
fn plain(text: &str) -> String {
    let mut parts = text.split("</");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part
            .split_once('>')
            .and_then(|(command, after)| Some((command.split_once(':')?.0, after)))
        {
            Some((name, after)) => out.push_str(&format!("`/{name}`{after}")),
            None => out.push_str(&format!("</{part}")),
        }
    }
    out
}

fn sent(message: &Message) -> Content {
    let all = || message.rows.iter().flatten();
    Content {
        texts: message.texts.iter().map(|text| plain(text)).collect(),
        buttons: all()
            .filter_map(|one| match one {
                Component::Button(button) => Some((
                    button.label.clone(),
                    button.style,
                    anyones(&button.custom_id),
                )),
                Component::Menu(_) => None,
            })
            .collect(),
        options: all()
            .filter_map(|one| match one {
                Component::Menu(menu) => Some(menu),
                Component::Button(_) => None,
            })
            .flat_map(|menu| {
                menu.options.iter().map(|option| {
                    let (label, value) = (option.label.clone(), option.value.clone());
                    let description = option.description.clone();
                    (menu.placeholder.clone(), label, value, description)
                })
            })
            .collect(),
    }
}

fn drawn(reply: &Value) -> Content {
    let all = components(&reply["message"]);
    let text = |of: &Value, key: &str| of[key].as_str().unwrap_or_default().to_owned();
    Content {
        texts: all
            .iter()
            .filter(|one| one["type"] == 10)
            .map(|one| text(one, "content"))
            .collect(),
        buttons: all
            .iter()
            .filter(|one| one["type"] == 2)
            .map(|one| {
                let style = one["style"].as_u64().expect("a style");
                (text(one, "label"), style, anyones(&text(one, "custom_id")))
            })
            .collect(),
        options: all
            .iter()
            .filter(|one| one["type"] == 3)
            .flat_map(|menu| {
                let options = menu["options"].as_array().expect("options");
                options.iter().map(|option| {
                    let description = text(option, "description");
                    let placeholder = text(menu, "placeholder");
                    (
                        placeholder,
                        text(option, "label"),
                        text(option, "value"),
                        description,
                    )
                })
            })
            .collect(),
    }
}

#[track_caller]
fn assert_same(message: &Message, reply: &Value) {
    let (sent, drawn) = (sent(message), drawn(reply));
    assert!(!sent.texts.is_empty(), "{message}");
    assert_eq!(sent, drawn);
    assert_eq!(message.ephemeral, reply["ephemeral"], "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_section_looks_as_it_is_sent() {
    let (chat, draft) = (Chat::start().await, Draft::start().await);
    let reply = chat.asks("how do i write a resume").await;
    let draft_reply = draft.says("how do i write a resume", &Value::Null).await;
    assert_same(&reply, &draft_reply);
    for topic in GUIDE.knowledge.topics() {
        // What a button shows to someone other than the person it is for.
        let id = |section: &Section| format!("1a1:s:{}:{}", topic.id, section.id);
        let buttons = topic.sections.iter().map(
            |section| json!({"type": 2, "style": 1, "label": section.id, "custom_id": id(section)}),
        );
        let buttons: Vec<Value> = buttons.collect();
        let rows: Vec<Value> = buttons
            .chunks(5)
            .map(|row| json!({"type": 1, "components": row}))
            .collect();
        let body = json!({"content": topic.title, "components": rows});
        let earlier = chat.help.bot_said_earlier(&body);
        for section in &topic.sections {
            let shown = chat.mia.clicks_id(&earlier, &id(section)).await;
            let seen = draft.presses(&id(section), None, &Value::Null).await;
            assert_same(shown.message(), &seen);
            assert_eq!(shown.message().page().title, section.heading);
        }
    }
    chat.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_reply_looks_as_it_is_sent() {
    let (chat, draft) = (Chat::start().await, Draft::start().await);
    let nothing = Value::Null;
    let visa = "can i work on an f-1 visa with cpt";
    // Answered, to choose from, unknown, out of scope, help, a remark without anything before it.
    for text in [
        "how do i write a resume",
        visa,
        vague(),
        off_topic(),
        "hello",
        "",
        "thanks",
    ] {
        assert_same(&chat.asks(text).await, &draft.says(text, &nothing).await);
    }

    // What follows an answer, by button.
    let (sent, seen) = (chat.asks(visa).await, draft.says(visa, &nothing).await);
    for label in ["Not it", "Whole topic", "More resources"] {
        if !sent.labels().contains(&label) {
            continue;
        }
        let shown = chat.mia.clicks(&sent, label).await;
        assert_same(shown.message(), &draft.clicks(&seen, label).await);
    }
    let thanked = chat.mia.clicks(&sent, "That helped").await;
    assert_same(thanked.message(), &draft.clicks(&seen, "That helped").await);

    // What follows candidates, by button.
    let (sent, seen) = (
        chat.asks(vague()).await,
        draft.says(vague(), &nothing).await,
    );
    let first = sent.labels()[0].to_owned();
    let chosen = chat.mia.clicks(&sent, &first).await;
    let chosen_in_draft = draft.clicks(&seen, "This one").await;
    assert_same(chosen.message(), &chosen_in_draft);
    assert_eq!(chosen_in_draft["effect"], "update");
    let (sent, seen) = (
        chat.asks(vague()).await,
        draft.says(vague(), &nothing).await,
    );
    let none = chat.mia.clicks(&sent, "None of these").await;
    let none_in_draft = draft.clicks(&seen, "None of these").await;
    assert_same(none.message(), &none_in_draft);

    // Looking around.
    let topics = chat.mia.clicks(none.message(), "List of topics").await;
    let topics_in_draft = draft.clicks(&none_in_draft, "List of topics").await;
    assert_same(topics.message(), &topics_in_draft);
    for command in ["topics", "resources", "help"] {
        let shown = chat.mia.slash(command, &[]).await;
        let seen = draft.says(&format!("/{command}"), &nothing).await;
        assert_same(shown.message(), &seen);
    }
    let menu = topics.message().menu("Open a category").clone();
    for option in &menu.options {
        let shown = chat
            .mia
            .selects(topics.message(), "Open a category", &option.label)
            .await;
        let seen = draft
            .presses("1m1:", Some(&option.value), &topics_in_draft)
            .await;
        assert_same(shown.message(), &seen);
        // The next is opened from the list again.
        chat.mia.clicks(shown.message(), "All categories").await;
    }

    // Follow-ups in words.
    for (before, next) in [
        (vague(), "the second one"),
        (vague(), "the ninth one"),
        (vague(), "none of those"),
        (vague(), "yes"),
        (visa, "not it"),
        (visa, "thanks"),
        (visa, "how long does that take"),
    ] {
        let (sent, seen) = (chat.asks(before).await, draft.says(before, &nothing).await);
        chat.mia.replies(&sent, next).await;
        let answer = chat.discord.next_message(&chat.help).await;
        assert_same(&answer, &draft.says(next, &seen).await);
    }
    chat.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unanswered_questions_are_listed_while_the_bot_runs() {
    let folder = TempDir::new().expect("a temporary folder");
    let chat = Setup::new().store_in(folder.path()).await.chat().await;
    let draft = Draft::with(store_config(folder.path())).await;
    chat.asks(off_topic()).await;
    let begin = Instant::now();
    let groups = loop {
        let groups = draft.gaps().await;
        if groups != json!([]) {
            break groups;
        }
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "it is never kept"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(groups[0]["count"], 1, "{groups}");
    assert_eq!(groups[0]["text"], off_topic(), "{groups}");
    chat.finish().await;
}
