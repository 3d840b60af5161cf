//! Moderators teach the bot in Discord: where questions belong, their own answers, what happens to them, and that nobody
//! else can.

use std::fs;
use std::time::{Duration, Instant};

use internbot::additions::{LONGEST_ANSWER, MAX_QUESTIONS};
use internbot::answer::Outcome;
use internbot::config::Discord;
use internbot::guide::Guide;
use internbot::knowledge;
use internbot::search::Question;
use serde_json::json;
use sqlx::Executor;
use tempfile::TempDir;

use crate::bot::*;
use crate::improving::{internbot, own_guide};
use crate::keeping::{KAYAK, until};
use stand_in::*;

/// How soon what was taught is found.
const SOON: Duration = Duration::from_secs(1);
const FOURTH: &str = "what kayak storage does the harbour have";
pub const ANSWER: &str =
    "There are racks for **six kayaks** behind the bike shed; ask Jo for a key.";
pub const QUESTION: &str = "Question";
pub const TEXT: &str = "Answer";
pub const OTHERS: &str = "Up to three other ways to ask, one per line";
pub const LINK: &str = "Where to read more";
pub const TOPIC: &str = "The topic to list it under";

/// A chat with a bot that keeps what it should, and someone who may manage the server.
async fn taught_in(discord: StandIn, config: Discord) -> (TempDir, Chat, Member) {
    let folder = tempfile::tempdir().expect("a folder");
    let chat = Setup::new()
        .config(config)
        .store_in(folder.path())
        .await
        .chat_in(discord)
        .await;
    let olga = chat
        .guild
        .member_who_may("olga", &[Permission::ManageGuild]);
    (folder, chat, olga)
}

pub async fn kept() -> (TempDir, Chat, Member) {
    taught_in(StandIn::start().await, eager()).await
}

/// Three people ask the same and get no answer; returns what Olga is then shown.
async fn gaps_after_three(chat: &Chat, olga: &Member) -> Message {
    for (question, name) in KAYAK.iter().zip(["ann", "ben", "cem"]) {
        let asker = chat.guild.member(name);
        asker.says(&chat.help, &format!("@bot {question}")).await;
        let reply = chat.discord.next_message(&chat.help).await;
        assert_eq!(reply.page().title, "Not in the guide", "{question}");
    }
    until("they are one gap of three", async || {
        gaps(olga).await.text().contains("**3 ×** kayak storage?")
    })
    .await;
    gaps(olga).await
}

pub async fn gaps(olga: &Member) -> Message {
    olga.slash("guide gaps", &[]).await.outcome().await
}

/// Olga fills in a form that something opens; returns the reply.
pub async fn writes(olga: &Member, opens: Interaction, fields: &[(&str, &str)]) -> Message {
    let form = opens.await;
    assert_eq!(form.kind, ResponseKind::Modal);
    let told = olga.submits(&form, fields).await;
    assert!(told.ephemeral);
    told.outcome().await
}

/// Olga adds an answer.
pub async fn adds(olga: &Member, question: &str, answer: &str) -> Message {
    let fields = [(QUESTION, question), (TEXT, answer)];
    writes(olga, olga.slash("guide add", &[]), &fields).await
}

#[tokio::test]
async fn a_moderator_assigns_an_unanswered_question_to_a_section_and_the_next_person_is_answered() {
    let (_folder, chat, olga) = kept().await;
    let list = gaps_after_three(&chat, &olga).await;
    let offer = olga.clicks(&list, "It belongs to…").await;
    assert!(offer.ephemeral);
    let offer = offer.outcome().await;
    let quoted = offer.text();
    for wording in KAYAK {
        assert!(quoted.contains(&format!("> {wording}")), "{quoted}");
    }
    let menu = offer.menu("Closest sections");
    assert!((5..=25).contains(&menu.options.len()), "{offer}");

    // None of the nearest is right, so she searches for another.
    let found = writes(
        &olga,
        olga.clicks(&offer, "Search the guide"),
        &[("What is it about?", "what to do in my first week")],
    )
    .await;
    let wanted = section("first-week", "first-days");
    let saved = olga
        .selects(&found, "Closest sections", &wanted.heading)
        .await;
    let begin = Instant::now();
    let text = saved.message().text().replace('\\', "");
    assert!(
        saved.kind == ResponseKind::Update
            && text.contains("Saved.")
            && text.contains(&wanted.heading),
        "{text}"
    );
    assert_shows(&chat.asks(FOURTH).await, "first-week", "first-days");
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    // The gap is closed, here and in explanations.
    assert!(gaps(&olga).await.text().contains("No gaps"), "it is taught");
    let why = olga
        .slash("guide explain", &[("question", FOURTH)])
        .await
        .outcome()
        .await;
    assert!(
        why.text().contains("moderators of this server taught me"),
        "{why}"
    );

    olga.clicks(saved.message(), "Undo").await;
    let reply = chat.asks(FOURTH).await;
    assert_eq!(reply.page().title, "Not in the guide");
    chat.finish().await;
}

#[tokio::test]
async fn a_moderator_writes_an_answer_changes_it_and_deletes_it() {
    let (_folder, chat, olga) = kept().await;
    let list = gaps_after_three(&chat, &olga).await;
    let form = olga.clicks(&list, "Write an answer").await;
    let (title, inputs) = form.modal();
    assert_eq!(title, "Write an answer");
    let labels: Vec<&str> = inputs.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(labels, [QUESTION, TEXT, OTHERS, LINK, TOPIC]);
    assert_eq!(inputs[0].1, "kayak storage?", "it is filled in");
    assert_eq!(
        inputs[2].1.lines().count(),
        2,
        "and so are the other wordings"
    );
    let fields = [
        (TEXT, ANSWER),
        (LINK, "https://www.example.org/boats?a=1"),
        (TOPIC, "First day and first week"),
    ];
    let saved = olga.submits(&form, &fields).await;
    let saved = saved.outcome().await;
    assert!(saved.page().footer.starts_with("Saved."), "{saved}");

    let reply = chat.asks(FOURTH).await;
    let page = reply.page();
    assert!(
        page.path.ends_with("From the moderators of this server"),
        "{reply}"
    );
    assert_eq!(
        (page.title.as_str(), page.body.as_str()),
        ("kayak storage?", ANSWER)
    );
    assert_eq!(
        page.links,
        ["- [example.org](https://www.example.org/boats?a=1) · added by moderators"]
    );
    assert!(
        page.footer.contains("Not part of the reviewed guide"),
        "{reply}"
    );
    assert!(
        reply
            .labels()
            .starts_with(&["That helped", "Not it", "First day and first week"]),
        "{:?}",
        reply.labels()
    );
    // An edit of the question keeps the answer.
    let asked = chat.mia.says(&chat.help, &format!("@bot {FOURTH}")).await;
    let other = chat.discord.next_message(&chat.help).await;
    chat.mia
        .edits(&asked, "@bot who painted the mona lisa")
        .await;
    let edited = chat.discord.next_edit(&other).await;
    assert_ne!(edited.page().body, ANSWER);
    chat.mia.edits(&asked, &format!("@bot {FOURTH}?")).await;
    assert_eq!(chat.discord.next_edit(&other).await.page().body, ANSWER);
    // Votes and everything else work as for other answers.
    let helped = chat.mia.clicks(&reply, "That helped").await;
    assert!(helped.message().page().footer.ends_with("Glad it helped!"));
    let other = chat.asks(FOURTH).await;
    let not_it = chat.mia.clicks(&other, "Not it").await;
    assert_eq!(not_it.message().page().title, "Maybe one of these?");
    let private = chat
        .mia
        .slash("ask", &[("question", FOURTH), ("private", "true")])
        .await;
    let shared = chat.mia.clicks(private.message(), "Show everyone").await;
    assert_eq!(shared.message().page().body, ANSWER);

    let edited = writes(
        &olga,
        olga.clicks(&saved, "Edit"),
        &[(TEXT, "The racks are gone.")],
    )
    .await;
    assert_eq!(chat.asks(FOURTH).await.page().body, "The racks are gone.");
    olga.clicks(&edited, "Delete").await;
    assert_eq!(chat.asks(FOURTH).await.page().title, "Not in the guide");
    let stale = chat.mia.clicks(&other, "That helped").await;
    assert!(stale.message().text().contains("no longer in the guide"));
    let stale = olga.clicks(&saved, "Edit").await;
    assert!(stale.message().text().contains("no longer there"));
    chat.finish().await;
}

#[tokio::test]
async fn what_was_added_is_listed_with_who_and_when_for_moderators() {
    let (_folder, chat, olga) = kept().await;
    let none = olga.slash("guide added", &[]).await.outcome().await;
    assert!(none.text().contains("Nothing has been added"), "{none}");
    for number in 0..12 {
        adds(&olga, &format!("where is boat number {number}"), ANSWER).await;
    }
    let list = olga.slash("guide added", &[]).await.outcome().await;
    let text = list.text();
    assert!(
        text.contains("12 of 50 answers, 0 of 200 taught questions"),
        "{text}"
    );
    assert!(
        text.contains(&format!("by <@{}> on <t:", olga.id)),
        "{text}"
    );
    assert!(list.pings.is_empty());
    let older = olga.clicks(&list, "Older").await;
    assert!(
        older.message().text().contains("boat number 1**"),
        "{}",
        older.message()
    );
    let list = olga.slash("guide added", &[]).await.outcome().await;
    let one = olga
        .selects(
            &list,
            "Show, change or delete one",
            "where is boat number 11",
        )
        .await;
    let text = one.message().text();
    assert!(
        text.contains("> where is boat number 11") && text.contains(ANSWER),
        "{text}"
    );
    olga.clicks(one.message(), "Delete").await;
    let list = olga.slash("guide added", &[]).await.outcome().await;
    assert!(list.text().contains("11 of 50"), "{list}");
    chat.finish().await;
}

#[tokio::test]
async fn a_message_becomes_a_question_of_a_section_or_an_answer() {
    let (_folder, chat, olga) = kept().await;
    let asked = chat
        .mia
        .says(&chat.help, "where can i put my kayak at the harbour?")
        .await;
    let answered = olga.replies(&asked, ANSWER).await;

    let offer = olga.uses_on_message("Teach the guide", &asked).await;
    assert!(offer.ephemeral);
    let offer = offer.message().clone();
    assert!(
        offer.text().starts_with("> where can i put my kayak"),
        "{offer}"
    );
    let first = offer.menu("Closest sections").options[0].clone();
    olga.selects(&offer, "Closest sections", &first.value).await;
    let reply = chat.asks("where can i put my kayak at the harbour").await;
    let label = first.label.trim_end_matches('…').trim_end();
    assert!(reply.page().title.starts_with(label), "{label:?}: {reply}");

    // What someone answered is a draft, with the question to which it replies.
    let form = olga.uses_on_message("Teach the guide", &answered).await;
    let (_, inputs) = form.modal();
    assert_eq!(inputs[0].1, "where can i put my kayak at the harbour?");
    assert_eq!(inputs[1].1, ANSWER);
    let saved = olga.submits(&form, &[]).await.outcome().await;
    assert!(saved.page().footer.starts_with("Saved."), "{saved}");
    let reply = chat.asks("where can i put my kayak at the harbour").await;
    assert_eq!(reply.page().body, ANSWER, "what was taught last");

    // A good answer may ask something itself.
    let asking = olga.says(&chat.help, "did you look behind the shed?").await;
    let offer = olga.uses_on_message("Teach the guide", &asking).await;
    let form = olga.clicks(offer.message(), "Use it as an answer").await;
    assert_eq!(form.modal().1[1].1, "did you look behind the shed?");
    chat.finish().await;
}

#[tokio::test]
async fn nobody_else_can_teach_whatever_they_press() {
    let (_folder, chat, olga) = kept().await;
    adds(&olga, "where is the boat house", ANSWER).await;
    let list = olga.slash("guide added", &[]).await.outcome().await;
    let value = list.menu("Show, change or delete one").options[0]
        .value
        .clone();
    let id = value.rsplit(':').next().expect("an id").to_owned();
    let max = chat.guild.moderator("max");
    let codes = [
        "Tf:".to_owned(),
        "Tf:1".to_owned(),
        "Ts".to_owned(),
        "Tb:first-week:first-days".to_owned(),
        "Tw:".to_owned(),
        "Tw:1".to_owned(),
        "Tq".to_owned(),
        "Tl:0".to_owned(),
        format!("To:{id}"),
        format!("Te:{id}"),
        format!("Tr:{id}"),
    ];
    for code in codes {
        let custom_id = format!("1h1:{code}");
        let forged = chat.help.bot_said_earlier(&json!({
            "flags": 1 << 15,
            "components": [
                {"type": 10, "content": "> where is the boat house"},
                {"type": 1, "components": [{"type": 2, "style": 1, "label": "Press me", "custom_id": custom_id}]},
            ],
        }));
        for member in [&chat.mia, &max] {
            let refusal = member.clicks_id(&forged, &custom_id).await;
            assert!(refusal.ephemeral, "{code}");
            assert_eq!(
                refusal.message().text(),
                "This is for moderators: you need the Manage Server permission.",
                "{code}"
            );
        }
    }
    // A form that was opened while they still had permission.
    for action in ["a".to_owned(), "s".to_owned(), format!("e:{id}")] {
        let refusal = chat
            .mia
            .submits_forged(&format!("1f:{action}"), &[("answer", "mine")]);
        let refusal = refusal.in_channel(&chat.help).await;
        assert!(refusal.ephemeral && refusal.message().text().contains("for moderators"));
    }
    let reply = chat.asks("where is the boat house").await;
    assert_eq!(reply.page().body, ANSWER, "nothing has changed");
    chat.finish().await;
}

#[tokio::test]
async fn what_moderators_write_does_no_harm() {
    let (_folder, chat, olga) = kept().await;
    let long = "word ".repeat(LONGEST_ANSWER / 5);
    let rows = [
        ("@everyone come to <@1> and <@&2>", "@everyone"),
        (
            "a \u{202e}txet desrever\u{202c} and\u{200b} more",
            "\u{202e}",
        ),
        ("```\nlet code = 1;\n```\nand more", "javascript:"),
        (long.trim(), "@here"),
    ];
    for (number, (answer, forbidden)) in rows.into_iter().enumerate() {
        let question = format!("what is harm number {number} @everyone");
        let saved = adds(&olga, &question, answer).await;
        assert!(saved.page().footer.starts_with("Saved."), "{saved}");
        let reply = chat.asks(&question.replace("@everyone", "everyone")).await;
        let list = olga.slash("guide added", &[]).await.outcome().await;
        for message in [&saved, &reply, &list] {
            assert!(message.pings.is_empty(), "{message}");
            let text = message.text();
            for part in [forbidden, "@everyone", "<@1>", "<@&2>"] {
                assert!(!text.contains(part), "{part:?} in {text}");
            }
        }
    }
    let refused = [
        ("[here](javascript:alert)", "", "https://"),
        ("see http://example.org", "", "https://"),
        ("fine", "javascript:alert(1)", "https address"),
        ("join https://discord.gg/abcdef", "", "invitation"),
        ("fine", "https://discord.com/invite/abcdef", "invitation"),
        ("```\nnever closed", "", "code block"),
    ];
    for (answer, link, why) in refused {
        let fields = [(QUESTION, "is it safe"), (TEXT, answer), (LINK, link)];
        let told = writes(&olga, olga.slash("guide add", &[]), &fields).await;
        let text = told.text().replace('\u{200b}', "");
        assert!(
            text.contains("Nothing was saved") && text.contains(why),
            "{why}: {text}"
        );
        assert!(told.pings.is_empty());
    }
    // Legal matters are for official sources, but a question can be taught for a section that names them.
    for question in [
        "do i need a visa",
        "how are stipends taxed",
        "is an unpaid internship legal",
    ] {
        let told = adds(&olga, question, "No.").await;
        assert!(told.text().contains("matters of law"), "{told}");
        assert!(
            told.text().contains("Your answer, to copy:\n```\nNo.\n```"),
            "{told}"
        );
    }
    assert!(!logged().contains("harm number"));
    chat.finish().await;
}

#[tokio::test]
async fn a_servers_answers_stay_in_that_server_and_are_given_unasked_only_if_it_wants_that() {
    // It hears channels from the start.
    let config = Discord {
        unasked_channels: vec![1],
        ..eager()
    };
    let (_folder, chat, olga) =
        taught_in(StandIn::builder().message_content().start().await, config).await;
    adds(&olga, "where is the boat house of the harbour", ANSWER).await;
    let others = chat.discord.guild("others");
    let (ann, room) = (others.member("ann"), others.channel("room"));
    ann.says(&room, "@bot where is the boat house of the harbour")
        .await;
    let reply = chat.discord.next_message(&room).await;
    assert_ne!(reply.page().body, ANSWER);

    let hears = [("add-channel", "help")];
    olga.slash("guide settings", &hears).await.outcome().await;
    chat.mia
        .says(&chat.help, "where is the boat house of the harbour?")
        .await;
    chat.discord.settle().await;
    let wants = [("unasked-added", "true")];
    let shown = olga.slash("guide settings", &wants).await.outcome().await;
    assert!(
        shown
            .text()
            .contains("including answers added on this server: yes"),
        "{shown}"
    );
    chat.mia
        .says(&chat.help, "where is the boat house of the harbour?")
        .await;
    let reply = chat.discord.next_message(&chat.help).await;
    assert_eq!(reply.page().body, ANSWER);
    chat.finish().await;
}

#[tokio::test]
async fn an_operator_can_switch_it_off() {
    let off = Discord {
        additions: false,
        ..eager()
    };
    let (folder, chat, olga) = taught_in(StandIn::start().await, off).await;
    let store = store_in(folder.path()).await;
    let lesson = internbot::additions::Lesson {
        questions: vec!["where is the boat house".to_owned()],
        topic: "first-week".to_owned(),
        reply: internbot::additions::LessonReply::Own {
            text: ANSWER.to_owned(),
            link: None,
        },
    };
    let adds = internbot::additions::Teaching::Add(lesson);
    store
        .teach(chat.guild.id, olga.id, adds)
        .await
        .expect("it is kept");
    assert_ne!(
        chat.asks("where is the boat house").await.page().body,
        ANSWER
    );
    for command in ["guide add", "guide added"] {
        let told = olga.slash(command, &[]).await.outcome().await;
        assert!(told.text().contains("switched off"), "{told}");
    }
    let list = gaps(&olga).await;
    assert!(list.buttons().next().is_none(), "{list}");
    chat.finish().await;
}

#[tokio::test]
async fn if_the_store_is_not_writable_the_moderator_is_told_and_nothing_is_half_saved() {
    let (folder, chat, olga) = kept().await;
    let list = gaps_after_three(&chat, &olga).await;
    let offer = olga.clicks(&list, "It belongs to…").await.outcome().await;
    let mut other = locked(folder.path()).await;
    let value = offer.menu("Closest sections").options[0].value.clone();
    let told = olga.selects(&offer, "Closest sections", &value).await;
    let text = told.message().text();
    assert!(
        text.contains("nothing was changed") && text.contains("is locked"),
        "{text}"
    );
    let told = adds(&olga, "where is the boat house", ANSWER).await;
    let text = told.text();
    assert!(
        text.contains("Nothing was saved") && text.contains(ANSWER),
        "{text}"
    );
    assert_eq!(chat.asks(FOURTH).await.page().title, "Not in the guide");
    other.execute("ROLLBACK").await.expect("it is free");
    until("it can be added", async || {
        let told = adds(&olga, "where is the boat house", ANSWER).await;
        told.page().footer.starts_with("Saved.")
    })
    .await;
    let list = olga.slash("guide added", &[]).await.outcome().await;
    assert!(list.text().contains("1 of 50 answers, 0 of 200"), "{list}");
    chat.finish().await;
}

#[tokio::test]
async fn someone_who_asks_to_be_forgotten_is_no_longer_named() {
    let (_folder, chat, olga) = kept().await;
    adds(&olga, "where is the boat house", ANSWER).await;
    let note = olga.slash("forget-me", &[]).await.outcome().await;
    assert!(note.text().contains("stays, without your name"), "{note}");
    until("the list names nobody", async || {
        let list = olga.slash("guide added", &[]).await.outcome().await;
        list.text().contains("by someone on")
    })
    .await;
    assert_eq!(
        chat.asks("where is the boat house").await.page().body,
        ANSWER
    );
    chat.finish().await;
}

#[tokio::test]
async fn additions_pasted_into_the_guide_give_the_same_answers() {
    let home = tempfile::tempdir().expect("a folder");
    let (folder, config) = own_guide(home.path());
    let chat = Setup::new()
        .store(store_in(home.path()).await)
        .chat_in(StandIn::start().await)
        .await;
    let olga = chat
        .guild
        .member_who_may("olga", &[Permission::ManageGuild]);
    let list = gaps_after_three(&chat, &olga).await;
    let offer = olga.clicks(&list, "It belongs to…").await.outcome().await;
    let search = [("What is it about?", "what to do in my first week")];
    let found = writes(&olga, olga.clicks(&offer, "Search the guide"), &search).await;
    let heading = &section("first-week", "first-days").heading;
    olga.selects(&found, "Closest sections", heading).await;
    let fields = [
        (QUESTION, "who lends out paddles and life jackets"),
        (
            TEXT,
            "Say \"ahoy\" at desk 3.\n\n- Bring your badge \\o/\n- \"\"\"Quotes\"\"\" are fine",
        ),
        (OTHERS, "can i borrow a paddle\nlife jackets for interns"),
        (LINK, "https://www.example.org/boats"),
        (TOPIC, "first-week"),
    ];
    writes(&olga, olga.slash("guide add", &[]), &fields).await;

    let server = chat.guild.id.to_string();
    let (printed, is_fine) = internbot(&["added", "--toml", "--server", &server], &config);
    assert!(is_fine, "{printed}");
    paste(&printed);
    let (checked, is_fine) = internbot(&["check"], &config);
    assert!(is_fine, "{checked}\n{printed}");
    let guide = knowledge::load(&folder, jiff::civil::date(2026, 11, 28)).expect("no error");
    let guide = Guide::new(guide);
    let questions = KAYAK.iter().chain(
        [
            "can i borrow a paddle",
            "who lends out paddles and life jackets",
        ]
        .iter(),
    );
    for question in questions {
        let answer = guide.answer(&Question::new(*question));
        let best = answer.matches.first().expect("a match");
        let topic = &guide.knowledge.topics()[best.topic];
        assert_eq!(
            (answer.outcome, topic.id.as_str()),
            (Outcome::Answer, "first-week"),
            "{question}"
        );
        let is_own = !KAYAK.contains(question);
        let shown = &topic.sections[best.section];
        assert_eq!(shown.text.contains("ahoy"), is_own, "{question}");
        assert_eq!(shown.text.contains("\"\"\"Quotes\"\"\" are fine"), is_own);
        assert_eq!(
            shown
                .resources
                .iter()
                .any(|link| link.url.ends_with("/boats")),
            is_own
        );
    }
    assert!(KAYAK.len() < MAX_QUESTIONS);

    let (listed, _) = internbot(&["added"], &config);
    let number = listed
        .lines()
        .find(|line| line.ends_with("who lends out paddles and life jackets"));
    let number = number
        .and_then(|line| line.split_whitespace().next())
        .expect("a number");
    let (removed, is_fine) = internbot(&["added", "--remove", number], &config);
    assert!(is_fine, "{removed}");
    until("the bot that runs has lost it too", async || {
        let list = olga.slash("guide added", &[]).await.outcome().await;
        list.text().contains("0 of 50 answers, 3 of 200")
    })
    .await;
    assert!(!internbot(&["added", "--remove", number], &config).1);
    chat.finish().await;
}

/// Pastes what was printed as its comments say.
pub fn paste(printed: &str) {
    for part in printed.split("# File ").skip(1) {
        let (head, lines) = part.split_once('\n').expect("a head");
        let (file, what) = head.split_once(": ").expect("where it goes");
        let text = fs::read_to_string(file).expect("the file is there");
        let text = match what.split_once("of the section `") {
            Some((_, id)) => {
                let id = id.trim_end_matches("`.");
                let head = format!("\nid = \"{id}\"");
                let list = "questions = [\n";
                let (before, section) = text.split_once(&head).expect("the section");
                let (start, phrasings) = section.split_once(list).expect("it has phrasings");
                format!("{before}{head}{start}{list}{lines}{phrasings}")
            }
            None => format!("{text}\n{lines}"),
        };
        fs::write(file, text).expect("it is saved");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_taught_through_one_process_are_answered_by_another() {
    use internbot::store::{Clock, StoreHandle, Timing};

    use crate::place::Place;

    let Some(place) = Place::on_a_server().await else {
        return;
    };
    // Two sides of one guild: Discord shows a guild to one process only.
    let mut chats = Vec::new();
    for _ in 0..2 {
        let discord = StandIn::builder()
            .guilds_after(900_000_000_000 << 22)
            .start()
            .await;
        let store = StoreHandle::open(&place.config(), Clock::system(), Timing::default()).await;
        chats.push(Setup::new().store(store).chat_in(discord).await);
    }
    let [here, there] = &chats[..] else {
        panic!("two sides")
    };
    assert_eq!(here.guild.id, there.guild.id);
    let olga = here
        .guild
        .member_who_may("olga", &[Permission::ManageGuild]);
    let answers = async |answer: &str| {
        let begin = Instant::now();
        until(answer, async || {
            let private = [("question", "where is the boat house"), ("private", "true")];
            let reply = there.mia.slash("ask", &private).await;
            reply.message().page().body == answer
        })
        .await;
        assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    };
    let saved = adds(&olga, "where is the boat house", ANSWER).await;
    answers(ANSWER).await;
    let edits = [(TEXT, "By the river.")];
    let edited = writes(&olga, olga.clicks(&saved, "Edit"), &edits).await;
    answers("By the river.").await;
    olga.clicks(&edited, "Delete").await;
    let begin = Instant::now();
    until("it is gone", async || {
        let reply = there
            .mia
            .slash("ask", &[("question", "where is the boat house")])
            .await;
        reply.message().page().body != "By the river."
    })
    .await;
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    for chat in chats {
        chat.finish().await;
    }
}
