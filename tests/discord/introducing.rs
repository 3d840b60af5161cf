//! The introduction of the bot, which is part of the first reply that people see in a server.

use std::time::Duration;

use crate::bot::*;
use stand_in::*;

const COVER_LETTER: &str = "how do i write a cover letter";
const RESUME: &str = "how do i write a resume";

/// A server in which nobody has seen the bot.
struct NewServer {
    help: Channel,
    eve: Member,
}

impl NewServer {
    fn of(chat: &Chat, name: &str) -> Self {
        let guild = chat.discord.guild(name);
        Self {
            help: guild.channel("help"),
            eve: guild.member("eve"),
        }
    }
}

fn introduces(message: &Message) -> bool {
    message.text().contains("New here: I'm a bot")
}

/// Checks that the first message introduces the bot, and that the next answer does not.
async fn assert_is_first(chat: &Chat, server: &NewServer, first: &Message, what: &str) {
    assert!(introduces(first), "{what}: {first}");
    let text = format!("@bot {COVER_LETTER}");
    server.eve.says(&server.help, &text).await;
    let second = chat.discord.next_message(&server.help).await;
    assert!(!introduces(&second), "{what}: {second}");
}

#[tokio::test]
async fn whatever_people_see_first_introduces_the_bot() {
    let folder = tempfile::tempdir().expect("a folder");
    let chat = Setup::new().store_in(folder.path()).await.chat().await;

    let ways = [
        ("a mention alone", "@bot"),
        ("a remark", "@bot thanks"),
        ("a question", "@bot how do i write a resume"),
    ];
    for (what, text) in ways {
        let server = NewServer::of(&chat, what);
        server.eve.says(&server.help, text).await;
        let first = chat.discord.next_message(&server.help).await;
        assert_is_first(&chat, &server, &first, what).await;
    }

    for (command, options) in [("ask", vec![("question", RESUME)]), ("resources", vec![])] {
        let server = NewServer::of(&chat, command);
        let shown = server.eve.slash(command, &options);
        let shown = shown.in_channel(&server.help).await;
        assert_is_first(&chat, &server, shown.message(), command).await;
    }

    let server = NewServer::of(&chat, "showing everyone");
    let options = [("question", RESUME), ("private", "true")];
    let private = server.eve.slash("ask", &options);
    let private = private.in_channel(&server.help).await;
    assert!(!introduces(private.message()));
    let shown = server.eve.clicks(private.message(), "Show everyone").await;
    assert_is_first(&chat, &server, shown.message(), "Show everyone").await;

    let server = NewServer::of(&chat, "posting");
    let question = server.eve.says(&server.help, RESUME).await;
    let command = "Answer from the guide";
    let preview = server.eve.uses_on_message(command, &question).await;
    assert!(!introduces(preview.message()));
    server
        .eve
        .clicks(preview.message(), "Post as a reply")
        .await;
    let posted = chat.discord.next_message(&server.help).await;
    assert_is_first(&chat, &server, &posted, "Post as a reply").await;
    chat.finish().await;
}

#[tokio::test]
async fn the_answer_to_a_post_introduces_the_bot() {
    let folder = tempfile::tempdir().expect("a folder");
    let setup = Setup::new().store_in(folder.path()).await;
    let (chat, forum) = setup.unasked_chat().await;
    let title = phrasing("resume", "format-and-length");
    let post = forum.post(title, "one page?", &chat.mia).await;
    let first = chat.discord.next_message(&post.thread).await;
    assert!(introduces(&first), "{first}");
    assert!(!introduces(&chat.asks(RESUME).await));
    chat.finish().await;
}

#[tokio::test]
async fn what_takes_the_place_of_an_introduction_introduces_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let chat = Setup::new().store_in(folder.path()).await.chat().await;
    let question = chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    let first = chat.discord.next_message(&chat.help).await;
    assert!(introduces(&first), "{first}");
    let text = format!("@bot {COVER_LETTER}");
    let soon = Duration::from_secs(5);
    chat.mia.edits_after(&question, &text, soon).await;
    let edited = chat.discord.next_edit(&first).await;
    assert!(edited.page().path.ends_with(&topic("cover-letter").title));
    assert!(introduces(&edited), "{edited}");
    let helped = chat.mia.clicks(&edited, "That helped").await;
    assert!(introduces(helped.message()), "{}", helped.message());

    let server = NewServer::of(&chat, "others");
    let offer = server.eve.slash("ask", &[("question", vague())]);
    let offer = offer.in_channel(&server.help).await;
    assert!(introduces(offer.message()), "{}", offer.message());
    let label = offer.message().labels()[0].to_owned();
    let chosen = server.eve.clicks(offer.message(), &label).await;
    assert_eq!(chosen.kind, ResponseKind::Update);
    assert!(introduces(chosen.message()), "{}", chosen.message());
    chat.finish().await;
}
