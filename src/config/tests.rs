use super::*;

const EXAMPLE: &str = include_str!("../../config/internbot.toml");

#[test]
fn the_example_has_every_key_at_its_default() {
    let example: Config = toml::from_str(EXAMPLE).unwrap();
    assert_eq!(example, Config::default());
    for key in [
        "knowledge",
        "token_file",
        "api_url",
        "shards",
        "unasked_channels",
        "unasked_forums",
        "additions",
        "privacy_contact",
        "cooldown_seconds",
        "repeat_minutes",
        "edit_minutes",
        "url",
        "password_file",
        "keep_gaps_days",
        "keep_votes_days",
        "most_megabytes",
        "format",
        "listen",
        "folder",
    ] {
        let written = EXAMPLE.lines().any(|line| {
            line.trim_start_matches("# ")
                .starts_with(&format!("{key} = "))
        });
        assert!(written, "{key} is not in config/internbot.toml");
    }
}

#[test]
fn a_mistyped_key_is_shown_with_its_line_and_the_right_ones() {
    let error = |text: &str| {
        let error = toml::from_str::<Config>(text).unwrap_err();
        problem(text, &error)
    };
    let shown = error("[discord]\ncooldown = 3");
    assert!(shown.contains("line 2: unknown field `cooldown`, expected one of `token_file`"));
    assert!(shown.contains("    cooldown = 3"), "{shown}");
    // Also where the value may be a secret.
    let shown = error("[discord]\ntoken_fil = \"/run/hunter2\"");
    assert!(shown.contains("unknown field `token_fil`"), "{shown}");
    assert!(
        shown.contains("token_fil = …") && !shown.contains("hunter2"),
        "{shown}"
    );
    let shown = error("[discord]\napi_ur = \"http://bot:hunter2@proxy\"");
    assert!(shown.contains("unknown field `api_ur`"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
    let shown = error("[discord]\nstop_seconds = 10");
    assert_eq!(
        shown,
        "line 2: `stop_seconds` is no longer a setting: delete the line"
    );
}

#[test]
fn a_mistake_is_shown_with_its_line_but_not_with_an_address() {
    let error = |text: &str| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Config::load(file.path(), false).unwrap_err().to_string()
    };
    assert!(error("[discord]\ncooldown_seconds = \"3\"").contains("cooldown_seconds = \"3\""));
    assert!(
        error("[store]\nurl = \"postgres://bot:hunter2@db:x/internbot\"")
            .contains("write \"postgres://USER@HOST/DATABASE\"")
    );
    for text in [
        "[store]\nurl = \"postgres://bot:hunter2@db/internbot",
        "[store]\nurl = \"postgres://bot:hunter2@db:x/internbot\"",
        "[store]\nurl = \"postgres://bot:hunter2@db/internbot\" \"",
        "[store]\nkeep_gaps_days = \"postgres://bot:hunter2@db/internbot\"",
        "[store]\n\"postgres://bot:hunter2@db/internbot\" = 1",
    ] {
        let error = error(text);
        assert!(
            error.contains("line 2") && !error.contains("hunter2"),
            "{error}"
        );
    }
    for text in [
        "[store]\npassword = \"hunter2\"",
        "[discord]\nTOKEN = \"hunter2\"",
        "[discord]\ntoken_file = hunter2",
    ] {
        let error = error(text);
        assert!(
            error.contains("line 2: ") && !error.contains("hunter2"),
            "{error}"
        );
    }
}

#[test]
fn a_listen_address_has_a_port_or_is_empty() {
    let listen = |text: &str| Listen::try_from(text.to_owned());
    assert_eq!(
        listen(" [::1]:9187").unwrap(),
        Listen(Some("[::1]:9187".parse().unwrap()))
    );
    assert_eq!(listen("").unwrap(), Listen(None));
    for wrong in ["9187", "127.0.0.1", "localhost:9187", ":9187"] {
        assert!(
            listen(wrong).unwrap_err().contains("127.0.0.1:9187"),
            "{wrong}"
        );
    }
    assert_eq!(
        toml::from_str::<Config>("[log]\nformat = \"json\"")
            .unwrap()
            .log
            .format,
        LogFormat::Json
    );
    assert!(toml::from_str::<Config>("[log]\nformat = \"xml\"").is_err());
}
