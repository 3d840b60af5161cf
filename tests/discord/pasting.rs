//! What `internbot added --toml` prints: what servers added, for the guide.

use internbot::additions::{Lesson, LessonReply, Teaching};

use crate::bot::*;
use crate::improving::{internbot, own_guide};
use crate::teaching::paste;

fn taught(question: &str) -> Lesson {
    Lesson {
        questions: vec![question.to_owned()],
        topic: "resume".to_owned(),
        reply: LessonReply::Section("skeleton".to_owned()),
    }
}

fn own(question: &str, text: &str, link: Option<&str>) -> Lesson {
    let (text, link) = (text.to_owned(), link.map(str::to_owned));
    Lesson {
        reply: LessonReply::Own { text, link },
        ..taught(question)
    }
}

#[tokio::test]
async fn of_every_addition_something_is_printed_and_the_latest_for_a_question_wins() {
    let home = tempfile::tempdir().expect("a folder");
    let (_, config) = own_guide(home.path());
    let store = store_in(home.path()).await;
    let site = format!("{}.{}.example.org", "a".repeat(50), "b".repeat(50));
    let long = "where is the wombat ".repeat(6);
    let known = phrasing("resume", "what-to-put");
    let of_topic = topic("resume").questions[0].text.as_str();
    let lessons = [
        taught(known),
        own(of_topic, "The first text.", None),
        taught("where is the zebrafish"),
        own("where is the zebrafish", "The second text.", None),
        own("where is the quokka", "The third text.", None),
        taught("where is the quokka"),
        own(
            "where is the boat",
            "The fourth text.",
            Some(&format!("https://{site}/")),
        ),
        own(long.trim(), "The fifth text.", None),
    ];
    for lesson in lessons {
        store
            .teach(1, 2, Teaching::Add(lesson))
            .await
            .expect("it is kept");
    }
    store.close().await;

    let (printed, is_fine) = internbot(&["added", "--toml"], &config);
    assert!(is_fine, "{printed}");
    for part in [
        format!(
            "# Left out: number 1, \"{known}\": the guide already has it, in resume/what-to-put. Move"
        ),
        format!("# Left out: number 2, \"{of_topic}\": the guide already has it, in resume. Move"),
        "# Left out: number 3, \"where is the zebrafish\": number 4 answers it since.".to_owned(),
        "# Left out: number 5, \"where is the quokka\": number 6 answers it since.".to_owned(),
        "section `skeleton`.\n  \"where is the quokka\",\n".to_owned(),
        format!("  # too long, to be shortened: \"{}\"", long.trim()),
    ] {
        assert!(printed.contains(&part), "{part:?} in\n{printed}");
    }
    for (text, is_printed) in [
        ("The first text.", true),
        ("The second text.", true),
        ("The third text.", false),
        ("The fourth text.", true),
        ("The fifth text.", true),
    ] {
        assert_eq!(printed.contains(text), is_printed, "{text} in\n{printed}");
    }
    paste(&printed);
    let (checked, is_fine) = internbot(&["check"], &config);
    assert!(is_fine, "{checked}\n{printed}");
    let (pasted, _) = printed.split_once("# Left out").expect("some are");
    assert_eq!(
        pasted.matches("where is the zebrafish").count(),
        2,
        "heading and question"
    );
}
