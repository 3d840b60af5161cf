//! Every button and menu: what it does, for whom it is meant, and that it survives a restart.

use serde_json::json;

use crate::bot::*;
use stand_in::*;

const RESUME: &str = "how do i write a resume";

#[tokio::test]
async fn that_helped_thanks_the_person_and_removes_the_vote_buttons() {
    let chat = Chat::start().await;
    let reply = chat.asks(RESUME).await;
    chat.discord.requests();
    let thanked = chat.mia.clicks(&reply, "That helped").await;
    assert_eq!(
        (thanked.kind, thanked.message().id),
        (ResponseKind::Update, reply.id)
    );
    assert!(thanked.message().page().footer.ends_with("Glad it helped!"));
    assert_eq!(
        thanked.message().labels(),
        ["Whole topic", "More resources", "Remove"]
    );
    assert_eq!(
        chat.discord.requests(),
        [(Route::InteractionCallback, 1)],
        "a button costs one request"
    );
    chat.finish().await;
}

#[tokio::test]
async fn not_it_offers_other_sections_privately_and_another_click_shows_one() {
    let chat = Chat::start().await;
    let reply = chat.asks(RESUME).await;
    let others = chat.mia.clicks(&reply, "Not it").await;
    assert_eq!(
        (others.kind, others.ephemeral),
        (ResponseKind::Message, true)
    );
    let labels = others.message().labels();
    assert!((3..=6).contains(&labels.len()), "{labels:?}");
    assert_eq!(labels.last(), Some(&"None of these"));
    assert!(
        !labels.contains(&reply.page().title.as_str()),
        "what was not it is not offered again"
    );

    let shown = chat.mia.clicks(others.message(), labels[0]).await;
    assert_eq!(
        (shown.kind, shown.message().ephemeral),
        (ResponseKind::Update, true)
    );
    assert!(
        !shown.message().labels().contains(&"Remove"),
        "who alone sees a message can dismiss it"
    );
    chat.finish().await;
}

#[tokio::test]
async fn none_of_these_admits_defeat() {
    let chat = Chat::start().await;
    let reply = chat.asks(vague()).await;
    let none = chat.mia.clicks(&reply, "None of these").await;
    assert_eq!(none.kind, ResponseKind::Update);
    assert_eq!(none.message().page().title, "Not in the guide");
    let topics = chat.mia.clicks(none.message(), "List of topics").await;
    assert!(topics.ephemeral);
    assert_eq!(topics.message().page().title, GUIDE.knowledge.name());
    chat.finish().await;
}

#[tokio::test]
async fn a_candidate_becomes_the_answer_for_the_asker_and_a_private_answer_for_others() {
    let chat = Chat::start().await;
    let reply = chat.asks(vague()).await;
    let first = reply.labels()[0].to_owned();

    let max = chat.guild.member("max");
    let private = max.clicks(&reply, &first).await;
    assert_eq!(
        (private.kind, private.ephemeral),
        (ResponseKind::Message, true)
    );

    let chosen = chat.mia.clicks(&reply, &first).await;
    assert_eq!(
        (chosen.kind, chosen.message().id),
        (ResponseKind::Update, reply.id)
    );
    assert_eq!(
        chosen.message().page().title,
        private.message().page().title
    );
    assert!(chosen.message().labels().contains(&"That helped"));
    chat.finish().await;
}

#[tokio::test]
async fn a_whole_topic_is_read_page_by_page() {
    let chat = Chat::start().await;
    let reply = chat.asks(RESUME).await;
    let sections = &topic("resume").sections;
    let mut page = chat.mia.clicks(&reply, "Whole topic").await;
    assert_eq!((page.kind, page.ephemeral), (ResponseKind::Message, true));
    for (number, section) in sections.iter().enumerate() {
        assert_eq!(page.message().page().title, section.heading);
        assert!(page.message().page().footer.starts_with(&format!(
            "Page {} of {}",
            number + 1,
            sections.len()
        )));
        if number + 1 < sections.len() {
            page = chat.mia.clicks(page.message(), "Next").await;
            assert_eq!(page.kind, ResponseKind::Update);
        }
    }
    assert!(!page.message().labels().contains(&"Next"));
    let back = chat.mia.clicks(page.message(), "Back").await;
    assert_eq!(
        back.message().page().title,
        sections[sections.len() - 2].heading
    );
    let first = chat
        .mia
        .selects(
            back.message(),
            "Sections of this topic",
            &sections[0].heading,
        )
        .await;
    assert_eq!(first.message().page().title, sections[0].heading);
    chat.finish().await;
}

#[tokio::test]
async fn more_resources_lists_all_of_them() {
    let chat = Chat::start().await;
    let reply = chat.asks(RESUME).await;
    let list = chat.mia.clicks(&reply, "More resources").await;
    assert!(list.ephemeral);
    let text = list.message().page().links.join("\n");
    for resource in GUIDE
        .knowledge
        .resources_of(topic("resume"))
        .into_iter()
        .take(8)
    {
        assert!(text.contains(&resource.url), "{} is missing", resource.id);
    }
    chat.finish().await;
}

#[tokio::test]
async fn the_menu_leads_to_related_topics_privately() {
    let chat = Chat::start().await;
    let reply = chat.asks(RESUME).await;
    let related = topic(&topic("resume").related[0]);
    let max = chat.guild.member("max");
    let shown = max.selects(&reply, "Read on", &related.title).await;
    assert_eq!((shown.kind, shown.ephemeral), (ResponseKind::Message, true));
    assert_shows(shown.message(), &related.id, &related.sections[0].id);
    chat.finish().await;
}

#[tokio::test]
async fn only_the_asker_or_a_moderator_can_remove_a_reply() {
    let chat = Chat::start().await;
    let (max, mo) = (chat.guild.member("max"), chat.guild.moderator("mo"));
    let reply = chat.asks(RESUME).await;
    let refused = max.clicks(&reply, "Remove").await;
    assert!(refused.ephemeral);
    assert!(
        refused
            .message()
            .text()
            .contains("Only the person who asked")
    );
    let removed = chat.mia.clicks(&reply, "Remove").await;
    removed.deleted().await;

    let reply = chat.asks(RESUME).await;
    mo.clicks(&reply, "Remove").await.deleted().await;

    let answer = chat
        .mia
        .slash("ask", &[("question", RESUME)])
        .in_channel(&chat.help)
        .await;
    chat.mia
        .clicks(answer.message(), "Remove")
        .await
        .deleted()
        .await;
    chat.finish().await;
}

#[tokio::test]
async fn only_the_asker_can_give_feedback() {
    let chat = Chat::start().await;
    let max = chat.guild.member("max");
    let reply = chat.asks(RESUME).await;
    for label in ["That helped", "Not it"] {
        let note = max.clicks(&reply, label).await;
        assert!(note.ephemeral);
        assert!(
            note.message().text().contains("for the person who asked"),
            "{label}"
        );
    }
    let vague = chat.asks(vague()).await;
    assert!(
        max.clicks(&vague, "None of these")
            .await
            .message()
            .text()
            .contains("for the person who asked")
    );
    chat.finish().await;
}

#[tokio::test]
async fn buttons_and_menus_survive_a_restart() {
    let mut chat = Chat::start().await;
    let reply = chat.asks(RESUME).await;
    chat.bot.stop();
    chat.goes_on_with(Setup::new().bot(&chat.discord)).await;

    let others = chat.mia.clicks(&reply, "Not it").await;
    assert_eq!(others.message().page().title, "Maybe one of these?");
    chat.mia.clicks(&reply, "Whole topic").await;
    let related = topic(&topic("resume").related[0]);
    chat.mia.selects(&reply, "Read on", &related.title).await;
    chat.mia.clicks(&reply, "That helped").await;
    chat.mia.clicks(&reply, "Remove").await.deleted().await;
    chat.finish().await;
}

#[tokio::test]
async fn a_click_on_something_that_is_gone_gets_a_private_note() {
    let chat = Chat::start().await;
    let button = |id: &str| json!({"type": 2, "style": 1, "label": id, "custom_id": id});
    let ids = [
        "1a1:s:topic-of-old:general",
        "1h1:p:topic-of-old:0",
        "0:an-older-version",
        "9a1:t",
        "x",
    ];
    let row = json!({"type": 1, "components": ids.map(button)});
    let option = json!({"label": "old", "value": "a:s:topic-of-old:general"});
    let menu = json!({"type": 1, "components": [{"type": 3, "custom_id": "1m1:", "placeholder": "Read on", "options": [option]}]});
    let earlier = chat
        .help
        .bot_said_earlier(&json!({"content": "from another time", "components": [row, menu]}));
    for id in ids {
        let note = chat.mia.clicks(&earlier, id).await;
        assert_eq!(
            (note.kind, note.ephemeral),
            (ResponseKind::Message, true),
            "{id}"
        );
        assert!(
            note.message().text().contains("no longer in the guide"),
            "{id}"
        );
    }
    assert!(
        chat.mia
            .selects(&earlier, "Read on", "old")
            .await
            .message()
            .text()
            .contains("no longer in the guide")
    );
    chat.finish().await;
}
