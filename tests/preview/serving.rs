//! Who may send which requests to the preview, and that no request does harm.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use internbot::config::Config;
use internbot::preview::Preview;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::*;

async fn answer_to(request: RequestBuilder) -> (StatusCode, String) {
    let response = request.send().await.expect("it answers");
    let headers = response.headers();
    // Every response says so.
    assert!(
        headers["content-security-policy"]
            .to_str()
            .expect("text")
            .starts_with("default-src 'none'; script-src 'self';")
    );
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["cache-control"], "no-store");
    assert!(!headers.contains_key("access-control-allow-origin"));
    let status = response.status();
    (status, response.text().await.expect("text"))
}

fn get(address: SocketAddr, path: &str) -> RequestBuilder {
    Client::new().get(format!("http://{address}{path}"))
}

fn post(address: SocketAddr, path: &str, body: &Value) -> RequestBuilder {
    Client::new()
        .post(format!("http://{address}{path}"))
        .header("Content-Type", "application/json")
        .body(body.to_string())
}

/// The response to a raw request that no library would send.
async fn raw(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .expect("it answers");
    answer
}

#[tokio::test]
async fn a_question_gets_the_message_its_html_and_an_explanation() {
    let address = preview_of(this_guide()).await;
    let asked = json!({"text": "how do i write a resume"});
    let (status, body) = answer_to(post(address, "/api/reply", &asked)).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let reply: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(reply["message"]["flags"], (1 << 15) | (1 << 2));
    let html = reply["html"].as_str().expect("text");
    assert!(html.contains(">That helped</button>"), "{html}");
    let why = reply["why"].as_str().expect("text");
    assert!(why.contains("Outcome: answer ("), "{why}");
    assert_eq!(
        reply["conversation"]["questions"],
        json!(["how do i write a resume"])
    );
}

#[tokio::test]
async fn privacy_and_forget_me_are_commands_and_not_questions() {
    let address = preview_of(this_guide()).await;
    for (text, part) in [
        ("/privacy", "Nothing is written to disk."),
        ("/forget-me", "the preview keeps nothing"),
    ] {
        let (_, body) = answer_to(post(address, "/api/reply", &json!({"text": text}))).await;
        let reply: Value = serde_json::from_str(&body).expect("JSON");
        let html = reply["html"].as_str().expect("text");
        assert!(html.contains(part), "{html}");
        assert_eq!(reply["ephemeral"], true, "only the person sees it");
        assert_eq!(reply["why"], Value::Null, "it was not searched for");
    }
}

#[tokio::test]
async fn typed_text_is_shown_as_text_and_not_run() {
    let address = preview_of(this_guide()).await;
    let asked = json!({"text": "<img src=x onerror=alert(1)> resume <script>alert(1)</script>"});
    let (_, body) = answer_to(post(address, "/api/reply", &asked)).await;
    let reply: Value = serde_json::from_str(&body).expect("JSON");
    for html in [&reply["html"], &reply["why"]] {
        let html = html.as_str().expect("text");
        assert!(
            !html.contains("<img") && !html.contains("<script"),
            "{html}"
        );
    }
}

#[tokio::test]
async fn only_requests_to_its_own_address_are_answered() {
    let address = preview_of(this_guide()).await;
    let port = address.port();
    for (host, status) in [
        (format!("127.0.0.1:{port}"), StatusCode::OK),
        (format!("localhost:{port}"), StatusCode::OK),
        (format!("LOCALHOST:{port}"), StatusCode::OK),
        (format!("[::1]:{port}"), StatusCode::OK),
        (
            "rebound.example".to_owned(),
            StatusCode::MISDIRECTED_REQUEST,
        ),
        (
            format!("localhost.rebound.example:{port}"),
            StatusCode::MISDIRECTED_REQUEST,
        ),
        (
            format!("192.168.0.7:{port}"),
            StatusCode::MISDIRECTED_REQUEST,
        ),
    ] {
        for path in ["/", "/api/guide", "/nothing"] {
            let (answered, body) = answer_to(get(address, path).header("Host", &host)).await;
            let wanted = if path == "/nothing" && status == StatusCode::OK {
                StatusCode::NOT_FOUND
            } else {
                status
            };
            assert_eq!(answered, wanted, "{host} {path}");
            if status != StatusCode::OK {
                let here = format!("open http://{address}/");
                assert!(body.contains(&here) && body.len() < 200, "{body}");
            }
        }
    }
    let nameless = raw(address, "GET /api/guide HTTP/1.0\r\n\r\n").await;
    assert!(nameless.starts_with("HTTP/1.0 421 "), "{nameless}");
}

#[tokio::test]
async fn other_websites_get_nothing_and_cannot_send() {
    let address = preview_of(this_guide()).await;
    let asked = json!({"text": "resume"});
    let of_other = post(address, "/api/reply", &asked).header("Origin", "https://site.example");
    assert_eq!(answer_to(of_other).await.0, StatusCode::FORBIDDEN);
    let own = post(address, "/api/reply", &asked).header("Origin", format!("http://{address}"));
    assert_eq!(answer_to(own).await.0, StatusCode::OK);
    // What a form can send.
    let form = Client::new()
        .post(format!("http://{address}/api/reply"))
        .header("Content-Type", "text/plain")
        .body(asked.to_string());
    assert_eq!(answer_to(form).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn nothing_is_served_but_the_page() {
    let address = preview_of(this_guide()).await;
    for path in [
        "/../../../../etc/passwd",
        "/..%2f..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/preview.css/../../Cargo.toml",
        "//etc/passwd",
        "/api/section/..%2f..%2fetc/passwd",
        "/api/section/../../Cargo.toml",
        "/knowledge/guide.toml",
        "/api/section/resume/no-such-section",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let answer = raw(address, &request).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
        assert!(!answer.contains("root:") && !answer.contains("[package]"));
    }
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let request = format!("{method} /api/guide HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let answer = raw(address, &request).await;
        assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    }
}

#[tokio::test]
async fn a_topic_is_listed_with_the_file_in_which_it_is_edited() {
    let address = preview_of(this_guide()).await;
    let (_, body) = answer_to(get(address, "/api/guide")).await;
    assert!(body.contains("\"knowledge/topics/resume.toml\""), "{body}");
}

#[tokio::test]
async fn malformed_requests_are_refused_with_a_sentence() {
    let address = preview_of(this_guide()).await;
    for (body, status) in [
        (json!({}), StatusCode::BAD_REQUEST),
        (json!({"text": 7}), StatusCode::BAD_REQUEST),
        (json!({"text": "a", "and": 1}), StatusCode::BAD_REQUEST),
        (
            json!({"text": "x".repeat(70_000)}),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ] {
        let (answered, why) = answer_to(post(address, "/api/reply", &body)).await;
        assert_eq!(answered, status, "{why}");
        assert!(why.len() > 10 && why.len() < 300, "{why}");
    }
    // A button from another version, or an invented one.
    let pressed = json!({"custom_id": "9zz:nothing"});
    let (status, body) = answer_to(post(address, "/api/press", &pressed)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("no longer in the guide"), "{body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_requests_at_once_are_answered_and_so_is_the_next() {
    let address = preview_of(this_guide()).await;
    // Each sends as many requests as it can without running out of ports and files.
    let askers = (0..250).map(|_| {
        tokio::spawn(async move {
            let mut answered = 0;
            for _ in 0..40 {
                let request = "GET /api/state HTTP/1.1\r\nHost: localhost\r\n\r\n";
                let answer = raw(address, request).await;
                answered += usize::from(answer.starts_with("HTTP/1.1 200 "));
            }
            answered
        })
    });
    let askers: Vec<_> = askers.collect();
    let mut answered = 0;
    for asker in askers {
        answered += asker.await.expect("it does not panic");
    }
    assert_eq!(answered, 10_000);
    let asked = json!({"text": "how do i write a resume"});
    let (status, _) = answer_to(post(address, "/api/reply", &asked)).await;
    assert_eq!(status, StatusCode::OK);
}

/// More than are served at once, but few enough for a process that may have 1,024 open files, counting both ends.
const SILENT: usize = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_ask_nothing_are_closed_and_a_question_behind_them_is_answered() {
    let address = preview_of(this_guide()).await;
    let mut silent = Vec::new();
    for number in 0..SILENT {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        // Some begin, and never end.
        if number % 3 == 0 {
            let begun = b"GET /api/guide HTTP/1.1\r\nHost: loc";
            stream.write_all(begun).await.expect("it reads");
        }
        silent.push(stream);
    }
    let patience = Duration::from_secs(60);
    let asked = json!({"text": "how do i write a resume"});
    let answer = timeout(patience, answer_to(post(address, "/api/reply", &asked))).await;
    assert_eq!(answer.expect("it is its turn").0, StatusCode::OK);
    for mut stream in silent {
        let mut got = Vec::new();
        // Closed or reset: both end it.
        let ended = timeout(patience, stream.read_to_end(&mut got)).await;
        assert!(ended.is_ok(), "it is held open");
        assert_eq!(String::from_utf8_lossy(&got), "");
    }
}

#[tokio::test]
async fn a_taken_port_is_reported_with_what_to_do() {
    let taken = preview_of(this_guide()).await;
    let second = Preview::bind(taken, this_guide(), &Config::default(), Box::new(|_| None)).await;
    let why = second.expect_err("the port is taken").to_string();
    assert!(
        why.contains(&taken.to_string()) && why.contains("choose another one with --port"),
        "{why}"
    );
}

#[tokio::test]
async fn gaps_are_listed_if_there_is_a_store() {
    let address = preview_of(this_guide()).await;
    let (status, body) = answer_to(get(address, "/api/gaps")).await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::OK, "{\"groups\":null}")
    );
    // An unreadable store is reported, and the page works without it.
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let file = folder.path().join("internbot.db");
    std::fs::write(&file, "this is no store").expect("a file can be written");
    let store = config::Store {
        url: file.as_path().into(),
        ..config::Store::default()
    };
    let address = preview_with(this_guide(), store).await;
    let (status, why) = answer_to(get(address, "/api/gaps")).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(why.contains("internbot.db"), "{why}");
}

#[tokio::test]
async fn a_store_of_another_version_is_told_and_the_rest_is_shown() {
    for (change, sentence) in [
        (
            NEWER,
            "was written by a newer internbot (version 99, this one knows",
        ),
        (
            OLDER,
            "was written by an older internbot: `internbot run` upgrades it",
        ),
    ] {
        let folder = tempfile::TempDir::new().expect("a temporary folder");
        let store = store_of_another_version(folder.path(), change).await;
        let file = folder.path().join("internbot.db");
        let before = std::fs::read(&file).expect("a file");
        let address = preview_with(this_guide(), store).await;
        let (status, why) = answer_to(get(address, "/api/gaps")).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(why.contains(sentence), "{why}");
        let asked = json!({"text": "how do i write a resume"});
        let (status, _) = answer_to(post(address, "/api/reply", &asked)).await;
        assert_eq!(status, StatusCode::OK);
        let after = std::fs::read(&file).expect("a file");
        assert!(before == after, "the store was changed");
    }
}

#[tokio::test]
async fn the_terminal_says_why_what_was_asked_in_vain_is_not_shown() {
    let guide = small_guide::SmallGuide::new("First");
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    store_of_another_version(folder.path(), NEWER).await;
    let mut preview = Command::new(env!("CARGO_BIN_EXE_internbot"))
        .arg("--knowledge")
        .arg(guide.folder())
        .args(["preview", "--port", "0"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut opened = String::new();
    let out = preview.stdout.take().expect("it prints");
    BufReader::new(out).read_line(&mut opened).expect("text");
    let address = opened.split(['/', ' ']).find_map(|part| part.parse().ok());
    let address: SocketAddr = address.unwrap_or_else(|| panic!("no address in {opened}"));
    let (status, _) = answer_to(get(address, "/api/gaps")).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let mut line = String::new();
    let err = preview.stderr.take().expect("it prints");
    BufReader::new(err).read_line(&mut line).expect("text");
    preview.kill().expect("it runs");
    preview.wait().expect("it ends");
    assert!(
        line.contains("the preview cannot show the unanswered questions: the store")
            && line.contains("by a newer internbot (version 99"),
        "{line}"
    );
}

#[tokio::test]
async fn every_section_of_the_guide_can_be_shown() {
    let address = preview_of(this_guide()).await;
    for topic in GUIDE.knowledge.topics() {
        for section in &topic.sections {
            let path = format!("/api/section/{}/{}", topic.id, section.id);
            let (status, body) = answer_to(get(address, &path)).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            let reply: Value = serde_json::from_str(&body).expect("JSON");
            let html = reply["html"].as_str().expect("text");
            assert!(!html.contains("class=\"unknown\""), "{path}: {html}");
            // None of the guide's Markdown markup is left over.
            for mark in ["**", "```", "](http", "<p>- ", "<p>## "] {
                let code = html.contains("<code>");
                assert!(code || !html.contains(mark), "{path}: {mark} in {html}");
            }
        }
    }
}
