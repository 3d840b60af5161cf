//! `internbot import`, as used by an operator who already has an FAQ.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use internbot::knowledge::{self, KnowledgeBase};
use jiff::civil::date;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What a command printed and how it ended.
struct Ran {
    out: String,
    err: String,
    status: Option<i32>,
}

/// Someone's folder.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    fn runs(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_internbot"));
        let output = command
            .current_dir(self.0.path())
            .args(arguments)
            .write_stdin(input)
            .output()
            .expect("the command starts");
        Ran {
            out: String::from_utf8(output.stdout).expect("it prints text"),
            err: String::from_utf8(output.stderr).expect("it prints text"),
            status: output.status.code(),
        }
    }

    /// Imports this text under this name.
    fn imports(&self, name: &str, text: impl AsRef<[u8]>) -> Ran {
        fs::write(self.0.path().join(name), text).expect("a file");
        self.runs(&["import", name], "")
    }

    /// Imports an FAQ without mistakes.
    fn guide(&self, name: &str, text: impl AsRef<[u8]>) -> KnowledgeBase {
        let ran = self.imports(name, text);
        assert_eq!(ran.status, Some(0), "{}{}", ran.out, ran.err);
        self.knowledge()
    }

    fn knowledge(&self) -> KnowledgeBase {
        let folder = self.0.path().join("knowledge");
        knowledge::load(&folder, date(2026, 11, 28)).expect("the guide has no error")
    }

    /// What is in the folder, apart from the FAQ itself.
    fn has(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .filter(|name| !name.starts_with("faq."))
            .collect()
    }

    /// Which topics answer questions, in order; `None` for a question without an answer.
    fn answers(&self, questions: &[String]) -> Vec<Option<String>> {
        let input: String = questions
            .iter()
            .map(|question| format!("{}\n", json!({ "text": question })))
            .collect();
        let ran = self.runs(&["ask", "--jsonl"], &input);
        let answer = |line: &str| {
            let answer: Value = serde_json::from_str(line).expect("an object");
            let topic = answer["matches"][0]["topic"].as_str().map(str::to_owned);
            topic.filter(|_| answer["outcome"] == "answer")
        };
        ran.out.lines().map(answer).collect()
    }
}

/// The questions of the FAQ of a robotics club, in its order.
fn robotics() -> Vec<String> {
    let page = include_str!("import/robotics.md");
    let questions = page.lines().filter_map(|line| line.strip_prefix("### "));
    questions.map(str::to_owned).collect()
}

/// The one topic that a page or table of one question becomes.
#[track_caller]
fn only(knowledge: &KnowledgeBase) -> &knowledge::Topic {
    let [topic] = knowledge.topics() else {
        panic!("{} topics", knowledge.topics().len());
    };
    topic
}

#[test]
fn forty_questions_become_a_guide_that_answers_all_of_them_from_a_table_and_from_a_page() {
    for (name, text) in [
        ("faq.csv", include_str!("import/robotics.csv")),
        ("faq.md", include_str!("import/robotics.md")),
    ] {
        let home = Home::new();
        let ran = home.imports(name, text);
        assert_eq!(ran.status, Some(0), "{}{}", ran.out, ran.err);
        for part in [
            "0 error(s), 0 warning(s) in faq.",
            "\n0 error(s), ",
            "warning: the topic has only 1 phrasing(s)",
            "warning: nobody has described this link yet",
            "Wrote 40 topics",
        ] {
            assert!(ran.out.contains(part), "{part:?} in\n{}", ran.out);
        }
        assert!(!ran.out.contains("finds another topic"), "{}", ran.out);

        let knowledge = home.knowledge();
        let questions = robotics();
        assert_eq!(questions.len(), 40);
        let titled = |question: &String| {
            let topic = knowledge
                .topics()
                .iter()
                .find(|topic| topic.title == *question);
            Some(topic.expect("each is a topic").id.clone())
        };
        let expected: Vec<_> = questions.iter().map(titled).collect();
        assert_eq!(home.answers(&questions), expected);
        // As people type.
        let typed: Vec<String> = questions
            .iter()
            .map(|question| question.to_lowercase().replace(['?', '\''], ""))
            .collect();
        assert_eq!(home.answers(&typed), expected);

        let titles: Vec<&str> = knowledge
            .categories()
            .iter()
            .map(|category| category.title.as_str())
            .collect();
        let expected = [
            "Joining",
            "Safety",
            "Machines",
            "Electronics",
            "Software",
            "Competitions",
            "Money and rooms",
        ];
        assert_eq!(titles, expected);
        let shown = home
            .runs(&["ask", "how are lithium batteries charged"], "")
            .out;
        for part in ["fireproof bag", "https://batteries.example.org/lipo"] {
            assert!(shown.contains(part), "{part:?} in\n{shown}");
        }
        for question in ["how tall is mount everest", "what makes a good resume"] {
            assert_eq!(home.answers(&[question.to_owned()]), [None], "{question}");
        }
    }
}

#[test]
fn existing_files_are_never_overwritten() {
    let home = Home::new();
    let before = home.guide("faq.csv", "Where do we meet?,In room 5.\n");
    let again = home.imports("faq.csv", "Who are we?,A club.\n");
    assert_eq!(again.status, Some(1));
    assert!(
        again
            .err
            .contains("cannot write the guide into knowledge: it is not empty"),
        "{}",
        again.err
    );
    assert_eq!(home.knowledge().version(), before.version());
    assert_eq!(home.has(), ["knowledge"]);

    let elsewhere = home.runs(&["import", "faq.csv", "--to", "new/guide"], "");
    assert_eq!(elsewhere.status, Some(0), "{}", elsewhere.err);
    let mut files: Vec<String> = fs::read_dir(home.0.path().join("new/guide"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    files.sort();
    let whole = [
        "guide.toml",
        "out_of_scope.toml",
        "resources.toml",
        "topics",
        "vocabulary.toml",
    ];
    assert_eq!(files, whole);
}

#[test]
fn nothing_is_left_behind_if_the_guide_cannot_be_written() {
    let home = Home::new();
    fs::write(home.0.path().join("file"), "").expect("a file");
    fs::write(
        home.0.path().join("faq.csv"),
        "Where do we meet?,In room 5.\n",
    )
    .expect("a file");
    for place in ["file", "file/guide"] {
        let ran = home.runs(&["import", "faq.csv", "--to", place], "");
        assert_eq!(ran.status, Some(1));
        let said = format!("cannot write the guide into {place}: ");
        assert!(ran.err.contains(&said), "{}", ran.err);
        assert_eq!(home.has(), ["file"]);
    }
}

#[test]
fn every_mistake_is_reported_with_its_line_and_nothing_is_written() {
    let long = "word ".repeat(320);
    let table = format!(
        "question,answer,link\n\
         Where do we meet?,In room 5.,\n\
         What does it cost?,,\n\
         Where do we meet,\"In\nroom 6.\",\n\
         Who leads?,Ada does.,ada's page\n\
         How long?,{long},\n\
         Is it fun?,Yes, very, truly,\n"
    );
    let page = format!(
        "# Club\n\n## Where do we meet?\n\nIn room 5.\n\n## What does it cost?\n\n## Where do we meet\n\nIn room 6.\n\n## How long?\n\n{long}\n"
    );
    let cases = [
        (
            "faq.csv",
            table,
            vec![
                "faq.csv:3:1: error: this row has no answer",
                "faq.csv:4:1: error: this is also asked in line 2",
                "faq.csv:6:1: error: `ada's page` is not an address",
                "faq.csv:7:1: error: the answer has 1599 characters",
                "faq.csv:8:1: error: this row has 5 fields, but the limit is 3",
                "5 error(s), 0 warning(s) in faq.csv: nothing was written",
            ],
        ),
        (
            "faq.md",
            page,
            vec![
                "faq.md:7:1: error: this question has no answer",
                "faq.md:9:1: error: this is also asked in line 3",
                "faq.md:13:1: error: the answer has 1599 characters",
                "3 error(s), 0 warning(s) in faq.md: nothing was written",
            ],
        ),
        (
            "faq.md",
            "Where do we meet?\n\nIn room 5.\n".to_owned(),
            vec!["faq.md:1:1: error: there is no heading in this file"],
        ),
        (
            "faq.csv",
            "\n".to_owned(),
            vec!["faq.csv:1:1: error: there is no question in this file"],
        ),
    ];
    for (name, text, expected) in cases {
        let home = Home::new();
        let ran = home.imports(name, &text);
        assert_eq!(ran.status, Some(1));
        for line in &expected {
            assert!(ran.out.contains(line), "{line:?} in\n{}", ran.out);
        }
        assert!(home.has().is_empty(), "{:?}", home.has());
    }
    let home = Home::new();
    let ran = home.imports(
        "faq.csv",
        b"Where do we meet?,In room 5.\nWhere is M\xfcnchen?,South.\n",
    );
    assert!(
        ran.out
            .contains("faq.csv:2:11: error: this is not UTF-8 text"),
        "{}",
        ran.out
    );
}

#[test]
fn a_table_that_excel_saved_as_unicode_text_is_read() {
    let table = "\u{feff}Question\tAnswer\r\nWhere do we meet?\tIn the café.\r\n";
    let bytes: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let home = Home::new();
    let knowledge = home.guide("faq.tsv", bytes);
    let topic = only(&knowledge);
    assert_eq!(topic.title, "Where do we meet?");
    assert_eq!(topic.sections[0].text, "In the café.");
}

#[test]
fn tables_are_read_in_every_form_that_spreadsheets_export() {
    let answer = "In room 5; come early, bring a \"friend\".";
    for table in [
        "Where do we meet?,\"In room 5; come early, bring a \"\"friend\"\".\",https://example.org/map\n",
        "\u{feff}Question;Answer;Link\r\nWhere do we meet?;\"In room 5; come early, bring a \"\"friend\"\".\";https://example.org/map\r\n\r\n",
        "Answer\tURL\tQuestion\nIn room 5; come early, bring a \"friend\".\thttps://example.org/map\tWhere do we meet?\n",
        "\nQ: Where do we meet?;\"A: In room 5; come early, bring a \"\"friend\"\".\";https://example.org/map\n",
    ] {
        let home = Home::new();
        let knowledge = home.guide("faq.csv", table);
        let topic = only(&knowledge);
        assert_eq!(topic.title, "Where do we meet?", "{table}");
        assert_eq!(topic.questions[0].text, "Where do we meet?");
        assert_eq!(topic.sections[0].text, answer, "{table}");
        assert_eq!(topic.summary, "In room 5;", "{table}");
        let link = &topic.sections[0].resources[0];
        assert_eq!(
            (link.name.as_str(), link.url.as_str()),
            ("example.org/map", "https://example.org/map")
        );
    }
    let home = Home::new();
    let ran = home.imports(
        "faq.csv",
        "Timestamp,Question,Answer\n12:00,Where do we meet?,In room 5.\n",
    );
    assert!(
        ran.out
            .contains("faq.csv:1:1: warning: not imported: the column(s) \"Timestamp\""),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("Wrote 1 topic to "), "{}", ran.out);
    assert_eq!(only(&home.knowledge()).sections[0].text, "In room 5.");
}

#[test]
fn a_question_too_long_for_a_phrasing_is_cut_with_a_warning_and_still_answered() {
    let question = "If I started my studies in another country and only come here for one semester, may I still \
        join the team that goes to the finals?";
    let home = Home::new();
    let ran = home.imports(
        "faq.csv",
        format!("\"{question}\",\"Yes, if you are here in May.\"\n"),
    );
    assert!(
        ran.out
            .contains("faq.csv:1:1: warning: the question has 13"),
        "{}",
        ran.out
    );
    let id = only(&home.knowledge()).id.clone();
    assert_eq!(home.answers(&[question.to_owned()]), [Some(id)]);
}

#[test]
fn topics_are_spread_over_categories_if_there_are_too_many_for_one_menu() {
    let rows: String = (0..60)
        .map(|number| {
            let word: String = format!("{number:02}")
                .chars()
                .map(|digit| char::from(digit as u8 + 49))
                .collect();
            format!("What is gadget {word}{word}{word}?,It is the gadget of shelf {word}.\n")
        })
        .collect();
    let home = Home::new();
    let knowledge = home.guide("faq.csv", rows);
    let titles: Vec<&str> = knowledge
        .categories()
        .iter()
        .map(|category| category.title.as_str())
        .collect();
    assert_eq!(
        titles,
        [
            "Questions and answers",
            "Questions and answers (2)",
            "Questions and answers (3)"
        ]
    );
    assert_eq!(knowledge.topics().len(), 60);
}

#[test]
fn a_page_keeps_what_discord_can_show_and_loses_the_rest() {
    let page = "---\ntitle: ignored\n---\n# The club\n\n## Contents\n\n- [Where?](#where)\n\n<!-- not for you -->\n## 1. Where do we\nmeet?\n\
        Ignored setext.\n\n## How do I get there?\n\nTake the **tram**\nto the end, see [the map][map]\nor [the old page](old.html).\n\n\
        1. Ring\n   twice.\n2. Wait.\n\n> Come\n> in!\n\n```sh\necho  two\necho lines\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n\
        ![A door](https://example.org/door.png)\n\nUseful links:\n\n- [Timetable](https://tram.example.org/) – every ten minutes\n- <https://example.org/b>\n\n\
        [map]: https://example.org/map_(new)\n";
    let page = page.replace(
        "## 1. Where do we\nmeet?\nIgnored setext.",
        "## 1. Where do we meet?\n\nIn room 5.",
    );
    let home = Home::new();
    let ran = home.imports("faq.md", &page);
    assert_eq!(ran.status, Some(0), "{}{}", ran.out, ran.err);
    for part in [
        "faq.md:6:1: warning: not imported: this is a table of contents",
        "warning: not imported: `old.html`, which leads nowhere from Discord",
    ] {
        assert!(ran.out.contains(part), "{part:?} in\n{}", ran.out);
    }
    let knowledge = home.knowledge();
    assert_eq!(knowledge.name(), "The club");
    let topic = |title: &str| {
        let topic = knowledge.topics().iter().find(|topic| topic.title == title);
        topic.expect("a topic")
    };
    assert_eq!(topic("Where do we meet?").sections[0].text, "In room 5.");
    let section = &topic("How do I get there?").sections[0];
    let expected = "Take the **tram** to the end, see [the map](https://example.org/map_(new)) or the old page.\n\n\
        1. Ring twice.\n2. Wait.\n\n> Come in!\n\n```sh\necho  two\necho lines\n```\n\n```\n| a | b |\n|---|---|\n| 1 | 2 |\n```\n\n\
        [A door](https://example.org/door.png)";
    assert!(section.text.starts_with(expected), "{}", section.text);
    let links: Vec<(&str, &str, &str)> = section
        .resources
        .iter()
        .map(|link| {
            (
                link.name.as_str(),
                link.url.as_str(),
                link.description.as_str(),
            )
        })
        .collect();
    let expected = [
        (
            "Timetable",
            "https://tram.example.org/",
            "every ten minutes",
        ),
        (
            "example.org/b",
            "https://example.org/b",
            "Linked in the answer to \"How do I get there?\"",
        ),
    ];
    assert_eq!(links, expected);
    assert!(
        !section.text.contains("Useful links") && !section.text.contains("[map]:"),
        "{}",
        section.text
    );
}

#[test]
fn question_and_answer_prefixes_are_removed_but_numbered_answers_stay() {
    for (question, answer) in [
        ("Q: Where do we meet?", "A: In room 5."),
        ("Q12. Where do we meet?", "In room 5."),
        ("3) Where do we meet?", "In room 5."),
    ] {
        let home = Home::new();
        let knowledge = home.guide("faq.md", format!("# {question}\n\n{answer}\n"));
        let topic = only(&knowledge);
        assert_eq!(
            (topic.title.as_str(), topic.sections[0].text.as_str()),
            ("Where do we meet?", "In room 5.")
        );
    }
    for (question, answer) in [
        ("3D printing?", "A. Lovelace helps."),
        ("Quick start?", "1. Ring.\n2. Wait."),
    ] {
        let home = Home::new();
        let knowledge = home.guide("faq.md", format!("# {question}\n\n{answer}\n"));
        let topic = only(&knowledge);
        assert_eq!(
            (topic.title.as_str(), topic.sections[0].text.as_str()),
            (question, answer)
        );
    }
}

#[test]
fn the_files_look_as_if_a_person_had_written_them() {
    let home = Home::new();
    home.guide(
        "faq.csv",
        "Where do we meet?,\"In room 5.\n\nCome \"\"early\"\".\"\n",
    );
    let folder = home.0.path().join("knowledge");
    let topics: Vec<_> = fs::read_dir(folder.join("topics"))
        .expect("topics")
        .map(|entry| entry.expect("a topic").path())
        .collect();
    let text = fs::read_to_string(&topics[0]).expect("text");
    for part in [
        "title = \"Where do we meet?\"\n",
        "questions = [\"Where do we meet?\"]\n",
        "[[section]]\nid = \"answer\"\n",
        "\"\"\"\nIn room 5.\n\nCome \"early\".",
    ] {
        assert!(
            text.replace("[\n    ", "[")
                .replace(",\n]", "]")
                .contains(part),
            "{part:?} in\n{text}"
        );
    }
    assert!(Path::new(&folder).join("guide.toml").exists());
}

#[test]
fn what_looks_like_a_mistake_is_imported_with_a_warning() {
    let cases = [
        (
            "faq.csv",
            "Where do we meet?,\"In room 5.\nWho leads?,Ada does.\nWhat is it?,A club.\n",
            "faq.csv:1:1: warning: a quotation mark in this row is not closed",
        ),
        (
            "faq.csv",
            "Who leads?,Ada does.\nWhere do we meet?,\"In room 5.\nWhat is it?,\"A club.\"\nWhen?,Now.\n",
            "faq.csv:2:1: warning: a quotation mark in this row is not closed",
        ),
        (
            "faq.csv",
            "Frage;Antwort\nWo treffen wir uns?;In Raum 5.\n",
            "faq.csv:1:1: warning: the first row seems to name the columns",
        ),
        (
            "faq.md",
            "# Club\n\n**Where do we meet?**\n\nIn room 5.\n\n**Who leads?**\nAda does.\n",
            "faq.md:1:1: warning: 2 questions below this heading are only bold",
        ),
    ];
    for (name, text, warning) in cases {
        let home = Home::new();
        let ran = home.imports(name, text);
        assert_eq!(ran.status, Some(0), "{}{}", ran.out, ran.err);
        assert!(ran.out.contains(warning), "{warning:?} in\n{}", ran.out);
    }
    for (name, text) in [
        (
            "faq.csv",
            "Where do we meet?,\"In\nroom 5, \"\"here\"\".\"\nA 5\" disk?,No.\n",
        ),
        ("faq.csv", "club room,In room 5.\nwho leads,Ada does.\n"),
        ("faq.md", "# Where?\n\n**In room 5.**\n\n**Really?** Yes.\n"),
    ] {
        let home = Home::new();
        let ran = home.imports(name, text);
        assert!(ran.out.contains("0 warning(s) in faq."), "{}", ran.out);
    }
}
