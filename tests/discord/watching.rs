//! What an operator sees of the running bot: a line in the log for each question, and whether it is well.

#[cfg(unix)]
use crate::program::Program;
#[cfg(unix)]
use crate::small_guide::{self, SmallGuide};
use crate::stand_in::*;

/// The names and values of a line of the log that was written as JSON.
#[cfg(unix)]
fn lines(log: &str) -> Vec<serde_json::Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("this is no JSON: {line}"))).collect()
}

#[cfg(unix)]
#[tokio::test]
async fn each_question_is_one_line_in_the_log_without_a_word_of_it() {
    let discord = StandIn::start().await;
    let guild = discord.guild("students");
    let (help, mia) = (guild.channel("help"), guild.member("mia"));
    let guide = SmallGuide::new("Alpha");
    let mut program = Program::start_with(&discord, &guide, &[], "[log]\nformat = \"json\"\n");
    discord.registered("ask").await;

    let question = mia.says(&help, &format!("@bot {}", small_guide::question("bread"))).await;
    let reply = discord.next_message(&help).await;
    mia.replies(&reply, "and quokkas?").await;
    discord.next_message(&help).await;
    mia.dms("quokkas").await;
    discord.next_message(&mia.dm()).await;
    mia.slash("ask", &[("question", &small_guide::question("tents"))]).await;
    mia.slash("ask", &[("question", "where do i learn pitching a tent")]).await;
    // Nobody asked the bot this.
    mia.says(&help, "what is this about").await;
    discord.settle().await;

    let log = program.logged("\"asked\"", 5).await;
    for secret in ["quokka", "please", "where do i", "mia"] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
    for id in [question.id, reply.id, help.id, mia.id, guild.id] {
        assert!(!log.contains(&id.to_string()), "{id} is in {log}");
    }
    let asked: Vec<_> = lines(&log).into_iter().filter(|line| line["message"] == "asked").collect();
    let told = |line: &serde_json::Value| {
        let text = |key: &str| line[key].as_str().unwrap_or("-").to_owned();
        (text("way"), text("outcome"), text("topic"))
    };
    let told: Vec<_> = asked.iter().map(told).collect();
    let told: Vec<_> = told.iter().map(|(way, outcome, topic)| (way.as_str(), outcome.as_str(), topic.as_str())).collect();
    assert_eq!(told[0], ("mention", "answer", "bread"));
    assert_eq!((told[1].0, told[2].0, told[2].1), ("reply", "direct", "none"));
    assert_eq!(told[3], ("command", "answer", "tents"), "found without a search");
    assert_eq!((told[4].0, told[4].2), ("command", "tents"));
    assert!(asked[3]["score"].is_null());
    for line in &asked {
        assert_eq!(line["level"], "INFO");
        assert!(line["micros.decided"].as_u64() <= line["micros.done"].as_u64(), "{line}");
        assert!(line["score"].is_null() || (0.0..=1.0).contains(&line["score"].as_f64().expect("a number")), "{line}");
    }
    program.signal("TERM");
    program.ended().await;
    discord.disconnected().await;
    discord.finish().await;
}
