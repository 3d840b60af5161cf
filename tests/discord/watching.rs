//! What an operator sees of the running bot: a log line for each question, its health, and its metrics.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use internbot::config::{self, Discord};
use internbot::monitor::MonitorHandle;
use internbot::store::StoreHandle;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use sqlx::Executor;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::bot::*;
use crate::keeping::{KAYAK, RESUME, until, until_within};
#[cfg(unix)]
use crate::program::Program;
#[cfg(unix)]
use crate::small_guide::{self, SmallGuide};
use stand_in::*;

/// The names and values of a line of the log that was written as JSON.
#[cfg(unix)]
fn lines(log: &str) -> Vec<Value> {
    log.lines()
        .map(|line| {
            serde_json::from_str(line).unwrap_or_else(|_| panic!("this is no JSON: {line}"))
        })
        .collect()
}

#[cfg(unix)]
#[tokio::test]
async fn each_question_is_one_log_line_without_its_text() {
    let discord = StandIn::start().await;
    let guild = discord.guild("students");
    let (help, mia) = (guild.channel("help"), guild.member("mia"));
    let guide = SmallGuide::new("Alpha");
    let mut program = Program::start_with(&discord, &guide, &[], "[log]\nformat = \"json\"\n");
    discord.registered("ask").await;

    let question = mia
        .says(&help, &format!("@bot {}", small_guide::question("bread")))
        .await;
    let reply = discord.next_message(&help).await;
    // A line is written after its answer is sent: the next question waits for it, so that their order is known.
    program.logged("\"asked\"", 1).await;
    mia.replies(&reply, "and quokkas?").await;
    program.logged("\"asked\"", 2).await;
    discord.next_message(&help).await;
    mia.dms("quokkas").await;
    program.logged("\"asked\"", 3).await;
    discord.next_message(&mia.dm()).await;
    mia.slash("ask", &[("question", &small_guide::question("tents"))])
        .await;
    program.logged("\"asked\"", 4).await;
    mia.slash("ask", &[("question", "where do i learn pitching a tent")])
        .await;
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
    let asked: Vec<_> = lines(&log)
        .into_iter()
        .filter(|line| line["message"] == "asked")
        .collect();
    let told = |line: &Value| {
        let text = |key: &str| line[key].as_str().unwrap_or("-").to_owned();
        (text("way"), text("outcome"), text("topic"))
    };
    let told: Vec<_> = asked.iter().map(told).collect();
    let told: Vec<_> = told
        .iter()
        .map(|(way, outcome, topic)| (way.as_str(), outcome.as_str(), topic.as_str()))
        .collect();
    assert_eq!(told[0], ("mention", "answer", "bread"));
    assert_eq!(
        (told[1].0, told[2].0, told[2].1),
        ("reply", "direct", "none")
    );
    assert_eq!(
        told[3],
        ("command", "answer", "tents"),
        "found without a search"
    );
    assert_eq!((told[4].0, told[4].2), ("command", "tents"));
    assert!(asked[3]["score"].is_null());
    for line in &asked {
        assert_eq!(line["level"], "INFO");
        assert!(
            line["micros.decided"].as_u64() <= line["micros.done"].as_u64(),
            "{line}"
        );
        assert!(
            line["score"].is_null()
                || (0.0..=1.0).contains(&line["score"].as_f64().expect("a number")),
            "{line}"
        );
    }
    program.signal("TERM");
    program.ended().await;
    discord.disconnected().await;
    discord.finish().await;
}

/// Asks the listener for a path, as any program would.
async fn get(address: SocketAddr, path: &str) -> (StatusCode, String) {
    let response = reqwest::get(format!("http://{address}{path}"))
        .await
        .expect("it answers");
    let status = response.status();
    (status, response.text().await.expect("text"))
}

/// What is missing, according to `/readyz`; empty if the bot is ready.
async fn missing(address: SocketAddr) -> Vec<String> {
    let (status, body) = get(address, "/readyz").await;
    let body: Value = serde_json::from_str(&body).expect("JSON");
    let missing: Vec<String> = body["missing"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|why| why.as_str().expect("text").to_owned())
        .collect();
    assert_eq!(body["ready"], missing.is_empty());
    assert_eq!(
        status,
        if missing.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        }
    );
    missing
}

/// What `/metrics` says.
struct Figures(String);

impl Figures {
    async fn of(address: SocketAddr) -> Self {
        let (status, text) = get(address, "/metrics").await;
        assert_eq!(status, StatusCode::OK);
        Self(text)
    }

    /// The value of a series, which is a name with its labels.
    #[track_caller]
    fn value(&self, series: &str) -> f64 {
        let line = self
            .0
            .lines()
            .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.and_then(|value| value.parse().ok())
            .unwrap_or_else(|| panic!("there is no {series} in\n{}", self.0))
    }

    /// The names of all metrics.
    fn names(&self) -> BTreeSet<&str> {
        let samples = self.0.lines().filter(|line| !line.starts_with('#'));
        samples
            .filter_map(|line| line.split(['{', ' ']).next())
            .collect()
    }
}

async fn value(address: SocketAddr, series: &str) -> f64 {
    Figures::of(address).await.value(series)
}

#[tokio::test]
async fn metrics_count_questions_without_their_text() {
    let (setup, address) = Setup::new().monitored().await;
    let chat = setup.chat().await;
    assert_eq!(
        value(
            address,
            "internbot_questions_total{way=\"mention\",outcome=\"answer\"}"
        )
        .await,
        0.0,
        "there from the start"
    );
    let reply = chat.asks(RESUME).await;
    chat.asks(KAYAK[0]).await;
    let vague = chat.asks(vague()).await;
    chat.mia.clicks(&vague, "None of these").await;
    chat.mia.replies(&reply, "and how long?").await;
    chat.discord.next_message(&chat.help).await;
    chat.mia.dms(RESUME).await;
    chat.discord.next_message(&chat.mia.dm()).await;
    chat.mia.slash("ask", &[("question", RESUME)]).await;
    until("all is counted", async || {
        value(address, "internbot_answer_seconds_count").await == 7.0
    })
    .await;
    chat.discord.settle().await;

    let figures = Figures::of(address).await;
    let asked = |way: &str, outcome: &str| {
        figures.value(&format!(
            "internbot_questions_total{{way=\"{way}\",outcome=\"{outcome}\"}}"
        ))
    };
    assert_eq!(
        (
            asked("mention", "answer"),
            asked("mention", "none"),
            asked("mention", "suggest")
        ),
        (1.0, 1.0, 1.0)
    );
    assert_eq!(
        (
            asked("mention", "none-of-these"),
            asked("direct", "answer"),
            asked("command", "answer")
        ),
        (1.0, 1.0, 1.0)
    );
    assert_eq!(figures.value("internbot_decision_seconds_count"), 7.0);
    assert!(
        figures.value("internbot_decision_seconds_sum")
            <= figures.value("internbot_answer_seconds_sum")
    );
    assert_eq!(
        figures.value("internbot_requests_total{kind=\"message\",status=\"2xx\"}"),
        5.0
    );
    assert_eq!(
        figures.value("internbot_requests_total{kind=\"gateway\",status=\"2xx\"}"),
        1.0
    );
    assert_eq!(figures.value("internbot_shard_connected{shard=\"0\"}"), 1.0);
    assert_eq!(figures.value("internbot_store_state{state=\"off\"}"), 1.0);
    assert_eq!(figures.value("internbot_ready"), 1.0);
    let version = GUIDE.knowledge.version();
    assert_eq!(
        figures.value(&format!("internbot_guide_info{{version=\"{version}\"}}")),
        1.0
    );
    for secret in [
        "resume",
        "kayak",
        "mia",
        &chat.mia.id.to_string(),
        &chat.help.id.to_string(),
        &chat.guild.id.to_string(),
    ] {
        assert!(!figures.0.contains(secret), "{secret} is in\n{}", figures.0);
    }
    chat.finish().await;
}

#[tokio::test]
async fn overheard_messages_count_only_if_they_are_answered() {
    let discord = StandIn::builder().message_content().start().await;
    let guild = discord.guild("students");
    let (help, mia) = (guild.channel("help"), guild.member("mia"));
    let config = Discord {
        unasked_channels: vec![help.id],
        ..eager()
    };
    let (setup, address) = Setup::new().config(config).monitored().await;
    let bot = setup.bot(&discord);
    discord.registered("ask").await;
    mia.says(&help, "an overheard zebrafish?").await;
    discord.nothing_more(&help).await;
    mia.says(&help, phrasing("resume", "format-and-length"))
        .await;
    discord.next_message(&help).await;
    until("it is counted", async || {
        value(
            address,
            "internbot_questions_total{way=\"overheard\",outcome=\"answer\"}",
        )
        .await
            == 1.0
    })
    .await;
    assert_eq!(value(address, "internbot_answer_seconds_count").await, 1.0);
    Chat {
        discord,
        guild,
        help,
        mia,
        bot,
    }
    .finish()
    .await;
}

#[tokio::test]
async fn failed_requests_are_counted_by_kind() {
    let (setup, address) = Setup::new().monitored().await;
    let chat = setup.chat().await;
    for fault in [
        Fault::RateLimited(Duration::from_millis(50)),
        Fault::ServerError,
        Fault::CutReply,
    ] {
        chat.discord.fail_next(Route::CreateMessage, fault);
        chat.asks(RESUME).await;
    }
    until("all ended", async || {
        value(address, "internbot_answer_seconds_count").await == 3.0
    })
    .await;
    let figures = Figures::of(address).await;
    assert_eq!(
        figures.value("internbot_rate_limited_total{kind=\"message\"}"),
        1.0
    );
    let requests = |status: &str| {
        figures.value(&format!(
            "internbot_requests_total{{kind=\"message\",status=\"{status}\"}}"
        ))
    };
    assert_eq!(
        (
            requests("429"),
            requests("5xx"),
            requests("none"),
            requests("2xx")
        ),
        (1.0, 1.0, 1.0, 3.0)
    );
    chat.finish().await;
}

#[tokio::test]
async fn with_an_unwritable_store_the_bot_is_not_ready_but_still_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let (setup, address) = Setup::new()
        .store(store_in(folder.path()).await)
        .monitored()
        .await;
    let chat = setup.chat_in(StandIn::start().await).await;
    assert_eq!(missing(address).await, [""; 0]);
    let mut other = locked(folder.path()).await;
    chat.asks(RESUME).await;
    until("it is told", async || !missing(address).await.is_empty()).await;
    let why = missing(address).await;
    assert!(
        why.len() == 1 && why[0].contains("internbot.db is locked"),
        "{why:?}"
    );
    assert!(
        !why[0].contains(&folder.path().display().to_string()),
        "where the file is stays here: {why:?}"
    );
    let figures = Figures::of(address).await;
    assert_eq!(
        (
            figures.value("internbot_store_state{state=\"unwell\"}"),
            figures.value("internbot_ready")
        ),
        (1.0, 0.0)
    );
    until("what is to be kept waits", async || {
        Figures::of(address)
            .await
            .value("internbot_store_waiting_rows")
            > 0.0
    })
    .await;
    assert_eq!(get(address, "/healthz").await.0, StatusCode::OK);
    chat.asks(RESUME).await;
    other.execute("ROLLBACK").await.expect("it is free");
    until("it is ready again", async || {
        missing(address).await.is_empty()
    })
    .await;
    chat.finish().await;
}

#[tokio::test]
async fn a_lost_connection_is_reported_until_it_is_back() {
    let (setup, address) = Setup::new().monitored().await;
    let chat = setup.chat().await;
    assert_eq!(missing(address).await, [""; 0]);
    chat.discord.refuse_connections(1_000);
    chat.discord.drop_connection();
    until("it is told", async || {
        missing(address).await == ["shard 0 is not connected to Discord"]
    })
    .await;
    assert_eq!(
        get(address, "/healthz").await.0,
        StatusCode::OK,
        "the process works"
    );
    assert_eq!(
        value(address, "internbot_shard_connected{shard=\"0\"}").await,
        0.0
    );
    chat.discord.refuse_connections(0);
    until_within(CONNECT_LIMIT, "it is ready again", async || {
        missing(address).await.is_empty()
    })
    .await;
    assert_eq!(
        value(address, "internbot_shard_reconnects_total{shard=\"0\"}").await,
        1.0
    );
    chat.asks(RESUME).await;
    chat.finish().await;
}

#[tokio::test]
async fn before_it_is_connected_the_bot_works_and_is_not_ready() {
    let monitor = MonitorHandle::start(&anywhere(), &this_guide(), &StoreHandle::off())
        .await
        .expect("there is a free port");
    let address = monitor.address().expect("it listens");
    assert_eq!(get(address, "/healthz").await.0, StatusCode::OK);
    assert_eq!(
        missing(address).await,
        ["the bot is not connected to Discord yet"]
    );
    assert_eq!(value(address, "internbot_ready").await, 0.0);
    drop(monitor);
    until("nobody listens any more", async || {
        TcpStream::connect(address).await.is_err()
    })
    .await;
}

#[tokio::test]
async fn nothing_listens_unless_an_address_is_set() {
    let monitor = MonitorHandle::start(
        &config::Monitor::default(),
        &this_guide(),
        &StoreHandle::off(),
    )
    .await
    .expect("there is nothing to fail");
    assert_eq!(monitor.address(), None);
}

#[tokio::test]
async fn only_three_paths_exist_and_they_are_read_only() {
    let monitor = MonitorHandle::start(&anywhere(), &this_guide(), &StoreHandle::off())
        .await
        .expect("there is a free port");
    let address = monitor.address().expect("it listens");
    for path in ["/", "/metrics/", "/debug", "/healthz/../readyz2"] {
        assert_eq!(get(address, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let client = reqwest::Client::new();
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let response = client
            .request(method, format!("http://{address}/metrics"))
            .send()
            .await
            .expect("it answers");
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
    let head = client
        .head(format!("http://{address}/metrics"))
        .send()
        .await
        .expect("it answers");
    assert_eq!(
        (head.status(), head.text().await.expect("text").as_str()),
        (StatusCode::OK, "")
    );
}

#[tokio::test]
async fn idle_clients_are_disconnected() {
    let monitor = MonitorHandle::start(&anywhere(), &this_guide(), &StoreHandle::off())
        .await
        .expect("there is a free port");
    let address = monitor.address().expect("it listens");
    let mut idle = Vec::new();
    for number in 0..20 {
        let mut stream = TcpStream::connect(address)
            .await
            .expect("the system takes it");
        if number % 2 == 0 {
            stream
                .write_all(b"GET /metrics HTTP/1.1\r\nX-Slow: ")
                .await
                .expect("the system takes it");
        }
        idle.push(stream);
    }
    // More than are served at once, so this one waits until they are disconnected, and is then served.
    assert_eq!(get(address, "/healthz").await.0, StatusCode::OK);
    let mut first = idle.swap_remove(0);
    let mut left = Vec::new();
    let closed = tokio::time::timeout(CONNECT_LIMIT, first.read_to_end(&mut left)).await;
    assert!(closed.is_ok(), "the connection is still open");
    let mut endless = TcpStream::connect(address)
        .await
        .expect("the system takes it");
    let flood = tokio::time::timeout(CONNECT_LIMIT, async {
        while endless.write_all(&[b'a'; 4_096]).await.is_ok() {}
    });
    assert!(flood.await.is_ok(), "it reads for ever");
}

#[cfg(unix)]
#[tokio::test]
async fn a_taken_port_ends_the_program_and_says_what_to_do() {
    let discord = StandIn::start().await;
    let guide = SmallGuide::new("Alpha");
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = taken.local_addr().expect("an address");
    let mut program = Program::start_with(
        &discord,
        &guide,
        &[],
        &format!("[monitor]\nlisten = \"{address}\"\n"),
    );
    assert_eq!(program.ended().await.code(), Some(1));
    let log = program.logged("internbot: cannot listen", 1).await;
    assert!(
        log.contains(&format!("cannot listen on {address}")) && log.contains("monitor.listen"),
        "{log}"
    );
    assert_eq!(
        discord.identifies(),
        0,
        "before anything is asked of Discord"
    );
    discord.finish().await;
}

#[cfg(unix)]
#[tokio::test]
async fn an_address_that_others_can_reach_causes_a_warning() {
    let discord = StandIn::start().await;
    discord.guild("students");
    let guide = SmallGuide::new("Alpha");
    let mut program =
        Program::start_with(&discord, &guide, &[], "[monitor]\nlisten = \"0.0.0.0:0\"\n");
    let log = program.logged("can read the bot's metrics", 1).await;
    assert!(log.contains("WARN"), "{log}");
    discord.registered("ask").await;
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0));
    discord.disconnected().await;
    discord.finish().await;
}

#[tokio::test]
async fn reloads_are_counted_by_result() {
    let guide = SmallGuide::new("Alpha");
    let live = std::sync::Arc::new(
        internbot::live::Live::load(&guide.folder()).expect("the guide has no error"),
    );
    let monitor = MonitorHandle::start(&anywhere(), &live, &StoreHandle::off())
        .await
        .expect("there is a free port");
    let address = monitor.address().expect("it listens");
    let since = value(address, "internbot_guide_since_seconds").await;
    live.reload();
    guide.save("bread", "Beta");
    live.reload();
    guide.edit("bread", "id = ", "idd = ");
    live.reload();
    live.reload();
    let figures = Figures::of(address).await;
    let reloads =
        |result: &str| figures.value(&format!("internbot_reloads_total{{result=\"{result}\"}}"));
    assert_eq!(
        (reloads("same"), reloads("swapped"), reloads("refused")),
        (1.0, 1.0, 2.0)
    );
    assert_eq!(
        (
            figures.value("internbot_guide_files_refused"),
            figures.value("internbot_guide_topics")
        ),
        (1.0, 4.0)
    );
    assert!(
        figures.value("internbot_guide_since_seconds") > since,
        "another guide answers now"
    );
}

/// Every text under a key, however deep.
fn texts_of<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if let (true, Some(text)) = (name == key, field.as_str()) {
                    found.push(text);
                }
                texts_of(field, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, key, found)),
        _ => {}
    }
}

/// The names of metrics in an expression.
fn names_in(expression: &str) -> impl Iterator<Item = &str> {
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("internbot_") || word.starts_with("process_"))
}

#[tokio::test]
async fn the_dashboard_and_the_documentation_mention_only_existing_metrics() {
    let (setup, address) = Setup::new().monitored().await;
    let chat = setup
        .chat_in(
            StandIn::builder()
                .heartbeat_interval(Duration::from_millis(100))
                .start()
                .await,
        )
        .await;
    until("a heartbeat is acknowledged", async || {
        Figures::of(address)
            .await
            .names()
            .contains("internbot_shard_latency_seconds")
    })
    .await;
    let figures = Figures::of(address).await;
    let names = figures.names();
    let dashboard: Value =
        serde_json::from_str(include_str!("../../packaging/grafana-dashboard.json"))
            .expect("the dashboard is JSON");
    let mut expressions = Vec::new();
    texts_of(&dashboard, "expr", &mut expressions);
    assert!(expressions.len() > 10, "{expressions:?}");
    let used: BTreeSet<&str> = expressions.iter().copied().flat_map(names_in).collect();
    for name in &used {
        assert!(
            names.contains(name),
            "the dashboard shows {name}, which /metrics does not have"
        );
    }
    for name in names_in(include_str!("../../docs/operating.md")) {
        let is_there = names.iter().any(|known| known.starts_with(name));
        assert!(
            is_there,
            "docs/operating.md speaks of {name}, which /metrics does not have"
        );
    }
    chat.finish().await;
}
