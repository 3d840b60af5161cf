//! What the program says to someone who starts it for the first time.

use std::process::Command;

use crate::program::{Launch, Program, built};
use crate::small_guide::SmallGuide;
use stand_in::{Permission, StandIn};

#[test]
fn without_a_token_it_says_what_is_missing_and_what_to_type() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = Command::new(built())
        .arg("run")
        .current_dir(folder.path())
        .env_remove("DISCORD_TOKEN")
        .output()
        .expect("the program starts");
    assert!(!ran.status.success());
    let said = String::from_utf8(ran.stderr).expect("UTF-8");
    for part in [
        "there is no token yet",
        "https://discord.com/developers/applications",
        "DISCORD_TOKEN=… internbot run\n",
        "`internbot doctor`",
        "`internbot chat`",
    ] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
    let files = folder.path().read_dir().expect("it is there").count();
    assert_eq!(files, 0, "nothing is created");
}

#[tokio::test]
async fn the_log_shows_the_invite_address_and_the_permissions_missing_in_each_server() {
    let discord = StandIn::builder().message_content().start().await;
    let (students, alumni) = (discord.guild("students"), discord.guild("alumni"));
    let help = students.channel("help");
    let other = students.channel("other");
    help.bot_may_not(Permission::SendMessages);
    other.bot_may_not(Permission::SendMessages);
    alumni.everyone_may_not(&[Permission::ReadMessageHistory]);
    let guide = SmallGuide::new("Alpha");
    let (url, folder, token) = (discord.url(), guide.folder(), discord.token());
    let program = Program::launch(&Launch {
        discord: &format!("unasked_channels = [{}]", help.id),
        variables: &[("DISCORD_TOKEN", token.as_ref())],
        ..Launch::new(&url, &folder, guide.home())
    });
    discord.registered("ask").await;
    let log = program.logged("the bot lacks a permission in", 2).await;
    let line = |part: &str| {
        let mut lines = log.lines().filter(|line| line.contains(part));
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("{part:?} is not in\n{log}"));
        assert!(lines.next().is_none(), "{part:?} is there once in\n{log}");
        line
    };
    let invitation = format!(
        "https://discord.com/oauth2/authorize?client_id={}&scope=bot+applications.commands&permissions=274877975552",
        discord.bot_id()
    );
    line(&invitation);
    line("the Message Content Intent is on");
    assert!(line("with all permissions").contains("students"));
    let alumni = line("lacks a permission in a server");
    assert!(
        alumni.contains("WARN")
            && alumni.contains("missing=\"Read Message History\"")
            && alumni.contains("alumni"),
        "{alumni}"
    );
    let channel = line("lacks a permission in a channel");
    assert!(
        channel.contains("missing=\"Send Messages\"") && channel.contains("channel=\"help\""),
        "{channel}"
    );
    assert!(!log.contains("other"), "nobody chose that one: {log}");
    discord.finish().await;
}
