//! What moderators can do, and that nobody else can.

use crate::bot::*;
use crate::stand_in::*;

/// Every part of `/guide`, with what it needs.
const PARTS: [(&str, &[(&str, &str)]); 3] =
    [("guide reload", &[]), ("guide status", &[]), ("guide explain", &[("question", "how do i write a resume")])];

#[tokio::test]
async fn discord_offers_the_command_to_those_who_may_manage_the_server_and_in_servers_only() {
    let chat = Chat::start().await;
    let command = chat.discord.registered("guide").await;
    assert_eq!(command["default_member_permissions"], "32");
    assert_eq!(command["contexts"], serde_json::json!([0]));
    chat.finish().await;
}

#[tokio::test]
async fn who_may_not_gets_a_private_refusal_whatever_discord_lets_through() {
    let chat = Chat::start().await;
    chat.guild.opens_command("guide");
    let manages_messages = chat.guild.moderator("max");
    for (name, options) in PARTS {
        for member in [&chat.mia, &manages_messages] {
            let refusal = member.slash(name, options).await;
            assert!(refusal.ephemeral, "{name}");
            assert_eq!(refusal.message().content, "This is for moderators: it needs the permission Manage Server.", "{name}");
        }
    }
    chat.finish().await;
}

#[tokio::test]
async fn who_may_gets_a_private_answer() {
    let chat = Chat::start().await;
    let (manager, administrator) = (chat.guild.member_who_may("olga", &[Permission::ManageGuild]), chat.guild.administrator("ada"));
    for (name, options) in PARTS {
        for member in [&manager, &administrator] {
            let answer = member.slash(name, options).await;
            assert!(answer.ephemeral, "{name}");
            let message = answer.outcome().await;
            assert!(!message.content.contains("for moderators"), "{name}: {message}");
        }
    }
    chat.finish().await;
}

#[tokio::test]
async fn status_tells_which_guide_is_live() {
    let chat = Chat::start().await;
    let olga = chat.guild.member_who_may("olga", &[Permission::ManageGuild]);
    let status = olga.slash("guide status", &[]).await;
    let text = &status.message().embed().description;
    let knowledge = &GUIDE.knowledge;
    for part in [
        format!("`{}`, live since <t:", knowledge.version()),
        format!("{} topics", knowledge.topics().len()),
        format!("{} links", knowledge.resources().len()),
        "phrasings".to_owned(),
        "No problem".to_owned(),
        "**Running** since <t:".to_owned(),
    ] {
        assert!(text.contains(&part), "{part:?} in {text}");
    }
    chat.finish().await;
}

#[tokio::test]
async fn explain_tells_why_in_plain_words_that_fit_a_phone() {
    let chat = Chat::start().await;
    let olga = chat.guild.member_who_may("olga", &[Permission::ManageGuild]);
    let told = olga.slash("guide explain", &[("question", "how do i write a good resmue @everyone")]).await;
    let message = told.message();
    assert_eq!(message.embed().title, "Why I answer so");
    let text = &message.embed().description;
    for part in ["corrected", "resmue → resume", "Outcome: answer", "% sure", "1. Resume / CV › ", "most\\:", "nearest phrasing"] {
        assert!(text.contains(part) || text.replace('\u{200b}', "").contains(&part.replace('\\', "")), "{part:?} in {text}");
    }
    assert!(text.chars().count() < 1_200, "{} characters", text.chars().count());
    assert!(message.pings.is_empty() && !text.contains("@everyone"), "{text}");
    for question in [OFF_TOPIC, "?!", &"resume ".repeat(800)] {
        let told = olga.slash("guide explain", &[("question", question)]).await;
        assert!(told.message().embed().description.contains("Outcome: "), "{question}");
    }
    chat.finish().await;
}

#[tokio::test]
async fn typing_into_other_commands_is_as_before() {
    let chat = Chat::start().await;
    let choices = chat.mia.autocompletes("ask", "question", "how long should my resu").await;
    assert!(!choices.is_empty());
    chat.finish().await;
}
