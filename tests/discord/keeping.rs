//! What is kept and what is not, a guild's settings, and a store that cannot be used.

use std::path::Path;
use std::time::{Duration, Instant};

use internbot::config::Discord;
use internbot::gaps::{self, Group};
use internbot::settings::Settings;
use internbot::stats::Sums;
use internbot::store::{State, StoreHandle};
use jiff::civil::date;
use sqlx::Executor;
use tempfile::TempDir;

use crate::bot::*;
use stand_in::*;

pub const RESUME: &str = "how do i write a resume";
/// A question that the guide has nothing about, in three wordings.
pub const KAYAK: [&str; 3] = [
    "kayak storage at the harbour",
    "is there kayak storage in the harbour",
    "kayak storage?",
];

/// A folder, and a chat with a bot that keeps what it should there.
async fn chat() -> (TempDir, Chat) {
    let folder = tempfile::tempdir().expect("a folder");
    let chat = Setup::new()
        .store_in(folder.path())
        .await
        .chat_in(StandIn::builder().message_content().start().await)
        .await;
    (folder, chat)
}

/// Waits for something, but not for ever.
pub async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    until_within(ANSWER_LIMIT, what, condition).await;
}

/// Waits for something that may take this long; returns how long it took.
pub async fn until_within(
    limit: Duration,
    what: &str,
    condition: impl AsyncFn() -> bool,
) -> Duration {
    let begun = Instant::now();
    while !condition().await {
        assert!(begun.elapsed() < limit, "it does not come true: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    begun.elapsed()
}

/// What another process reads from the store.
async fn sums(store: &StoreHandle) -> Sums {
    store.stats(None, 7).await.expect("stats").all()
}

async fn groups(store: &StoreHandle) -> Vec<Group> {
    gaps::group(&GUIDE, store.gaps(None, 7).await.expect("gaps"))
}

#[tokio::test]
async fn three_wordings_of_an_unanswered_question_are_one_gap_of_three() {
    let (folder, chat) = chat().await;
    let store = store_in(folder.path()).await;
    for question in KAYAK {
        assert_eq!(
            chat.asks(question).await.page().title,
            "Not in the guide",
            "{question}"
        );
    }
    until("it is counted", async || sums(&store).await.missed == 3).await;
    let groups = groups(&store).await;
    assert_eq!(
        groups.iter().map(|group| group.count).collect::<Vec<_>>(),
        [3],
        "{groups:?}"
    );
    chat.finish().await;
}

#[tokio::test]
async fn every_way_to_ask_is_counted_and_overheard_text_is_not_kept() {
    let (folder, chat) = chat().await;
    let store = store_in(folder.path()).await;
    let settings = Settings {
        unasked_channels: vec![chat.help.id],
        ..Settings::default()
    };
    store
        .change_settings(chat.guild.id, move |_| settings)
        .await
        .expect("it is kept");
    chat.asks(RESUME).await;
    chat.asks(vague()).await;
    chat.mia
        .slash(
            "ask",
            &[("question", "the secret quokka"), ("private", "true")],
        )
        .await;
    chat.mia.dms(off_topic()).await;
    chat.discord.next_message(&chat.mia.dm()).await;
    chat.guild
        .member("max")
        .says(&chat.help, "an overheard zebrafish?")
        .await;
    let other = chat
        .guild
        .member("ann")
        .says(&chat.help, "my secret wombat")
        .await;
    chat.mia
        .uses_on_message("Answer from the guide", &other)
        .await;
    until("all is counted", async || {
        let sums = sums(&store).await;
        (sums.answered, sums.asked_back, sums.missed) == (1, 1, 3)
    })
    .await;
    let mut texts: Vec<String> = groups(&store)
        .await
        .into_iter()
        .map(|group| group.text)
        .collect();
    texts.sort();
    assert_eq!(texts, ["the secret quokka", off_topic()]);
    chat.finish().await;
}

#[tokio::test]
async fn small_talk_is_not_a_gap() {
    let (folder, chat) = chat().await;
    let store = store_in(folder.path()).await;
    for question in ["good morning", "good morning everyone"] {
        chat.asks(question).await;
    }
    chat.asks(KAYAK[0]).await;
    until("all is counted", async || sums(&store).await.missed == 3).await;
    let texts: Vec<String> = groups(&store)
        .await
        .into_iter()
        .map(|group| group.text)
        .collect();
    assert_eq!(texts, [KAYAK[0]]);
    chat.finish().await;
}

#[tokio::test]
async fn a_vote_counts_once_and_not_it_is_a_gap_of_its_topic() {
    let (folder, chat) = chat().await;
    let store = store_in(folder.path()).await;
    let reply = chat.asks(RESUME).await;
    chat.mia.clicks(&reply, "Not it").await;
    chat.mia.clicks(&reply, "Not it").await;
    until("it is counted", async || sums(&store).await.not_helped == 1).await;
    chat.mia.clicks(&reply, "That helped").await;
    until("the second vote is in place of the first", async || {
        let sums = sums(&store).await;
        (sums.helped, sums.not_helped) == (1, 0)
    })
    .await;
    let gaps = groups(&store).await;
    assert_eq!(gaps.len(), 1);
    assert_eq!(
        (
            gaps[0].text.as_str(),
            gaps[0].count,
            gaps[0].topic.as_deref()
        ),
        (RESUME, 1, Some("resume"))
    );
    chat.finish().await;
}

#[tokio::test]
async fn none_of_these_is_a_gap_even_after_a_restart_and_below_a_command() {
    let (folder, mut chat) = chat().await;
    let unsure = chat.asks(vague()).await;
    let by_command = chat
        .mia
        .slash("ask", &[("question", "office (c#)")])
        .in_channel(&chat.help)
        .await;
    assert_eq!(by_command.message().page().title, "One of these may help");
    chat.bot.stop();
    let store = store_in(folder.path()).await;
    let bot = Setup::new().store(store.clone()).bot(&chat.discord);
    chat.goes_on_with(bot).await;
    chat.mia.clicks(&unsure, "None of these").await;
    chat.mia.clicks(by_command.message(), "None of these").await;
    until("they are counted", async || {
        sums(&store).await.none_of_these == 2
    })
    .await;
    let mut texts: Vec<String> = groups(&store)
        .await
        .into_iter()
        .map(|group| group.text)
        .collect();
    texts.sort();
    let mut expected = ["office (c#)", vague()];
    expected.sort_unstable();
    assert_eq!(texts, expected);
    chat.finish().await;
}

#[tokio::test]
async fn not_it_below_a_question_to_the_bots_role_is_a_gap_after_a_restart() {
    let (folder, mut chat) = chat().await;
    let role = chat.guild.role_of_bot();
    chat.mia
        .says(&chat.help, &format!("<@&{role}> {RESUME}"))
        .await;
    let answer = chat.discord.next_message(&chat.help).await;
    chat.bot.stop();
    let store = store_in(folder.path()).await;
    let bot = Setup::new().store(store.clone()).bot(&chat.discord);
    chat.goes_on_with(bot).await;
    chat.mia.clicks(&answer, "Not it").await;
    until("it is kept", async || !groups(&store).await.is_empty()).await;
    assert_eq!(groups(&store).await[0].text, RESUME);
    chat.finish().await;
}

#[tokio::test]
async fn forget_me_deletes_everything_linked_to_a_person() {
    let (folder, chat) = chat().await;
    let store = store_in(folder.path()).await;
    let max = chat.guild.member("max");
    let reply = chat.asks(RESUME).await;
    chat.mia.clicks(&reply, "That helped").await;
    max.says(&chat.help, &format!("@bot {RESUME}")).await;
    let other = chat.discord.next_message(&chat.help).await;
    max.clicks(&other, "That helped").await;
    until("both are counted", async || sums(&store).await.helped == 2).await;

    let note = chat
        .mia
        .slash("forget-me", &[])
        .in_channel(&chat.help)
        .await;
    assert!(note.ephemeral);
    assert!(
        note.message()
            .text()
            .contains("deleted your vote and have forgotten"),
        "{}",
        note.message()
    );
    assert!(
        note.message()
            .text()
            .contains("can't tell which were yours: I delete them 90 days"),
        "{}",
        note.message()
    );
    assert_eq!(sums(&store).await.helped, 1);
    let note = max.slash("forget-me", &[]).in_dm().await;
    assert!(note.message().text().contains("deleted your vote"));
    assert_eq!(sums(&store).await.helped, 0);
    // The question that this answers is no longer known either.
    let follow_up = chat.mia.replies(&reply, "and how long?").await;
    let _ = (follow_up, chat.discord.next_message(&chat.help).await);
    chat.finish().await;
}

#[tokio::test]
async fn privacy_says_what_is_kept_and_how_to_reach_someone() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Discord {
        privacy_contact: "privacy@example.org".to_owned(),
        ..eager()
    };
    let chat = Setup::new()
        .config(config)
        .store_in(folder.path())
        .await
        .chat_in(StandIn::start().await)
        .await;
    let text = chat
        .mia
        .slash("privacy", &[])
        .await
        .message()
        .page()
        .body
        .clone();
    for part in [
        "kept for 90 days",
        "after 7 days",
        "/forget-me",
        "privacy@example.org",
        "under 13",
        "train a model",
        "judge anyone",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    chat.finish().await;
    let chat = Chat::start().await;
    let text = chat
        .mia
        .slash("privacy", &[])
        .await
        .message()
        .page()
        .body
        .clone();
    assert!(text.contains("Nothing is written to disk"), "{text}");
    chat.finish().await;
}

#[tokio::test]
async fn a_guild_that_removes_the_bot_is_deleted_and_one_with_an_outage_is_not() {
    let (folder, chat) = chat().await;
    let store = store_in(folder.path()).await;
    chat.asks(off_topic()).await;
    until("it is kept", async || groups(&store).await.len() == 1).await;
    chat.guild.has_an_outage();
    chat.discord.settle().await;
    chat.asks(KAYAK[0]).await;
    until("it is kept too", async || groups(&store).await.len() == 2).await;
    chat.guild.removes_bot();
    until("nothing is left", async || {
        groups(&store).await.is_empty() && sums(&store).await == Sums::default()
    })
    .await;
    chat.finish().await;
}

#[tokio::test]
async fn a_guild_can_set_where_and_how_it_is_answered() {
    let (folder, chat) = chat().await;
    let forum = chat.guild.forum("questions");
    let settings = Settings {
        unasked_channels: vec![chat.help.id],
        unasked_forums: vec![forum.id],
        private: true,
        ..Settings::default()
    };
    let store = store_in(folder.path()).await;
    let first = settings.clone();
    store
        .change_settings(chat.guild.id, move |_| first)
        .await
        .expect("it is kept");
    until("the bot sees it", async || {
        let answer = chat
            .mia
            .slash("ask", &[("question", RESUME)])
            .in_channel(&chat.help)
            .await;
        answer.ephemeral
    })
    .await;
    let reply = chat.asks(RESUME).await;
    let reviewed = topic("resume").reviewed;
    assert_eq!(reply.page().footer, format!("Reviewed {reviewed}"));
    let page = chat.mia.clicks(&reply, "Whole topic").await;
    assert!(
        page.message()
            .page()
            .footer
            .ends_with(&reviewed.to_string())
    );
    assert!(
        !chat
            .mia
            .slash("ask", &[("question", RESUME), ("private", "false")])
            .in_channel(&chat.help)
            .await
            .ephemeral
    );
    let post = forum
        .post("how long should my resume be", "one page?", &chat.mia)
        .await;
    assert_shows(
        &chat.discord.next_message(&post.thread).await,
        "resume",
        "format-and-length",
    );

    store
        .change_settings(chat.guild.id, move |_| Settings {
            cooldown_seconds: Some(3_600),
            ..settings
        })
        .await
        .expect("it is kept");
    until("the bot sees the wait", async || {
        let note = chat
            .mia
            .slash("ask", &[("question", RESUME)])
            .in_channel(&chat.help)
            .await;
        note.message().text().starts_with("One moment")
    })
    .await;
    chat.finish().await;
}

#[tokio::test]
async fn a_guild_that_wants_unasked_answers_gets_them_after_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let discord = StandIn::builder().message_content().start().await;
    let guild = discord.guild("students");
    let (help, mia) = (guild.channel("help"), guild.member("mia"));
    let store = store_in(folder.path()).await;
    store
        .change_settings(guild.id, move |_| Settings {
            unasked_channels: vec![help.id],
            ..Settings::default()
        })
        .await
        .expect("it is kept");
    let bot = Setup::new().store(store).bot(&discord);
    discord.registered("ask").await;
    let chat = Chat {
        discord,
        guild,
        help,
        mia,
        bot,
    };
    chat.mia
        .says(&chat.help, "how long should my resume be")
        .await;
    assert_shows(
        &chat.discord.next_message(&chat.help).await,
        "resume",
        "format-and-length",
    );
    chat.finish().await;
}

#[tokio::test]
async fn a_guild_cannot_stop_the_bot_from_starting_if_the_intent_is_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let discord = StandIn::start().await;
    let guild = discord.guild("students");
    let (help, mia) = (guild.channel("help"), guild.member("mia"));
    let store = store_in(folder.path()).await;
    store
        .change_settings(guild.id, move |_| Settings {
            unasked_channels: vec![help.id],
            ..Settings::default()
        })
        .await
        .expect("it is kept");
    let bot = Setup::new().store(store).bot(&discord);
    discord.registered("ask").await;
    let chat = Chat {
        discord,
        guild,
        help,
        mia,
        bot,
    };
    chat.asks(RESUME).await;
    chat.finish().await;
}

#[tokio::test]
async fn while_the_store_is_locked_the_bot_answers_as_usual_and_nothing_is_lost() {
    let (folder, chat) = chat().await;
    let store = store_in(folder.path()).await;
    chat.asks(RESUME).await;
    until("it is counted", async || sums(&store).await.answered == 1).await;
    let mut other = locked(folder.path()).await;
    for _ in 0..5 {
        let reply = chat.asks(RESUME).await;
        assert!(reply.at.elapsed() < Duration::from_secs(1));
        chat.mia.clicks(&reply, "That helped").await;
    }
    let note = chat.mia.slash("forget-me", &[]).await;
    assert!(
        note.message().text().contains("as soon as I can"),
        "{}",
        note.message()
    );
    until("the log says so", async || {
        logged().contains(&format!(
            "{} is locked",
            folder.path().join("internbot.db").display()
        ))
    })
    .await;
    other.execute("ROLLBACK").await.expect("it is free");
    until("all arrives", async || {
        store.health().state == State::Well && sums(&store).await.answered == 6
    })
    .await;
    assert_eq!(sums(&store).await.helped, 0, "and the person is forgotten");
    let told = format!("{} is locked", folder.path().join("internbot.db").display());
    // This store and the bot's, each once.
    assert!(logged().matches(&told).count() <= 2);
    chat.finish().await;
}

#[tokio::test]
async fn with_a_damaged_store_the_bot_starts_answers_and_says_how_to_repair_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("internbot.db");
    std::fs::write(&file, "no database ".repeat(500)).expect("written");
    let chat = Setup::new()
        .store_in(folder.path())
        .await
        .chat_in(StandIn::start().await)
        .await;
    chat.asks(RESUME).await;
    assert!(logged().contains(&format!("{} is damaged: move it away", file.display())));
    assert_eq!(
        std::fs::read(&file).expect("it is there").len(),
        6_000,
        "nothing is done to it"
    );
    std::fs::rename(&file, folder.path().join("old.db")).expect("moved");
    let store = store_in(folder.path()).await;
    until("what waited is there", async || {
        sums(&store).await.answered == 1
    })
    .await;
    chat.finish().await;
}

/// What a careless student might write, varied by a number.
fn careless(number: u64) -> (String, Vec<String>) {
    let id = 700_000_000_000_000_000 + number * 7_919;
    let letters: String = (0..4)
        .map(|place| {
            char::from(b'a' + u8::try_from(number / 26_u64.pow(place) % 26).expect("a letter"))
        })
        .collect();
    let (name, family) = (format!("Zy{letters}na"), format!("Qu{letters}ck"));
    let (mail, phone) = (
        format!("{name}.{family}@mail{number}.example.org"),
        format!("+49 170 {:07}", 3_000_000 + number * 37),
    );
    let (street, link) = (
        format!("{} Xo{letters}ville Street", number + 1),
        format!("https://{letters}-profile.example.com/me"),
    );
    let (ip, key) = (
        format!("10.20.{}.{}", 100 + number, 200 - number),
        format!("ghp_{letters}A1b2C3d4E5f6G7h8{number:03}"),
    );
    let text = match number % 5 {
        0 => format!("my name is {name} {family}, mail {mail}: {}", KAYAK[0]),
        1 => format!(
            "I'm {name} from Berlin, call me {name}! {phone} {}",
            KAYAK[1]
        ),
        2 => format!(
            "<@{id}> i live at {street}, see {link} and {ip} {}",
            KAYAK[2]
        ),
        3 => format!("token {key} @{name}{family} `let {family} = {id}` how do i write a resume"),
        _ => format!("student {id} (tel {phone}) {link} {}", off_topic()),
    };
    let secrets = vec![
        id.to_string(),
        name,
        family,
        mail,
        phone,
        format!("Xo{letters}ville"),
        format!("{letters}-profile"),
        ip,
        key,
    ];
    (text, secrets)
}

#[tokio::test]
async fn neither_the_file_nor_the_log_identifies_anyone_in_a_hundred_careless_conversations() {
    let (folder, chat) = chat().await;
    let max = chat.guild.member("max");
    let mut secrets: Vec<String> = [chat.mia.id, max.id, chat.help.id]
        .map(|id| id.to_string())
        .to_vec();
    let dm = chat.mia.dm();
    for number in 0..100 {
        let (text, own) = careless(number);
        secrets.extend(own);
        let person = if number % 3 == 0 { &max } else { &chat.mia };
        let reply = match number % 4 {
            0 => person
                .slash("ask", &[("question", &text)])
                .in_channel(&chat.help)
                .await
                .message()
                .clone(),
            1 => {
                chat.mia.dms(&text).await;
                chat.discord.next_message(&dm).await
            }
            _ => {
                let question = person.says(&chat.help, &format!("@bot {text}")).await;
                secrets.push(question.id.to_string());
                chat.discord.next_message(&chat.help).await
            }
        };
        secrets.push(reply.id.to_string());
        let clicking = if number % 4 == 1 { &chat.mia } else { person };
        for label in ["Not it", "None of these", "That helped"] {
            if reply.labels().contains(&label) && (label != "That helped" || number % 2 == 0) {
                clicking.clicks(&reply, label).await;
                break;
            }
        }
    }
    chat.discord.settle().await;
    let store = store_in(folder.path()).await;
    until("all is counted", async || sums(&store).await.asked() == 100).await;
    let kept = store.gaps(None, 7).await.expect("gaps");
    assert!(
        kept.iter().map(|gap| gap.count).sum::<u64>() >= 60,
        "there is something to look through: {}",
        kept.len()
    );
    chat.finish().await;
    store.close().await;
    let (bytes, log) = (bytes(folder.path()), logged());
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} is in the log");
        assert!(
            !contains(&bytes, secret.as_bytes()),
            "{secret} is in the file"
        );
        if let Ok(id) = secret.parse::<u64>() {
            assert!(
                !contains(&bytes, &id.to_be_bytes()),
                "{secret} is in the file as a number"
            );
        }
    }
}

/// Everything in a folder.
pub fn bytes(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).expect("the folder is there");
    files
        .flat_map(|file| std::fs::read(file.expect("a file").path()).expect("it can be read"))
        .collect()
}

pub fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn what_servers_left_behind_is_deleted_a_week_after_the_bot_missed_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store_in(folder.path()).await;
    let private = |settings: &Settings| Settings {
        private: true,
        ..settings.clone()
    };
    let known = async |guild: u64| {
        let other = store_in(folder.path()).await;
        let is_known = other.settings(Some(guild)).private;
        other.close().await;
        is_known
    };
    let since = |day| {
        move |settings: &Settings| Settings {
            absent_since: Some(day),
            ..private(settings)
        }
    };
    let discord = StandIn::start().await;
    let stays = discord.guild("students").id;
    let (left, just_left) = (7_u64 << 22, 8_u64 << 22);
    let long_ago = date(2026, 1, 1);
    for (guild, day) in [(left, long_ago), (stays, long_ago)] {
        store
            .change_settings(guild, since(day))
            .await
            .expect("kept");
    }
    store
        .change_settings(just_left, private)
        .await
        .expect("kept");
    let chat = Setup::new()
        .store_in(folder.path())
        .await
        .chat_in(discord)
        .await;
    until("it is deleted", async || !known(left).await).await;
    assert!(known(stays).await && known(just_left).await);
    chat.finish().await;
}
