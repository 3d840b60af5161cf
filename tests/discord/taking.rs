//! What a moderator takes from someone's message: a question, or the draft of an answer.

use crate::bot::*;
use crate::keeping::{bytes, contains};
use crate::teaching::kept;

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
