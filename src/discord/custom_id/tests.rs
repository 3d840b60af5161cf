//! Checks that every click can be read back, from whatever version.

use super::*;

fn guide() -> KnowledgeBase {
    crate::knowledge::load(
        std::path::Path::new("knowledge"),
        jiff::civil::date(2026, 11, 23),
    )
    .unwrap()
}

fn actions(topic: &str, section: &str, category: &str) -> Vec<Action> {
    let place = Place {
        topic: topic.to_owned(),
        section: section.to_owned(),
    };
    let target = Target {
        message: u64::MAX,
        author: u64::MAX,
    };
    let filter = Filter {
        topic: Some(topic.to_owned()),
        kind: Some(Kind::Documentation),
        cost: Some(Cost::Freemium),
        level: Some(Level::Intermediate),
    };
    vec![
        Action::Show(View::Section(place.clone())),
        Action::Show(View::Preview(place.clone(), target)),
        Action::Show(View::Page {
            topic: topic.to_owned(),
            page: 999,
        }),
        Action::Show(View::Resources { filter, page: 999 }),
        Action::Show(View::Resources {
            filter: Filter::default(),
            page: 0,
        }),
        Action::Show(View::Topics),
        Action::Show(View::Category {
            category: category.to_owned(),
            page: 1,
        }),
        Action::Helped(place.clone()),
        Action::NotIt(place.clone()),
        Action::NoneOfThese,
        Action::Remove,
        Action::Post(place.clone(), target),
        Action::Share(place.clone()),
        Action::Teach(Teach::Find(Asked::Gap(u64::MAX))),
        Action::Teach(Teach::Find(Asked::Quoted)),
        Action::Teach(Teach::Search),
        Action::Teach(Teach::Belongs(place)),
        Action::Teach(Teach::Write(Asked::Gap(u64::MAX))),
        Action::Teach(Teach::Quote),
        Action::Teach(Teach::List(24)),
        Action::Teach(Teach::One(u64::MAX)),
        Action::Teach(Teach::Edit(u64::MAX)),
        Action::Teach(Teach::Remove(u64::MAX)),
    ]
}

fn choices(action: Action) -> [Choice; 2] {
    [Seen::Apart, Seen::Here].map(|seen| Choice {
        label: String::new(),
        detail: String::new(),
        action: action.clone(),
        seen,
    })
}

#[test]
fn every_click_can_be_read_back() {
    let guide = guide();
    for topic in guide.topics() {
        for section in &topic.sections {
            for choice in actions(&topic.id, &section.id, &topic.category)
                .into_iter()
                .flat_map(choices)
            {
                let click = Click {
                    action: choice.action.clone(),
                    seen: choice.seen,
                    owner: u64::MAX,
                };
                assert_eq!(
                    decode(&button(&choice, u64::MAX), None, &guide),
                    Some(click.clone())
                );
                assert_eq!(
                    decode(&menu(u64::MAX, "f"), Some(&option(&choice)), &guide),
                    Some(click)
                );
            }
        }
    }
}

#[test]
fn a_servers_own_answer_is_found_even_if_its_topic_is_gone() {
    let guide = guide();
    let place = Place {
        topic: "no-such-topic".to_owned(),
        section: format!("+{}", u64::MAX),
    };
    let [choice, _] = choices(Action::Helped(place.clone()));
    let click = decode(&button(&choice, 7), None, &guide).unwrap();
    assert_eq!(click.action, Action::Helped(place));
    for forged in ["1a1:y:resume:+", "1a1:y:resume:+x", "1a1:y:resume:+1:2"] {
        assert_eq!(decode(forged, None, &guide), None, "{forged}");
    }
}

#[test]
fn every_form_can_be_read_back_and_teaching_waits_for_the_store() {
    for action in [
        FormAction::Add,
        FormAction::Edit(u64::MAX),
        FormAction::Search,
    ] {
        assert_eq!(decode_form(&form(action)), Some(action));
    }
    for forged in ["", "1f:", "1f:e", "1f:e:!", "1f:a:1", "2f:a"] {
        assert_eq!(decode_form(forged), None, "{forged}");
    }
    let [teach, _] = choices(Action::Teach(Teach::Remove(7)));
    let [other, _] = choices(Action::NoneOfThese);
    assert!(may_wait(&button(&teach, 1), None) && !may_wait(&button(&other, 1), None));
    assert!(may_wait(&menu(1, ""), Some(&option(&teach))));
    assert!(!may_wait(&menu(1, ""), Some(&option(&other))));
}

#[test]
fn ids_of_any_length_fit() {
    let long = "x".repeat(300);
    for choice in actions(&long, &long, &long).into_iter().flat_map(choices) {
        let (button, option) = (button(&choice, u64::MAX), option(&choice));
        assert!(button.len() <= limit::CUSTOM_ID, "{button}");
        assert!(option.len() <= limit::CUSTOM_ID, "{option}");
    }
    let guide = guide();
    let topic = &guide.topics()[0];
    let hashed = action_code(&Action::Helped(Place::new(topic, &topic.sections[0])), true);
    assert_eq!(
        action(&hashed, &guide),
        Some(Action::Helped(Place::new(topic, &topic.sections[0])))
    );
}

#[test]
fn clicks_on_missing_things_or_from_other_versions_are_none() {
    let guide = guide();
    for id in [
        "",
        "0a1:t",
        "2a1:t",
        "1z1:t",
        "1a1",
        "1a!:t",
        "1a1:s:no-such-topic:x",
        "1a1:t:more",
        "1m1:",
        "1a1:p:resume:-1",
    ] {
        assert_eq!(decode(id, None, &guide), None, "{id}");
    }
    assert_eq!(decode("1m1:", Some("q:t"), &guide), None);
}
