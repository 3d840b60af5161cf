//! What a moderator takes from someone's message: a question, or the draft of an answer.

use crate::keeping::{bytes, contains};
use crate::teaching::{LINK, OTHERS, QUESTION, TEXT, kept};

#[tokio::test]
async fn what_a_message_tells_about_its_author_is_neither_offered_nor_kept() {
    let (folder, chat, olga) = kept().await;
    let told = "my name is Quokka, mail me at ada@quokka.example or call +49 170 1234567: where can i put my kayak at the \u{202e}harbour?";
    let secrets = ["Quokka", "quokka.example", "1234567", "\u{202e}"];
    let asked = chat.mia.says(&chat.help, told).await;
    let offer = olga.uses_on_message("Teach the guide", &asked).await;
    let offer = offer.message().clone();
    assert!(offer.text().contains("where can i put my kayak"), "{offer}");
    let first = offer.menu("Closest sections").options[0].value.clone();
    let saved = olga.selects(&offer, "Closest sections", &first).await;
    assert!(
        saved.message().text().contains("Saved."),
        "{}",
        saved.message()
    );
    for secret in secrets {
        assert!(!offer.text().contains(secret), "{secret} in {offer}");
    }

    // The question that an answer replies to is scrubbed too. The answer is what the moderator makes of the draft.
    let answer = "Ask @ada or <@1>, or mail ada@quokka.example; see https://example.org/kayaks";
    let answered = olga.replies(&asked, answer).await;
    let form = olga.uses_on_message("Teach the guide", &answered).await;
    let (_, inputs) = form.modal();
    for secret in secrets {
        assert!(!inputs[0].1.contains(secret), "{secret} in {inputs:?}");
    }
    assert_eq!(
        inputs[1].1,
        "Ask … or … or mail … see https://example.org/kayaks"
    );
    let saved = olga.submits(&form, &[]).await.outcome().await;
    assert!(saved.page().footer.starts_with("Saved."), "{saved}");
    chat.finish().await;
    let bytes = bytes(folder.path());
    for secret in secrets {
        assert!(!contains(&bytes, secret.as_bytes()), "{secret} is kept");
    }
}

#[tokio::test]
async fn a_draft_from_a_message_has_all_of_it() {
    let (_folder, chat, olga) = kept().await;
    // A helper who asks something back, at length.
    let long = format!(
        "did you look behind the shed? there are racks for six kayaks:\n\n- ring **twice** \\\\o/\n- ask for key 3\n\n{}",
        "and mind the step, it is wet. ".repeat(12).trim()
    );
    let short = "did you try this?\n- ring twice \\\\o/\n```\nls\n```";
    for text in [long.as_str(), short] {
        let said = olga.says(&chat.help, text).await;
        let offer = olga.uses_on_message("Teach the guide", &said).await;
        assert!(
            offer.message().text().starts_with("> did you"),
            "{}",
            offer.message()
        );
        let form = olga.clicks(offer.message(), "Use it as an answer").await;
        assert_eq!(form.modal().1[1].1, text);
        // Also after a search.
        let search = olga.clicks(offer.message(), "Search the guide").await;
        let found = olga
            .submits(&search, &[("What is it about?", "a resume")])
            .await;
        let form = olga
            .clicks(&found.outcome().await, "Use it as an answer")
            .await;
        assert_eq!(form.modal().1[1].1, text);
    }
    chat.finish().await;
}

#[tokio::test]
async fn a_refused_form_gives_back_everything_that_was_written() {
    let (_folder, chat, olga) = kept().await;
    let fields = [
        (QUESTION, "who lends out paddles"),
        (TEXT, "Jo does.\n```\nring twice"),
        (OTHERS, "can i borrow a paddle\nlife jackets?"),
        (LINK, "https://example.org/boats"),
    ];
    let form = olga.slash("guide add", &[]).await;
    let told = olga.submits(&form, &fields).await.outcome().await;
    let text = told.text().replace('\u{200b}', "");
    for part in [
        "a code block is not closed",
        "Your answer, to copy:\n```\nJo does.\n```\nring twice\n```",
        "Your questions, to copy:\n```\nwho lends out paddles\ncan i borrow a paddle\nlife jackets?\n```",
        "Your link, to copy:\n```\nhttps://example.org/boats\n```",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    chat.finish().await;
}
