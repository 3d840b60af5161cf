//! The command line, as a person uses it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]

#[path = "discord/small_guide.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the tests in Discord use the rest"
)]
mod small_guide;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use assert_cmd::Command;
use serde_json::{Value, json};
use small_guide::SmallGuide;
use tempfile::TempDir;

/// What a command printed and how it ended.
struct Ran {
    out: String,
    err: String,
    status: Option<i32>,
}

fn internbot(arguments: &[&str], input: impl Into<Vec<u8>>) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_internbot"));
    let output = command
        .args(arguments)
        .write_stdin(input)
        .output()
        .expect("the command starts");
    Ran {
        out: String::from_utf8(output.stdout).expect("it prints text"),
        err: String::from_utf8(output.stderr).expect("it prints text"),
        status: output.status.code(),
    }
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object a line"))
        .collect()
}

#[test]
fn ask_prints_the_section_and_its_resources() {
    let ran = internbot(
        &[
            "ask",
            "how do i get a backend internship with no experience",
        ],
        "",
    );
    assert_eq!(ran.status, Some(0));
    for part in [
        "Internship guide › Preparing › Getting in without experience",
        "Resources",
        "https://",
        "Reviewed 20",
    ] {
        assert!(ran.out.contains(part), "{part:?} in\n{}", ran.out);
    }
    assert!(
        !ran.out.contains('\x1b'),
        "no colour where the output is no terminal"
    );
}

#[test]
fn ask_explains_itself() {
    let ran = internbot(&["ask", "--explain", "how do i write a good resmue"], "");
    for part in [
        "corrected: resmue → resume",
        "Where the scores came from",
        "1. resume/",
        "nearest phrasing +",
        "nearest examples by word meaning +",
        "Outcome: ",
        "% sure",
    ] {
        assert!(ran.out.contains(part), "{part:?} in\n{}", ran.out);
    }
}

#[test]
fn ask_json_is_one_object() {
    let ran = internbot(&["ask", "--json", "how long should my resume be"], "");
    let answer = &lines(&ran.out)[0];
    assert_eq!(answer["outcome"], "answer");
    assert_eq!(answer["matches"][0]["topic"], "resume");
    assert!(answer["matches"][0]["section"].is_string());
    let score = answer["matches"][0]["score"].as_f64().expect("a number");
    assert!((0.0..=1.0).contains(&score));
}

#[test]
fn jsonl_answers_every_line_in_order_whatever_is_in_between() {
    let mut input = Vec::new();
    input.extend(b"{\"id\": \"a\", \"text\": \"how long should my resume be\"}\n");
    input.extend(b"not json\n[1, 2]\n{\"id\": \"b\"}\n\xFF\xFE\n\n{\"id\": 7, \"text\": 5}\n");
    input.extend(b"{\"id\": 8, \"text\": \"and how long should it be?\", \"previous\": [\"do i need a cover letter\"]}\n");
    input.extend(b"{\"id\": 9, \"text\": \"hi all\", \"overheard\": true}");
    let ran = internbot(&["ask", "--jsonl"], input);
    assert_eq!(ran.status, Some(0));
    let answers = lines(&ran.out);
    assert_eq!(answers.len(), 8, "{}", ran.out);
    assert_eq!(
        (&answers[0]["id"], &answers[0]["outcome"]),
        (&json!("a"), &json!("answer"))
    );
    for (answer, line) in answers[1..6].iter().zip([2, 3, 4, 5, 7]) {
        assert_eq!(answer["line"], line, "{answer}");
        assert!(
            answer["error"]
                .as_str()
                .is_some_and(|error| !error.is_empty()),
            "{answer}"
        );
    }
    assert_eq!(
        (&answers[6]["id"], &answers[6]["matches"][0]["topic"]),
        (&json!(8), &json!("cover-letter"))
    );
    assert_eq!(
        (&answers[7]["id"], &answers[7]["outcome"]),
        (&json!(9), &json!("none"))
    );
}

#[test]
fn a_hundred_thousand_characters_are_a_question_like_any_other() {
    let long = "what should i put on my resume ".repeat(3_300);
    let ran = internbot(
        &["ask", "--jsonl"],
        json!({"id": 1, "text": long}).to_string(),
    );
    assert_eq!(lines(&ran.out)[0]["matches"][0]["topic"], "resume");
}

#[test]
fn unreadable_files_are_named_in_one_sentence() {
    let ran = internbot(&["--knowledge", "no/such/folder", "ask", "hi"], "");
    assert_eq!(ran.status, Some(1));
    assert_eq!(ran.err.lines().count(), 1);
    assert!(
        ran.err.contains("cannot read no/such/folder"),
        "{}",
        ran.err
    );

    let copy = copy_of_the_guide();
    fs::remove_file(copy.path().join("resources.toml")).expect("it was there");
    let ran = internbot(
        &["--knowledge", &copy.path().display().to_string(), "check"],
        "",
    );
    assert_eq!(ran.status, Some(1));
    assert!(ran.err.contains("resources.toml"), "{}", ran.err);

    let ran = internbot(&["--config", "no-such.toml", "ask", "hi"], "");
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.err
            .contains("cannot read the configuration no-such.toml"),
        "{}",
        ran.err
    );
}

#[test]
fn an_invalid_command_line_exits_with_status_2() {
    for arguments in [
        &["ask"][..],
        &["no-such-command"],
        &["eval", "--ablate", "luck", "x"],
        &["ask", "--json", "--jsonl"],
    ] {
        assert_eq!(internbot(arguments, "").status, Some(2), "{arguments:?}");
    }
}

#[test]
fn check_finds_nothing_in_the_shipped_guide() {
    let ran = internbot(&["check"], "");
    assert_eq!(
        (ran.out.as_str(), ran.status),
        (
            "0 error(s), 0 warning(s) in the guide in knowledge\n",
            Some(0)
        )
    );
    assert_eq!(
        internbot(&["check", "--format", "json"], "").out.trim(),
        "[]"
    );
}

#[test]
fn check_shows_where_a_problem_is_for_people_and_for_machines() {
    let copy = copy_of_the_guide();
    let path = copy.path().join("topics/resume.toml");
    let text = fs::read_to_string(&path)
        .expect("it is there")
        .replace("category = \"applying\"", "category = \"aplying\"");
    fs::write(&path, text).expect("it can be written");
    let folder = copy.path().display().to_string();

    let ran = internbot(&["--knowledge", &folder, "check"], "");
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.out.contains("topics/resume.toml:3:12: error: there is no category `aplying`\n    Did you mean `applying`?"),
        "{}",
        ran.out
    );

    let ran = internbot(&["--knowledge", &folder, "check", "--format", "json"], "");
    assert_eq!(ran.status, Some(1));
    let problems: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(
        (
            &problems[0]["line"],
            &problems[0]["column"],
            &problems[0]["severity"]
        ),
        (&json!(3), &json!(12), &json!("error"))
    );

    // Until it is fixed, nothing else works, and errors say where to look.
    let ran = internbot(&["--knowledge", &folder, "ask", "hi"], "");
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.err.contains("internbot check") && ran.err.contains("resume.toml:3:12"),
        "{}",
        ran.err
    );
}

/// A text in the forms in which editors and shells save it.
fn saved(text: &str) -> [Vec<u8>; 4] {
    let wide = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
        let units = text.encode_utf16().flat_map(bytes).collect();
        [mark.to_vec(), units].concat()
    };
    [
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        wide(&[0xff, 0xfe], u16::to_le_bytes),
        wide(&[0xfe, 0xff], u16::to_be_bytes),
        wide(&[], u16::to_le_bytes),
    ]
}

#[test]
fn what_people_write_is_read_in_whatever_form_it_was_saved() {
    let guide = SmallGuide::new("Aa");
    let (config, cases) = (guide.beside("internbot.toml"), guide.beside("cases.jsonl"));
    let (config_path, cases_path) = (config.display().to_string(), cases.display().to_string());
    let run = |arguments: &[&str], input: Vec<u8>| {
        internbot(&[&["--config", &config_path], arguments].concat(), input)
    };
    let topic = fs::read_to_string(guide.topic("bread")).expect("it is there");
    let configs = saved(&format!("knowledge = {:?}\r\n", guide.folder()));
    let all_cases = saved("{\"text\": \"baking bread\", \"topics\": [\"bread\"]}\n");
    let questions = saved("{\"id\": 1, \"text\": \"please tell me about baking bread\"}\r\n");
    let files = configs.iter().zip(saved(&topic)).zip(all_cases);
    for (((text, topic), case), question) in files.zip(questions) {
        fs::write(&config, text).expect("it can be written");
        fs::write(&cases, case).expect("it can be written");
        fs::write(guide.topic("bread"), topic).expect("it can be written");
        let ran = run(&["eval", "--json", &cases_path], Vec::new());
        assert_eq!((ran.err.as_str(), ran.status), ("", Some(0)), "{text:?}");
        let ran = run(&["ask", "--jsonl"], question);
        assert_eq!((ran.err.as_str(), ran.status), ("", Some(0)), "{}", ran.out);
        let answers = lines(&ran.out);
        assert_eq!(answers.len(), 1, "{}", ran.out);
        assert_eq!(answers[0]["id"], 1, "{}", ran.out);
        assert_eq!(answers[0]["matches"][0]["topic"], "bread", "{}", ran.out);
    }
    fs::write(&config, b"knowledge = \"caf\xe9\"").expect("it can be written");
    let ran = run(&["check"], Vec::new());
    assert!(
        ran.err.contains("cannot read the configuration")
            && ran.err.contains("it is not UTF-8 text; save it as UTF-8"),
        "{}",
        ran.err
    );
}

/// Runs the program in a folder.
fn internbot_in(folder: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_internbot"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("it starts");
    (
        String::from_utf8(output.stdout).expect("text"),
        output.status.code(),
    )
}

#[test]
fn in_an_empty_folder_the_embedded_guide_answers_and_can_be_written_out() {
    let folder = TempDir::new().expect("a folder");
    let question = "how do i get a backend internship with no experience";
    let (answer, status) = internbot_in(folder.path(), &["ask", question]);
    assert_eq!(status, Some(0));
    assert!(answer.contains("Getting in without experience"), "{answer}");
    let (checked, status) = internbot_in(folder.path(), &["check"]);
    assert_eq!(status, Some(0));
    assert!(
        checked.ends_with("in the guide embedded in the program\n"),
        "{checked}"
    );

    let (_, status) = internbot_in(folder.path(), &["guide", "export", "knowledge"]);
    assert_eq!(status, Some(0));
    let (checked, status) = internbot_in(folder.path(), &["check"]);
    assert_eq!(status, Some(0));
    assert!(
        checked.ends_with("in the guide in knowledge\n"),
        "{checked}"
    );
    assert_eq!(
        internbot_in(folder.path(), &["ask", question]).0,
        answer,
        "it is the same guide"
    );
    // Existing files are not overwritten.
    let (_, status) = internbot_in(folder.path(), &["guide", "export", "knowledge"]);
    assert_eq!(status, Some(1));
}

#[test]
fn eval_measures_and_enforces_a_baseline() {
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("it can be written");
        path.display().to_string()
    };
    let cases = file(
        "cases.jsonl",
        "{\"text\": \"how long should my resume be\", \"topics\": [\"resume\"]}\n{\"text\": \"good morning everyone\"}\n{\"turns\": [\"do i need a cover letter\", \"how long should it be?\"], \"topics\": [\"cover-letter\"]}\n",
    );
    let ran = internbot(&["eval", "--json", &cases], "");
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let figures: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(figures["in_scope"]["first"], 100.0);
    assert_eq!(figures["out_of_scope"]["answered"], 0.0);
    assert_eq!(figures["follow_ups"]["first"], 100.0);

    let baseline = file("baseline.json", &ran.out);
    assert_eq!(
        internbot(&["eval", &cases, "--baseline", &baseline], "").status,
        Some(0)
    );
    let wrong = file(
        "wrong.jsonl",
        "{\"text\": \"how long should my resume be\", \"topics\": [\"scams\"]}\n",
    );
    let ran = internbot(&["eval", &wrong, "--baseline", &baseline], "");
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.err.contains("right topic first fell from 100 to 0 %"),
        "{}",
        ran.err
    );

    let bad = file("bad.jsonl", "{\"text\": \"x\"}\nnonsense\n");
    let ran = internbot(&["eval", &bad], "");
    assert_eq!(ran.status, Some(1));
    assert!(ran.err.contains("bad.jsonl: line 2"), "{}", ran.err);
}

#[test]
fn chat_accepts_questions_numbers_and_the_end_of_input() {
    let ran = internbot(&["chat"], "how do i write a resume\n4\n99\ntopics\n");
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    for part in [
        "Resume",
        "There is no choice 99 here.",
        "Interviews",
        "Good luck!",
    ] {
        assert!(ran.out.contains(part), "{part:?} in\n{}", ran.out);
    }
}

#[test]
fn chat_ends_when_someone_types_what_ends_other_programs() {
    for farewell in ["exit", "quit", ":q", "Quit"] {
        let ran = internbot(&["chat"], format!("{farewell}\nhow do i write a resume\n"));
        assert_eq!(ran.status, Some(0), "{}", ran.err);
        assert!(
            ran.out.contains("\"exit\" or Ctrl-D ends it")
                && ran.out.contains("Good luck!")
                && !ran.out.contains("Resume"),
            "{farewell}:\n{}",
            ran.out
        );
    }
    let ran = internbot(&["chat"], "how do i quit my internship\n");
    assert!(
        ran.out.lines().count() > 5,
        "it is a question:\n{}",
        ran.out
    );
}

#[test]
fn chat_picks_up_changes_saved_since_the_last_answer() {
    let guide = SmallGuide::new("Alpha");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_internbot"));
    command
        .arg("--knowledge")
        .arg(guide.folder())
        .arg("chat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut chat = command.spawn().expect("the command starts");
    let mut typed = chat.stdin.take().expect("a pipe");
    let mut printed = BufReader::new(chat.stdout.take().expect("a pipe")).lines();
    // Asks for bread, and reads up to a part of the answer.
    let mut ask = |until: &str| {
        writeln!(typed, "{}", small_guide::question("bread")).expect("it reads");
        let mut read = String::new();
        while !read.contains(until) {
            let line = printed
                .next()
                .unwrap_or_else(|| panic!("no {until:?} in\n{read}"))
                .expect("it prints text");
            read += &format!("{line}\n");
        }
        read
    };
    ask("Alpha way of baking bread");
    guide.save("bread", "Beta");
    let read = ask("Beta way of baking bread");
    assert!(
        read.contains("The guide was reloaded: 1 topic changed."),
        "{read}"
    );
    guide.edit("bread", "category = \"outside\"", "category = \"outsde\"");
    let read = ask("Beta way of baking bread");
    assert!(
        read.contains("topics/bread.toml:3:12") && read.contains("Did you mean"),
        "{read}"
    );
    let read = ask("Beta way of baking bread");
    assert!(!read.contains("bread.toml"), "it is said once: {read}");
    guide.edit("bread", "category = \"outsde\"", "category = \"outside\"");
    let read = ask("Beta way of baking bread");
    assert!(
        read.contains("The guide's files have no errors any more."),
        "{read}"
    );
    drop(typed);
    assert!(chat.wait().expect("it ends").success());
}

/// Every command that the build has, as `--help` lists them.
fn commands() -> Vec<String> {
    let help = internbot(&["--help"], "").out;
    let listed = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty());
    let names: Vec<String> = listed
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    for known in ["ask", "chat", "check", "eval", "completions", "man"] {
        assert!(
            names.iter().any(|name| name == known),
            "{known} in {names:?}"
        );
    }
    names
}

#[test]
fn every_shell_gets_completions_of_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = internbot(&["completions", shell], "");
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{shell}");
        for part in commands()
            .iter()
            .map(String::as_str)
            .chain(["knowledge", "leave-one-out"])
        {
            assert!(ran.out.contains(part), "{part} for {shell}");
        }
    }
    assert_eq!(
        internbot(&["completions", "no-such-shell"], "").status,
        Some(2)
    );
}

#[test]
#[cfg(unix)]
fn the_completions_work_in_a_shell() {
    let script = internbot(&["completions", "bash"], "").out;
    let asked = "\nCOMP_WORDS=(internbot comp); COMP_CWORD=1; _internbot internbot comp internbot; printf '%s' \"${COMPREPLY[*]}\"";
    // Without bash there is nothing to test.
    let Ok(output) = std::process::Command::new("bash")
        .args(["--norc", "-c", &(script + asked)])
        .output()
    else {
        return;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(String::from_utf8_lossy(&output.stdout), "completions");
}

#[test]
fn the_man_page_names_every_command_and_each_command_has_its_own_page() {
    let page = internbot(&["man"], "");
    assert_eq!((page.status, page.err.as_str()), (Some(0), ""));
    assert!(page.out.contains(".TH internbot 1"), "{}", page.out);

    let folder = TempDir::new().expect("a folder");
    let pages = folder.path().join("new/man1");
    let ran = internbot(&["man", "--write", &pages.display().to_string()], "");
    assert_eq!(
        (ran.status, ran.out.as_str(), ran.err.as_str()),
        (Some(0), "", "")
    );
    let text = |name: &str| {
        fs::read_to_string(pages.join(name)).unwrap_or_else(|fault| panic!("{name}: {fault}"))
    };
    assert!(text("internbot.1").contains(".TH internbot 1"));
    for command in commands().iter().filter(|command| *command != "help") {
        assert!(
            page.out.contains(&format!("internbot\\-{command}(1)")),
            "{command} in\n{}",
            page.out
        );
        assert!(
            text(&format!("internbot-{command}.1")).contains(".SH SYNOPSIS"),
            "{command}"
        );
    }

    let ran = internbot(
        &[
            "man",
            "--write",
            &pages.join("internbot.1").display().to_string(),
        ],
        "",
    );
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.err.contains("cannot write the man pages into"),
        "{}",
        ran.err
    );
}

#[test]
fn describing_the_command_line_needs_no_guide_or_configuration() {
    let empty = TempDir::new().expect("a folder");
    fs::create_dir(empty.path().join("config")).expect("a folder");
    fs::write(empty.path().join("config/internbot.toml"), "nonsense").expect("it can be written");
    for arguments in [&["completions", "bash"][..], &["man"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_internbot"));
        let output = command
            .current_dir(&empty)
            .args(arguments)
            .output()
            .expect("the command starts");
        assert!(output.status.success(), "{arguments:?}");
    }
}

#[test]
fn descriptions_of_the_command_line_contain_no_secrets() {
    const SECRET: &str = "MTIz.abc-not-to-be-shown";
    let mut asked: Vec<Vec<String>> = commands()
        .into_iter()
        .map(|command| vec![command, "--help".to_owned()])
        .collect();
    asked.extend(
        [&["--help"][..], &["-h"], &["man"], &["completions", "zsh"]]
            .map(|words| words.iter().map(|&word| word.to_owned()).collect()),
    );
    for arguments in asked {
        let mut command = Command::new(env!("CARGO_BIN_EXE_internbot"));
        let output = command
            .env("DISCORD_TOKEN", SECRET)
            .args(&arguments)
            .output()
            .expect("the command starts");
        for printed in [output.stdout, output.stderr] {
            assert!(
                !String::from_utf8_lossy(&printed).contains(SECRET),
                "{arguments:?}"
            );
        }
    }
}

/// A copy of the shipped guide in its own folder.
fn copy_of_the_guide() -> TempDir {
    let copy = TempDir::new().expect("a folder");
    fs::create_dir(copy.path().join("topics")).expect("a folder");
    for folder in ["knowledge", "knowledge/topics"] {
        for entry in fs::read_dir(folder).expect("the guide is there") {
            let path = entry.expect("an entry").path();
            let inside = path
                .strip_prefix(Path::new("knowledge"))
                .expect("it is in it");
            if path.is_file() {
                fs::copy(&path, copy.path().join(inside)).expect("it can be copied");
            }
        }
    }
    copy
}

#[cfg(feature = "discord")]
#[test]
fn the_guide_is_written_as_pages_to_its_own_folder() {
    let guide = SmallGuide::new("Aa");
    let (folder, site) = (guide.folder(), guide.beside("site"));
    let (folder, site) = (folder.display().to_string(), site.display().to_string());
    let written = internbot(&["--knowledge", &folder, "preview", "--write", &site], "");
    assert_eq!((written.err.as_str(), written.status), ("", Some(0)));
    assert_eq!(
        written.out,
        format!("Wrote 5 pages into {site}. Open {site}/index.html.\n")
    );
    // The guide's own folder must not be replaced.
    let refused = internbot(&["--knowledge", &folder, "preview", "--write", &folder], "");
    assert_eq!((refused.out.as_str(), refused.status), ("", Some(1)));
    assert!(
        refused.err.contains("did not write") && refused.err.contains("name a new or empty folder"),
        "{}",
        refused.err
    );
    assert!(guide.topic("bread").exists());
}

#[cfg(feature = "discord")]
#[test]
fn a_preview_on_a_taken_port_says_how_to_choose_another() {
    let guide = SmallGuide::new("Aa");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let folder = guide.folder().display().to_string();
    let ran = internbot(&["--knowledge", &folder, "preview", "--port", &port], "");
    assert_eq!((ran.out.as_str(), ran.status), ("", Some(1)));
    assert!(
        ran.err
            .contains(&format!("cannot listen on 127.0.0.1:{port}"))
            && ran.err.contains("--port"),
        "{}",
        ran.err
    );
}
