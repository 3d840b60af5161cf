//! Reading a topic's file: whatever is in it, each problem has a place in the file, and what has no error can be learned
//! and shown.

#![no_main]

use std::sync::LazyLock;

use internbot::knowledge::{Sources, check};
use internbot::reply;
use internbot::search::{Index, Question};
use internbot_fuzz::{TODAY, ask, fits, small_guide};
use libfuzzer_sys::fuzz_target;

static GUIDE: LazyLock<Sources> = LazyLock::new(small_guide);

fuzz_target!(|bytes: &[u8]| {
    let mut sources = GUIDE.clone();
    let file = sources
        .topics
        .first_mut()
        .expect("the small guide has topics");
    file.bytes = bytes.to_vec();
    let name = file.name.clone();

    let checked = check(&sources, TODAY);
    let lines = bytes.split(|&byte| byte == b'\n').count();
    for problem in checked
        .problems
        .iter()
        .filter(|problem| problem.file == name)
    {
        assert!(
            (1..=lines).contains(&problem.at.line) && problem.at.column >= 1,
            "{problem}"
        );
        assert!(
            !problem.message.is_empty() && !problem.help.is_empty(),
            "{problem:?}"
        );
    }
    let Some(knowledge) = checked.knowledge else {
        return;
    };
    let index = Index::new(&knowledge);
    for topic in knowledge.topics() {
        ask(&knowledge, &index, &Question::new(topic.title.as_str()));
        for section in &topic.sections {
            let shown = reply::section(&knowledge, topic, section);
            fits(&shown);
            assert_eq!(shown.body, section.text, "a text of the guide is never cut");
        }
    }
});
