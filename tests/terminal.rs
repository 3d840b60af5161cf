//! What a person reads in a terminal.

use internbot::reply::Reply;
use internbot::terminal::{Look, draw};

/// The lines of a drawn text of this width, without the styles.
fn lines(body: &str, width: usize) -> Vec<String> {
    let reply = Reply {
        title: "Title".to_owned(),
        body: body.to_owned(),
        ..Reply::default()
    };
    let drawn = anstream::adapter::strip_str(&draw(&reply, Look::plain(width))).to_string();
    drawn.lines().skip(2).map(str::to_owned).collect()
}

#[test]
fn a_sample_message_keeps_its_lines() {
    let message = "Adapt this:\n> Subject: Thank you\n> Hi Sam, thanks for your time and for the tour of the office.\n>\n> Best, Ana";
    assert_eq!(
        lines(message, 30),
        [
            "Adapt this:",
            "│ Subject: Thank you",
            "│ Hi Sam, thanks for your time",
            "│ and for the tour of the",
            "│ office.",
            "│ ",
            "│ Best, Ana"
        ]
    );
}

#[test]
fn a_skeleton_in_a_code_block_is_shown_as_it_is() {
    let skeleton = "Copy this:\n```\n# Name of the project, longer than the screen is wide\n- *one* line\n\n  indented\n```\nThen fill it in.";
    assert_eq!(
        lines(skeleton, 30),
        [
            "Copy this:",
            "    # Name of the project, longer than the screen is wide",
            "    - *one* line",
            "    ",
            "      indented",
            "Then fill it in."
        ]
    );
}
