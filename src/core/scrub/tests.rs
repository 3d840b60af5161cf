use proptest::prelude::*;

use super::*;

#[test]
fn every_pattern_can_be_compiled() {
    assert_eq!(PATTERNS.len(), PATTERN_TABLE.len());
    assert_eq!(PERSONAL.len(), PERSONAL_TABLE.len());
    assert_eq!(DOMAIN.len(), 1);
}

#[track_caller]
fn becomes(text: &str, kept: &str) {
    assert_eq!(scrub(text).as_str(), kept, "of {text:?}");
}

#[test]
fn identifying_details_are_removed() {
    becomes(
        "<@123456789012345678> how do i start <#12> <:wave:998877665544332211> <a:x:1> <t:1> </ask:5>?",
        "… how do i start … ?",
    );
    becomes(
        "mail me: ada.lovelace@example.org or ada (at) example (dot) org",
        "mail me: … or …",
    );
    becomes(
        "see https://example.org/me?x=1 and www.example.org, example.org/ada, ada.dev",
        "see … and …",
    );
    becomes(
        "call +49 (0) 170 / 123-4567 or (555) 123-4567 or 555.123.4567 now",
        "call … or … or … now",
    );
    becomes(
        "my id is 123456789012345678, student no 4711-0815",
        "my id is …, student no …",
    );
    becomes(
        "server 192.168.1.1 and 8.8.8.8 and fe80::1ff:fe23:4567:890a",
        "server … and … and …",
    );
    becomes(
        "token ghp_16C7e42F292c6912E7710c838347Ae178B4a and deadbeefcafe",
        "token … and …",
    );
    becomes(
        "why does `println!(\"x\")` and ```rust\nlet secret = 1;\n``` fail",
        "why does … and … fail",
    );
    becomes("an unclosed ```fn main", "an unclosed …");
    becomes("@ada and ada#1815 :wave_hi: hello", "… and … hello");
    becomes(
        "full width １２３４５６７ and 1\u{200b}2\u{200b}3\u{200b}4\u{200b}5",
        "full width … and …",
    );
}

#[test]
fn names_in_introductions_are_removed() {
    becomes(
        "My name is Ada Lovelace and i need a referral",
        "My name is … and i need a referral",
    );
    becomes(
        "my name's ada, how do i start",
        "my name's … how do i start",
    );
    becomes("I'm Ada from Berlin", "I'm … from Berlin");
    becomes("hi im ada from berlin", "hi im … from berlin");
    becomes("this is Ada Lovelace from IBM", "this is … from IBM");
    becomes("Name: Ada Lovelace", "Name: …");
    becomes("i am coming from a bootcamp", "i am coming from a bootcamp");
    becomes("i'm a student from berlin", "i'm a student from berlin");
}

#[test]
fn street_addresses_are_removed() {
    becomes(
        "i live at 221B Baker Street, London NW1 6XE is that far",
        "i live at … London … is that far",
    );
    becomes("Hauptstraße 12, 10115 Berlin", "… Berlin");
    becomes("12 Ocean Drive", "…");
}

#[test]
fn the_words_of_a_question_stay() {
    for text in [
        "how do i get a backend internship with no experience?",
        "is node.js or asp.net better in 2026, C++ or C#?",
        "do 3-4 projects suffice for a 12 week internship at $25/hr",
        "e.g. is a ph.d needed, i.e. after 2 years of AWS S3 and k8s",
        "is drive a good place to work",
        "front-end/back-end/full-stack roles",
    ] {
        becomes(text, text);
    }
}

/// Secrets that must never be kept.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[1-9][0-9]{16,18}",
        "<@!?[1-9][0-9]{16,18}>",
        "\\+[1-9][0-9]{1,2} [0-9]{3} [0-9]{4,7}",
        "\\([0-9]{3}\\) [0-9]{3}-[0-9]{4}",
        "[a-z]{3,8}\\.[a-z]{3,8}@[a-z]{3,8}\\.(com|org|de)",
        "https?://[a-z]{3,9}\\.(com|dev)/[a-z]{3,9}",
        "(10|192)\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}",
        "[A-Za-z0-9]{24}\\.[A-Za-z0-9]{6}\\.[A-Za-z0-9_]{27}",
        "[0-9a-f]{32}",
    ]
}

proptest! {
    #[test]
    fn no_secret_survives(before in "[a-zA-Z ,.?!]{0,60}", secret in secret(), after in "[a-zA-Z ,.?!]{0,60}") {
        let kept = scrub(&format!("{before} {secret} {after}"));
        prop_assert!(!kept.as_str().contains(&secret), "{:?}", kept);
        for part in secret.split(|c: char| !c.is_alphanumeric()).filter(|part| part.len() >= 12) {
            prop_assert!(!kept.as_str().contains(part), "{part} in {:?}", kept);
        }
    }

    #[test]
    fn scrubbing_any_text_is_bounded_and_idempotent(text in "\\PC{0,600}") {
        let kept = scrub(&text);
        prop_assert!(kept.as_str().chars().count() <= MOST);
        prop_assert!(!kept.as_str().contains('@') && !kept.as_str().contains("://"));
        let mut digits = 0;
        for c in kept.as_str().chars() {
            digits = if c.is_numeric() { digits + 1 } else { 0 };
            prop_assert!(digits < DIGITS, "{:?}", kept);
        }
    }
}
