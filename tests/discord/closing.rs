//! What closes a gap that moderators see, and what opens it again.

use crate::bot::*;
use crate::keeping::until;
use crate::teaching::{ANSWER, QUESTION, TEXT, adds, gaps, kept};

/// A question as people tell it, longer than a phrasing of the guide may be.
const LONG: &str = "hello everyone, i have got a zebrafish tank with six kayaks painted on its side and i would like to know in which \
     room of the harbour building the zebrafish club keeps the spare kayak paddles";

#[tokio::test]
async fn a_question_longer_than_a_phrasing_is_closed_by_the_form_as_it_opens() {
    let (_folder, chat, olga) = kept().await;
    assert!(LONG.len() > internbot::knowledge::MAX_PHRASING);
    assert_eq!(chat.asks(LONG).await.page().title, "Not in the guide");
    until("it is a gap", async || {
        gaps(&olga).await.text().contains("**1 ×**")
    })
    .await;
    let form = olga.clicks(&gaps(&olga).await, "Write an answer").await;
    assert_eq!(form.modal().1[0].1, LONG, "all of it is filled in");
    let saved = olga.submits(&form, &[(TEXT, ANSWER)]).await.outcome().await;
    assert!(saved.page().footer.starts_with("Saved."), "{saved}");
    assert_eq!(chat.asks(LONG).await.page().body, ANSWER);
    assert!(gaps(&olga).await.text().contains("No gaps"), "it is closed");
    chat.finish().await;
}
