//! Every command, what is offered while someone types, and how Discord is told.

use crate::bot::*;
use stand_in::*;

#[tokio::test]
async fn ask_answers_publicly_with_the_question_above() {
    let chat = Chat::start().await;
    let answer = chat
        .mia
        .slash(
            "ask",
            &[("question", "how do i **write** a resume @everyone")],
        )
        .in_channel(&chat.help)
        .await;
    assert!(!answer.ephemeral);
    let message = answer.message();
    assert_eq!(
        format!("> {}", message.page().quote),
        "> how do i \\*\\*write\\*\\* a resume @\u{200b}everyone"
    );
    assert!(message.pings.is_empty());
    assert!(message.page().path.ends_with(&topic("resume").title));
    chat.finish().await;
}

#[tokio::test]
async fn ask_can_be_private_and_works_in_direct_messages() {
    let chat = Chat::start().await;
    let answer = chat
        .mia
        .slash(
            "ask",
            &[("question", "how do i write a resume"), ("private", "true")],
        )
        .await;
    assert!(answer.ephemeral);
    assert!(!answer.message().labels().contains(&"Remove"));
    let answer = chat
        .mia
        .slash("ask", &[("question", "how do i write a resume")])
        .in_dm()
        .await;
    assert!(
        answer
            .message()
            .page()
            .path
            .ends_with(&topic("resume").title)
    );
    chat.finish().await;
}

#[tokio::test]
async fn ask_offers_phrasings_as_the_search_ranks_them_and_takes_what_it_offered() {
    let chat = Chat::start().await;
    let choices = chat
        .mia
        .autocompletes("ask", "question", "how long should my resu")
        .await;
    assert!((5..=25).contains(&choices.len()), "{}", choices.len());
    let resume: Vec<&str> = topic("resume")
        .sections
        .iter()
        .flat_map(|section| &section.questions)
        .chain(&topic("resume").questions)
        .map(|phrasing| phrasing.text.as_str())
        .collect();
    assert!(
        resume.contains(&choices[0].name.as_str()),
        "{:?}",
        choices[0]
    );

    for text in [
        &choices[0].value,
        &choices[0].name,
        &choices[0].name.to_uppercase(),
    ] {
        let answer = chat.mia.slash("ask", &[("question", text)]).await;
        assert!(
            answer
                .message()
                .page()
                .path
                .ends_with(&topic("resume").title),
            "{text}"
        );
    }
    chat.finish().await;
}

#[tokio::test]
async fn every_phrasing_that_can_be_offered_leads_to_its_section() {
    let chat = Chat::start().await;
    for topic in GUIDE.knowledge.topics().iter().step_by(7) {
        for section in &topic.sections {
            let Some(phrasing) = section.questions.first() else {
                continue;
            };
            let answer = chat
                .mia
                .slash("ask", &[("question", &phrasing.text), ("private", "true")])
                .await;
            assert_shows(answer.message(), &topic.id, &section.id);
        }
    }
    chat.finish().await;
}

#[tokio::test]
async fn someone_who_has_not_typed_anything_is_offered_popular_topics() {
    let chat = Chat::start().await;
    let choices = chat.mia.autocompletes("ask", "question", "").await;
    assert_eq!(choices.len(), 25);
    let topics = chat.mia.autocompletes("resources", "topic", "").await;
    assert_eq!(topics.len(), 25);
    assert!(
        GUIDE
            .knowledge
            .topic(&topics[0].value)
            .is_some_and(|topic| topic.title == topics[0].name)
    );
    chat.finish().await;
}

#[tokio::test]
async fn resources_are_filtered_and_turned_page_by_page() {
    let chat = Chat::start().await;
    let all = chat
        .mia
        .slash("resources", &[])
        .in_channel(&chat.help)
        .await;
    assert!(!all.ephemeral);
    assert!(all.message().page().footer.starts_with("Page 1 of "));
    let next = chat.mia.clicks(all.message(), "Next").await;
    assert_eq!(
        (next.kind, next.message().id),
        (ResponseKind::Update, all.message().id)
    );
    assert!(next.message().page().footer.starts_with("Page 2 of "));

    let max = chat.guild.member("max");
    let others = max.clicks(next.message(), "Next").await;
    assert!(others.ephemeral, "somebody else turns pages of their own");
    assert!(others.message().page().footer.starts_with("Page 3 of "));

    let books = chat
        .mia
        .slash("resources", &[("kind", "book"), ("cost", "free")])
        .await;
    let links = books.message().page().links;
    assert!(!links.is_empty());
    for line in links {
        assert!(line.contains("· book, free"), "{line}");
    }
    chat.finish().await;
}

#[tokio::test]
async fn resources_accept_a_topic_by_value_by_label_or_in_other_words() {
    let chat = Chat::start().await;
    let choices = chat.mia.autocompletes("resources", "topic", "resu").await;
    assert!(
        choices.iter().any(|choice| choice.value == "resume"),
        "{choices:?}"
    );
    let title = &topic("resume").title;
    for text in ["resume", title, "how do i write a resume"] {
        let list = chat.mia.slash("resources", &[("topic", text)]).await;
        assert_eq!(
            list.message().page().title,
            format!("Resources: {title}"),
            "{text}"
        );
    }
    let note = chat.mia.slash("resources", &[("topic", off_topic())]).await;
    assert!(note.ephemeral);
    assert!(note.message().text().contains("no such topic"));
    chat.finish().await;
}

#[tokio::test]
async fn topics_are_browsed_from_category_to_topic_to_section() {
    let chat = Chat::start().await;
    let topics = chat.mia.slash("topics", &[]).await;
    assert!(topics.ephemeral);
    for category in GUIDE.knowledge.categories() {
        assert!(topics.message().page().body.contains(&category.title));
    }
    let resume = topic("resume");
    let applying = chat
        .mia
        .selects(topics.message(), "Open a category", "Applying")
        .await;
    assert_eq!(applying.kind, ResponseKind::Update);
    let page = chat
        .mia
        .selects(applying.message(), "Open a topic", &resume.title)
        .await;
    assert_shows(page.message(), "resume", &resume.sections[0].id);
    let page = chat
        .mia
        .selects(page.message(), "Sections", &resume.sections[1].heading)
        .await;
    assert_shows(page.message(), "resume", &resume.sections[1].id);
    chat.finish().await;
}

#[tokio::test]
async fn help_and_privacy_are_private() {
    let chat = Chat::start().await;
    for (command, title) in [("help", "Ask me about internships"), ("privacy", "Privacy")] {
        let answer = chat.mia.slash(command, &[]).await;
        assert!(answer.ephemeral);
        assert_eq!(answer.message().page().title, title);
    }
    chat.finish().await;
}

#[tokio::test]
async fn each_start_registers_all_commands_in_one_request() {
    let discord = StandIn::start().await;
    let _guild = discord.guild("students");
    for start in 1..=2 {
        let mut bot = Setup::new().bot(&discord);
        discord.requested(Route::SetCommands).await;
        discord.identified(start).await;
        discord.settle().await;
        let requests = discord.requests();
        assert_eq!(requests.on(Route::SetCommands), 1);
        // One for each server: whether it has commands of its own from an earlier start.
        assert_eq!(requests.on(Route::ListCommands), 1);
        bot.stop();
        bot.ended().await.expect("the bot stops");
    }
    discord.finish().await;
}

#[tokio::test]
async fn commands_can_be_registered_in_one_guild() {
    let discord = StandIn::start().await;
    let guild = discord.guild("students");
    let mut bot = Setup::new()
        .options(|options| options.guild = Some(guild.id))
        .bot(&discord);
    discord.registered("ask").await;
    let id = guild.id.to_string();
    assert!(
        discord
            .commands()
            .iter()
            .all(|command| command["guild_id"] == id)
    );
    bot.stop();
    bot.ended().await.expect("the bot stops");
    discord.finish().await;
}

#[tokio::test]
async fn registration_is_retried_until_discord_accepts_the_commands() {
    let discord = StandIn::start().await;
    let _guild = discord.guild("students");
    discord.fail_times(Route::SetCommands, Fault::ServerError, 5);
    let mut bot = Setup::new().bot(&discord);
    discord.registered("ask").await;
    bot.stop();
    bot.ended().await.expect("the bot stops");
    discord.finish().await;
}
