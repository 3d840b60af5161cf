//! What someone who edits the guide is told.
//!
//! Each test breaks a copy of a small valid guide in one way and reads the problems: file, line, column, what is wrong,
//! how to fix it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails may panic"
)]

use internbot::knowledge::{Checked, File, PLACEHOLDER, Severity, Sources, check, lint};
use jiff::civil::date;

const GUIDE: &str = r#"name = "Small guide"

[[category]]
id = "first"
title = "First things"
description = "What to read first."
"#;

const RESOURCES: &str = r#"[[resource]]
id = "pro-git"
name = "Pro Git"
url = "https://git-scm.com/book/en/v2"
kind = "book"
cost = "free"
level = "any"
topics = ["git"]
description = "The whole book on Git."

[[resource]]
id = "labour-office"
name = "Labour office"
url = "https://www.example.org/rules"
kind = "official"
cost = "free"
level = "any"
topics = ["pay"]
description = "The rules."
"#;

const VOCABULARY: &str = r#"stop_words = ["the", "a"]
protected = ["go"]

[abbreviations]
vcs = "version control"

[[group]]
name = "pay"
words = ["pay", "salary"]
"#;

const OUT_OF_SCOPE: &str = r#"[[kind]]
id = "greeting"
examples = ["good morning", "hello all"]
"#;

const MESSAGES: &str = r#"[[message]]
text = "first week at my internship and the whole team branches all day, i never did that at school, where do i even begin"
answers = ["git/start"]
"#;

fn topic(
    id: &str,
    title: &str,
    stakes: &str,
    related: &str,
    resource: &str,
    subject: &str,
) -> String {
    let phrasings: Vec<String> = [
        "what is",
        "why learn",
        "how to start with",
        "who needs",
        "when to use",
        "where to learn",
    ]
    .iter()
    .flat_map(|frame| {
        [
            format!("  \"{frame} {subject}\","),
            format!("  \"{frame} {subject} at work\","),
        ]
    })
    .collect();
    let text = "Plain words that say what to do and why. ".repeat(6);
    format!(
        "id = \"{id}\"\ntitle = \"{title}\"\ncategory = \"first\"\nsummary = \"What to know.\"\nreviewed = 2026-11-01\n{stakes}keywords = [\"{subject}\"]\nrelated = [\"{related}\"]\nquestions = [\n{}\n]\n\n[[section]]\nid = \"start\"\nheading = \"Start here\"\ntext = \"\"\"\n{text}\n\"\"\"\nresources = [\"{resource}\"]\n",
        phrasings.join("\n")
    )
}

fn sound() -> Sources {
    let file = |name: &str, text: &str| File {
        name: format!("guide/{name}"),
        bytes: text.as_bytes().to_vec(),
    };
    Sources {
        guide: file("guide.toml", GUIDE),
        resources: file("resources.toml", RESOURCES),
        vocabulary: file("vocabulary.toml", VOCABULARY),
        out_of_scope: file("out_of_scope.toml", OUT_OF_SCOPE),
        messages: vec![file("messages/git.toml", MESSAGES)],
        topics: vec![
            file(
                "topics/git.toml",
                &topic("git", "Version control", "", "pay", "pro-git", "branches"),
            ),
            file(
                "topics/pay.toml",
                &topic(
                    "pay",
                    "Pay",
                    "stakes = \"legal\"\n",
                    "git",
                    "labour-office",
                    "wages",
                ),
            ),
        ],
    }
}

fn checked(sources: &Sources) -> Checked {
    check(sources, date(2026, 11, 23))
}

/// The problems as a person reads them.
fn findings(sources: &Sources) -> Vec<String> {
    let problems = checked(sources).problems.into_iter().chain(lint(sources));
    problems.map(|problem| problem.to_string()).collect()
}

/// Replaces a text in a file of the valid guide.
fn broken(file: &str, from: &str, to: &str) -> Sources {
    let mut sources = sound();
    change(&mut sources, file, from, to);
    sources
}

fn change(sources: &mut Sources, file: &str, from: &str, to: &str) {
    let Sources {
        guide,
        resources,
        vocabulary,
        out_of_scope,
        topics,
        messages,
    } = sources;
    let all = [guide, resources, vocabulary, out_of_scope]
        .into_iter()
        .chain(topics)
        .chain(messages);
    let source = all
        .into_iter()
        .find(|source| source.name.ends_with(file))
        .expect("the file exists");
    let text = String::from_utf8(source.bytes.clone()).expect("it is text");
    assert!(text.contains(from), "{from:?} is in {file}");
    source.bytes = text.replacen(from, to, 1).into_bytes();
}

/// Breaks one thing, and expects exactly one problem whose text begins and ends like this.
fn one_finding(file: &str, from: &str, to: &str, finding: &str, mend: &str) {
    let findings = findings(&broken(file, from, to));
    let [only] = findings.as_slice() else {
        panic!("one finding, not {findings:#?}")
    };
    assert!(
        only.starts_with(finding),
        "{only}\ndoes not begin with\n{finding}"
    );
    assert!(only.ends_with(mend), "{only}\ndoes not end with\n{mend}");
}

#[test]
fn a_valid_guide_has_no_problems_and_can_be_used() {
    let checked = checked(&sound());
    assert_eq!(checked.problems, []);
    let knowledge = checked.knowledge.expect("it is sound");
    assert_eq!(knowledge.topics().len(), 2);
    assert_eq!(
        knowledge.topic("git").map(|topic| topic.title.as_str()),
        Some("Version control")
    );
}

#[test]
fn invalid_toml_is_reported_with_its_place() {
    one_finding(
        "git.toml",
        "title = \"Version control\"",
        "title = \"Version control",
        "guide/topics/git.toml:2:",
        "end each entry with a comma.",
    );
}

#[test]
fn a_text_without_its_last_three_quotes_is_found_by_the_line_where_it_begins() {
    // The last text of a file, and one with another after it, which then seems to end it.
    let mend = "A text that begins with three quotes (\"\"\") must end with three; look at the one that begins on line 26.";
    let resources = "\n\"\"\"\nresources = [\"pro-git\"]\n";
    let another =
        "[[section]]\nid = \"next\"\nheading = \"Next\"\ntext = \"\"\"\nMore words.\n\"\"\"\n";
    for rest in ["", another] {
        one_finding(
            "git.toml",
            resources,
            &format!("\nresources = [\"pro-git\"]\n\n{rest}"),
            "guide/topics/git.toml:",
            mend,
        );
    }
}

#[test]
fn a_misspelt_key_is_one_problem_even_if_the_file_then_lacks_a_required_one() {
    one_finding(
        "git.toml",
        "questions = [",
        "questons = [",
        "guide/topics/git.toml:8:1: error: this file has no key `questons`",
        "Did you mean `questions`?",
    );
    one_finding(
        "git.toml",
        "heading =",
        "headin =",
        "guide/topics/git.toml:25:1: error: a section has no key `headin`",
        "Did you mean `heading`?",
    );
}

#[test]
fn an_unknown_key_is_reported_with_the_right_one() {
    one_finding(
        "git.toml",
        "summary =",
        "sumary = \"x\"\nsummary =",
        "guide/topics/git.toml:4:1: error: this file has no key `sumary`",
        "Did you mean `summary`?",
    );
}

#[test]
fn a_value_of_the_wrong_type_is_refused() {
    one_finding(
        "git.toml",
        "title = \"Version control\"",
        "title = 3",
        "guide/topics/git.toml:2:9: error: `title` must be a text",
        "Put it in quotes: \"…\".",
    );
    one_finding(
        "git.toml",
        "reviewed = 2026-11-01",
        "reviewed = \"today\"",
        "guide/topics/git.toml:5:12: error: `reviewed` must be a date",
        "for example 2026-11-23.",
    );
}

#[test]
fn a_missing_key_is_reported() {
    one_finding(
        "git.toml",
        "category = \"first\"\n",
        "",
        "guide/topics/git.toml:1:1: error: this file has no `category`",
        "Add a line `category = …`.",
    );
}

#[test]
fn an_id_that_differs_from_the_file_name_is_refused() {
    one_finding(
        "git.toml",
        "id = \"git\"",
        "id = \"gti\"",
        "guide/topics/git.toml:1:6: error: the id `gti` is not the file's name",
        "or rename the file to gti.toml.",
    );
}

#[test]
fn a_dangling_reference_is_refused() {
    one_finding(
        "git.toml",
        "related = [\"pay\"]",
        "related = [\"pai\"]",
        "guide/topics/git.toml:7:12: error: there is no topic `pai`",
        "Did you mean `pay`?",
    );
    one_finding(
        "git.toml",
        "resources = [\"pro-git\"]",
        "resources = [\"pro-gti\"]",
        "guide/topics/git.toml:29:14: error: there is no resource `pro-gti`",
        "Did you mean `pro-git`?",
    );
    one_finding(
        "git.toml",
        "category = \"first\"",
        "category = \"other\"",
        "guide/topics/git.toml:3:12: error: there is no category `other`",
        "add the category first.",
    );
    one_finding(
        "resources.toml",
        "topics = [\"git\"]",
        "topics = [\"hg\"]",
        "guide/resources.toml:8:11: error: there is no topic `hg`",
        "",
    );
}

#[test]
fn the_same_phrasing_in_two_topics_is_refused() {
    one_finding(
        "pay.toml",
        "\"what is wages\"",
        "\"What is BRANCHES?\"",
        "guide/topics/pay.toml:10:3: error: \"What is BRANCHES?\" is also a phrasing of guide/topics/git.toml",
        "remove it from the other.",
    );
}

#[test]
fn the_same_words_in_another_order_cause_a_warning() {
    one_finding(
        "pay.toml",
        "\"what is wages\"",
        "\"branches is what\"",
        "guide/topics/pay.toml:10:3: warning: \"branches is what\" has the same words as \"what is branches\"",
        "so that the two differ.",
    );
}

#[test]
fn what_discord_cannot_show_is_refused() {
    let long = "x".repeat(81);
    one_finding(
        "git.toml",
        "Version control",
        &long,
        "guide/topics/git.toml:2:9: error: the title has 81 characters, but the limit is 80",
        "Shorten it by 1.",
    );
}

#[test]
fn an_empty_section_is_refused() {
    let mut sources = sound();
    let text = "Plain words that say what to do and why. ".repeat(6);
    change(
        &mut sources,
        "git.toml",
        &format!("\"\"\"\n{text}\n\"\"\""),
        "\"\"",
    );
    let findings = findings(&sources);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(
        findings
            .iter()
            .all(|finding| finding.contains("error: `text` is empty")),
        "{findings:#?}"
    );
}

#[test]
fn a_malformed_address_is_refused() {
    one_finding(
        "resources.toml",
        "https://git-scm.com/book/en/v2",
        "git-scm.com/book",
        "guide/resources.toml:4:7: error: `git-scm.com/book` is not an address",
        "it begins with https://.",
    );
    one_finding(
        "resources.toml",
        "https://git-scm.com/book/en/v2",
        "http://git-scm.com",
        "guide/resources.toml:4:7: error: `http://git-scm.com` is not a public https address",
        "begins with https://.",
    );
}

#[test]
fn high_stakes_need_an_official_source() {
    one_finding(
        "resources.toml",
        "kind = \"official\"",
        "kind = \"book\"",
        "guide/topics/pay.toml:25:6: error: the section `start` has high stakes but shows no official source",
        "to its `resources`.",
    );
}

#[test]
fn a_review_dated_tomorrow_may_come_from_another_time_zone() {
    assert_eq!(
        findings(&broken("git.toml", "2026-11-01", "2026-11-24")),
        Vec::<String>::new()
    );
}

#[test]
fn review_dates_expire() {
    one_finding(
        "git.toml",
        "2026-11-01",
        "2024-01-01",
        "guide/topics/git.toml:5:12: warning: nobody has reviewed this topic since 2024-01-01",
        "set `reviewed` to today.",
    );
    one_finding(
        "git.toml",
        "2026-11-01",
        "2027-11-01",
        "guide/topics/git.toml:5:12: warning: the review date 2027-11-01 is in the future",
        "",
    );
}

#[test]
fn a_topic_says_how_often_it_must_be_reviewed() {
    let every = |interval: &str| format!("reviewed = 2026-05-01\nreview_every = {interval}");
    assert_eq!(
        findings(&broken(
            "git.toml",
            "reviewed = 2026-11-01",
            &every("\"7 months\"")
        )),
        Vec::<String>::new()
    );
    one_finding(
        "git.toml",
        "reviewed = 2026-11-01",
        &every("\"6 months\""),
        "guide/topics/git.toml:5:12: warning: nobody has reviewed this topic since 2026-05-01",
        "set `reviewed` to today.",
    );
    one_finding(
        "git.toml",
        "reviewed = 2026-11-01",
        &every("\"each august\""),
        "guide/topics/git.toml:6:16: error: `each august` is not a length of time",
        "for example \"6 months\" or \"1 year\".",
    );
}

#[test]
fn a_word_that_the_house_style_avoids_causes_a_warning_where_it_is_shown() {
    let styled = |text: &str| {
        let mut sources = broken("git.toml", "Plain words", text);
        sources
            .guide
            .bytes
            .extend(b"\n[house_style]\n\"learnt\" = \"learned\"\n\"CV\" = \"resume\"\n");
        findings(&sources)
    };
    let findings = styled("What you learnt");
    assert_eq!(
        findings,
        [
            "guide/topics/git.toml:26:8: warning: \"learnt\" is not a word of this guide\n    Write \"learned\", as `[house_style]` in guide.toml says."
        ]
    );
    assert_eq!(styled("Your CV").len(), 1);
    // A gloss in brackets is fine, longer words that contain it do not count, and phrasings are what people type.
    assert_eq!(styled("Your resume (CV) on CVS"), Vec::<String>::new());
    let mut sources = broken("git.toml", "\"what is branches\"", "\"what is a cv\"");
    sources
        .guide
        .bytes
        .extend(b"\n[house_style]\n\"CV\" = \"resume\"\n");
    assert_eq!(self::findings(&sources), Vec::<String>::new());
}

#[test]
fn a_phrasing_that_names_something_no_text_mentions_causes_a_warning() {
    let asked = |phrasing: &str, text: &str| {
        let mut sources = broken(
            "git.toml",
            "\"what is branches\"",
            &format!("\"{phrasing}\""),
        );
        change(&mut sources, "git.toml", "Plain words", text);
        change(
            &mut sources,
            "vocabulary.toml",
            "protected =",
            "names = [\"gitlab\", \"oh my git\"]\nprotected =",
        );
        findings(&sources)
    };
    assert_eq!(
        asked("is Oh My Git! any good", "Plain words"),
        [
            "guide/topics/git.toml:9:3: warning: no text of this topic mentions \"oh my git\"\n    \
         Say something about it in the section that answers this phrasing, or remove the phrasing."
        ]
    );
    assert_eq!(
        asked("is Oh My Git! any good", "Play *Oh My Git!* and"),
        Vec::<String>::new()
    );
    assert_eq!(
        asked("github or gitlab", "`gitlab` is as good;"),
        Vec::<String>::new()
    );
    assert_eq!(asked("oh my git is hard", "Plain words").len(), 1);
    assert_eq!(asked("my git is hard", "Plain words"), Vec::<String>::new());
}

#[test]
fn a_message_names_what_answers_it() {
    let file = "messages/git.toml";
    let answers = "answers = [\"git/start\"]";
    one_finding(
        file,
        answers,
        "answers = []",
        "guide/messages/git.toml:2:8: error: nothing answers this message",
        "or put it into out_of_scope.toml.",
    );
    one_finding(
        file,
        answers,
        "answers = [\"gti/start\"]",
        "guide/messages/git.toml:3:12: error: there is no topic `gti`",
        "Did you mean `git`?",
    );
    one_finding(
        file,
        answers,
        "answers = [\"pay\", \"git/strat\"]",
        "guide/messages/git.toml:3:19: error: the topic `git` has no section `strat`",
        "Did you mean `git/start`?",
    );
    one_finding(
        file,
        answers,
        "answers = [\"git\", \"git\"]",
        "guide/messages/git.toml:3:19: warning: `git` is listed twice",
        "Remove one of the two.",
    );
}

#[test]
fn a_duplicate_message_is_refused() {
    let mut sources = sound();
    sources.messages.push(File {
        name: "guide/messages/new.toml".to_owned(),
        bytes: MESSAGES.replace("whole team", "WHOLE team!").into_bytes(),
    });
    assert_eq!(
        findings(&sources),
        [
            "guide/messages/new.toml:2:8: error: this message is also in guide/messages/git.toml\n    Remove one of the two."
        ]
    );
}

#[test]
fn a_message_that_is_nearly_another_topics_phrasing_causes_a_warning() {
    one_finding(
        "messages/git.toml",
        "first week at my internship and the whole team branches all day, i never did that at school, where do i even begin",
        "so how to start with wages at work, wages at work how to start",
        "guide/messages/git.toml:2:8: warning: this is nearly \"how to start with wages at work\", a phrasing of the topic `pay`",
        "Add `pay` to `answers`, or remove the message.",
    );
}

#[test]
fn a_message_must_not_reveal_who_wrote_it() {
    for personal in [
        "mail me at ada@example.org",
        "my name is Ada",
        "call 0170 1234567",
        "see https://example.org/me",
        "ask @ada",
    ] {
        one_finding(
            "messages/git.toml",
            "where do i even begin",
            personal,
            "guide/messages/git.toml:2:8: warning: the message has a link, a number, an address or a name",
            "enough to say what happened.",
        );
    }
}

#[test]
fn a_message_must_have_a_realistic_length() {
    one_finding(
        "messages/git.toml",
        "first week at my internship and the whole team branches all day, i never did that at school, where do i even begin",
        "where do i even begin",
        "guide/messages/git.toml:2:8: warning: the message has 5 words",
        "and cut a longer one.",
    );
    one_finding(
        "messages/git.toml",
        "where do i even begin",
        &"incomprehensibilities everywhere ".repeat(14),
        "guide/messages/git.toml:2:8: error: the message has 554 characters, but the limit is 500",
        "Shorten it by 54.",
    );
}

#[test]
fn a_forgotten_placeholder_causes_a_warning() {
    one_finding(
        "git.toml",
        "summary = \"What to know.\"",
        "summary = \"Not written yet: what to know\"",
        "guide/topics/git.toml:4:11: warning: the summary is still the placeholder of `internbot gaps --toml`",
        "Say in one line what the topic answers.",
    );
    let text = format!("text = \"\"\"\n**{PLACEHOLDER}**");
    one_finding(
        "git.toml",
        "text = \"\"\"",
        &text,
        "guide/topics/git.toml:26:8: warning: the text is still the placeholder of `internbot gaps --toml`",
        "this is what people read now.",
    );
}

#[test]
fn a_word_in_two_groups_is_refused() {
    one_finding(
        "vocabulary.toml",
        "[[group]]",
        "[[group]]\nname = \"money\"\nwords = [\"cash\", \"salary\"]\n\n[[group]]",
        "guide/vocabulary.toml:13:17: error: `salary` is also in the group `money`",
        "",
    );
}

#[test]
fn a_file_that_is_not_text_is_refused() {
    let mut sources = sound();
    for topic in sources.topics.iter_mut().take(1) {
        topic.bytes.extend([b'\n', 0xFF, 0xFE]);
    }
    let findings = findings(&sources);
    assert!(
        findings
            .iter()
            .any(|finding| finding.contains("topics/git.toml:31:1: error: this is not UTF-8 text")),
        "{findings:#?}"
    );
}

#[test]
fn ten_problems_are_all_reported_in_one_run() {
    let mut sources = sound();
    let extra = |sources: &mut Sources, id: &str, subject: &str| {
        sources.topics.push(File {
            name: format!("guide/topics/{id}.toml"),
            bytes: topic(id, subject, "", "git", "pro-git", subject).into_bytes(),
        });
    };
    for (id, subject) in [
        ("a", "alpha"),
        ("b", "beta"),
        ("c", "gamma"),
        ("d", "delta"),
        ("e", "epsilon"),
    ] {
        extra(&mut sources, id, subject);
    }
    let text = "Plain words that say what to do and why. ".repeat(6);
    change(&mut sources, "topics/a.toml", "keywords = [", "keywords = "); // syntax error
    change(
        &mut sources,
        "topics/b.toml",
        "summary =",
        "sumary = \"x\"\nsummary =",
    ); // unknown key
    change(
        &mut sources,
        "topics/b.toml",
        "title = \"beta\"",
        "title = 1",
    ); // wrong type
    change(&mut sources, "topics/c.toml", "id = \"c\"", "id = \"k\""); // id not the file's name
    change(
        &mut sources,
        "topics/c.toml",
        "related = [\"git\"]",
        "related = [\"nothing\"]",
    ); // dangling related
    change(
        &mut sources,
        "topics/d.toml",
        "[\"pro-git\"]",
        "[\"nowhere\"]",
    ); // dangling resource
    change(
        &mut sources,
        "topics/d.toml",
        "\"what is delta\"",
        "\"what is branches\"",
    ); // same phrasing in two topics
    change(
        &mut sources,
        "topics/e.toml",
        "title = \"epsilon\"",
        &format!("title = \"{}\"", "e".repeat(200)),
    ); // over-long title
    change(
        &mut sources,
        "topics/e.toml",
        &format!("\"\"\"\n{text}\n\"\"\""),
        "\" \"",
    ); // empty section
    change(
        &mut sources,
        "resources.toml",
        "https://www.example.org/rules",
        "https://",
    ); // malformed address
    let findings = findings(&sources);
    assert_eq!(findings.len(), 10, "{findings:#?}");
    assert!(
        checked(&sources)
            .problems
            .iter()
            .all(|problem| problem.severity == Severity::Error && !problem.help.is_empty())
    );
    assert!(checked(&sources).knowledge.is_none());
}

#[test]
fn brackets_that_would_break_a_link_cause_a_warning() {
    let rows = [
        (
            "name = \"Pro Git\"",
            "name = \"Guide [PDF] (v2_final)\"",
            "warning: the name has square brackets",
        ),
        (
            "https://git-scm.com/book/en/v2",
            "https://git-scm.com/book/en/v2_(2nd)",
            "warning: the address has a bracket, which would end a link\n    Write %28 for ( and %29 for ).",
        ),
    ];
    for (from, to, finding) in rows {
        let findings = findings(&broken("resources.toml", from, to));
        assert!(
            matches!(findings.as_slice(), [only] if only.contains(finding)),
            "{findings:#?}"
        );
    }
}

#[test]
fn brackets_that_could_break_a_link_in_a_text_cause_a_warning() {
    let with = |link: &str| {
        let link = format!("Plain words,\nand {link}. Plain");
        findings(&broken(
            "topics/git.toml",
            "Plain words that say what to do and why. Plain",
            &link,
        ))
    };
    let name = "guide/topics/git.toml:28:5: warning: the name of the link to https://x.org/a has square brackets";
    let address =
        "guide/topics/git.toml:28:5: warning: the address of the link \"Guide\" has a bracket";
    for (link, expected) in [
        ("[Guide [PDF]](https://x.org/a)", name),
        ("[Guide](https://x.org/a_(b))", address),
    ] {
        let findings = with(link);
        assert!(
            matches!(findings.as_slice(), [only] if only.starts_with(expected)),
            "{findings:#?}"
        );
    }
    assert_eq!(with("[Guide [PDF]](https://x.org/a_(b))").len(), 2);
    for fine in [
        "[Guide (PDF)](https://x.org/a_%28b%29)",
        "[Guide \\\\[PDF\\\\]](https://x.org/a)",
        "[ ] tick [this](https://x.org/a) (and [that](https://x.org/b))",
        "list[0](https) of [x]",
    ] {
        assert_eq!(with(fine), [""; 0], "{fine}");
    }
    let reply = "[[kind]]\nreply = \"See [a [b]](https://x.org).\"";
    let findings = findings(&broken("out_of_scope.toml", "[[kind]]", reply));
    assert!(
        matches!(findings.as_slice(), [only] if only.starts_with("guide/out_of_scope.toml:2:14: warning: the name of the link")),
        "{findings:#?}"
    );
}

#[test]
fn a_link_works_whatever_its_name_and_address() {
    let link = internbot::reply::Link {
        name: "Guide [PDF] (v2_final)".to_owned(),
        url: "https://example.org/a_(b)".to_owned(),
        facts: "book, free".to_owned(),
        description: String::new(),
    };
    assert_eq!(
        link.line(),
        "- [Guide (PDF) (v2\\_final)](https://example.org/a_%28b%29) · book, free"
    );
}

#[test]
fn a_copy_of_a_topic_must_be_removed_or_renamed() {
    let mut sources = sound();
    let copy = sources.topics.first().cloned().expect("a topic");
    let name = copy.name.replace(".toml", " - Copy.toml");
    sources.topics.push(File { name, ..copy });
    let findings = findings(&sources);
    assert!(
        matches!(findings.as_slice(), [only] if only.contains("if this is a copy, remove it")),
        "{findings:#?}"
    );
}

#[test]
fn a_copy_of_a_file_of_messages_is_reported_once_and_on_the_copy() {
    let text = |first: &str| {
        let second = MESSAGES.replace("first week", "last week");
        format!("{}\n{second}", MESSAGES.replace("first week", first))
    };
    let file = |name: &str, text: String| File {
        name: format!("guide/messages/{name}.toml"),
        bytes: text.into_bytes(),
    };
    for name in ["git - Copy", "git (2)", "Copy of git", "Kopie von git"] {
        let mut sources = sound();
        sources.messages = vec![
            file("git", text("first week")),
            file(name, text("first week")),
        ];
        sources.messages.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(
            findings(&sources),
            [format!(
                "guide/messages/{name}.toml:2:8: error: this message and 1 more in this file are also in guide/messages/git.toml\n    \
                 If this file is a copy, remove it; otherwise keep each message in one of the two."
            )]
        );
        // A copy in which something was changed is still one.
        sources.messages = vec![
            file("git", text("first week")),
            file(name, text("first day")),
        ];
        sources.messages.sort_by(|a, b| a.name.cmp(&b.name));
        let findings = findings(&sources);
        let [only] = findings.as_slice() else {
            panic!("one finding, not {findings:#?}")
        };
        let of_copy = format!("guide/messages/{name}.toml:6:8: error: this message is also in");
        assert!(only.starts_with(&of_copy), "{only}");
    }
    let mut sources = sound();
    sources.messages = vec![file("git", format!("{MESSAGES}\n{MESSAGES}"))];
    let findings = findings(&sources);
    assert!(
        matches!(findings.as_slice(), [only] if only.starts_with("guide/messages/git.toml:6:8: error: this message is also in")),
        "{findings:#?}"
    );
}

#[test]
fn files_that_are_not_read_cause_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let inside = |path: &str| folder.path().join(path);
    for dir in ["topics/drafts", "messages/sub", "drafts", "empty"] {
        std::fs::create_dir_all(inside(dir)).expect("a folder");
    }
    let read = [
        "guide.toml",
        "topics/visa.toml",
        "messages/all.toml",
        "README.md",
        "topics/notes.txt",
    ];
    let unread = [
        "drafts/a.toml",
        "messages/sub/a.toml",
        "old.toml",
        "topics/Extra.TOML",
        "topics/drafts/a.toml",
        "topics/visa.toml.txt",
    ];
    for path in read.iter().chain(&unread) {
        std::fs::write(inside(path), "").expect("a file");
    }
    let problems = internbot::knowledge::unread_files(folder.path()).expect("it can be read");
    let files: Vec<&str> = problems
        .iter()
        .map(|problem| problem.file.as_str())
        .map(|file| file.trim_start_matches(folder.path().to_str().expect("a path")))
        .collect();
    assert_eq!(
        files,
        [
            "/drafts",
            "/messages/sub",
            "/old.toml",
            "/topics/Extra.TOML",
            "/topics/drafts",
            "/topics/visa.toml.txt"
        ]
    );
    assert!(
        problems
            .iter()
            .all(|problem| problem.severity == Severity::Warning)
    );
    let help = |file: &str| {
        let mut of_file = problems
            .iter()
            .filter(|problem| problem.file.ends_with(file));
        of_file.next().map(|problem| problem.help.as_str())
    };
    for (file, target) in [
        ("/messages/sub", "the folder `messages`; other"),
        ("/topics/drafts", "the folder `topics`; other"),
        ("/drafts", "the folder `topics`, or `messages` if"),
        (
            "/old.toml",
            "the folder `topics` if it is a topic, or `messages`",
        ),
    ] {
        let help = help(file);
        assert!(
            help.is_some_and(|help| help.contains(target)),
            "{file}: {help:?}"
        );
    }
}
