//! What follows a click or a command, page by page.

use super::*;

#[test]
fn pages_as_sent_to_discord() {
    let guide = small_guide();
    let knowledge = &guide.knowledge;
    let topic = knowledge.topic("bread").unwrap();
    let page = reply::topic_page(knowledge, topic, 1).unwrap();
    insta::assert_snapshot!(shortened(&shown(&page, Audience::OnePerson)), @r#"
    9 components, 609 characters
    {"content":"-# Small guide › Small outside › Small baking bread\n## Small people for baking bread\nSmall says how baking bread is done well, and why.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [Small on baking bread](https://Small.example.org/bread) · book, free","type":10}
    {"content":"-# Page 2 of 2 · Reviewed 2026-01-01","type":10}
    {"components":[{"custom_id":"1h7:p:bread:0","label":"Back","style":2,"type":2},{"custom_id":"1h7:r:bread::::0","label":"All resources","style":2,"type":2}],"type":1}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"label":"Small way of baking bread","value":"h:p:bread:0"}],"placeholder":"Sections of this topic","type":3}],"type":1}
    "#);
    let category = reply::category(knowledge, &knowledge.categories()[0], 0);
    insta::assert_snapshot!(shown(&category, Audience::OnePerson), @r#"
    5 components, 232 characters
    {"content":"-# Small guide\n## Small outside\nSmall things.\n- **Small baking bread**: Small in one line.\n- **Small storing cheese**: Small in one line.\n- **Small crossing rivers**: Small in one line.\n- **Small pitching tents**: Small in one line.","id":1000000,"type":10}
    {"components":[{"custom_id":"1h7:t","label":"All categories","style":2,"type":2}],"type":1}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"description":"Small in one line.","label":"Small baking bread","value":"h:p:bread:0"},{"default":false,"description":"Small in one line.","label":"Small storing cheese","value":"h:p:cheese:0"},{"default":false,"description":"Small in one line.","label":"Small crossing rivers","value":"h:p:rivers:0"},{"default":false,"description":"Small in one line.","label":"Small pitching tents","value":"h:p:tents:0"}],"placeholder":"Open a topic","type":3}],"type":1}
    "#);
}

#[test]
fn filtered_resources_as_sent_to_discord() {
    let guide = small_guide();
    let of = |kind, cost| {
        let filter = Filter {
            topic: Some("bread".to_owned()),
            kind,
            cost,
            level: None,
        };
        let reply = reply::resources(&guide.knowledge, &filter, 0).unwrap();
        // The other filters are shown without a topic.
        let few = reply.filters.into_iter();
        let is_on = |filter: &Choice| !filter.detail.is_empty();
        let few = few.filter(is_on).collect();
        let reply = Reply {
            filters: few,
            ..reply
        };
        shown(&reply, Audience::Channel)
    };
    insta::assert_snapshot!(of(Some(Kind::Book), Some(Cost::Free)), @r#"
    7 components, 202 characters
    {"content":"-# Small guide › Small outside › Small baking bread\n## Resources: Small baking bread\nSmall in one line. Only: book, free.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [Small on baking bread](https://Small.example.org/bread) · book, free","type":10}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"label":"Small way of baking bread","value":"a:s:bread:how"},{"default":false,"label":"Small people for baking bread","value":"a:s:bread:with-whom"}],"placeholder":"Read on","type":3}],"type":1}
    {"components":[{"custom_id":"1m7:f","disabled":false,"options":[{"default":false,"description":"Remove this filter","label":"Topic: all","value":"h:r::book:free::0"},{"default":false,"description":"Remove this filter","label":"Kind: book","value":"h:r:bread::free::0"},{"default":false,"description":"Remove this filter","label":"Cost: free","value":"h:r:bread:book:::0"}],"placeholder":"Filter this list","type":3}],"type":1}
    "#);
    insta::assert_snapshot!(of(None, Some(Cost::Paid)), @r#"
    5 components, 142 characters
    {"content":"-# Small guide › Small outside › Small baking bread\n## Resources: Small baking bread\nNothing matches. Only: paid. Remove a filter to see more.","id":1000000,"type":10}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"label":"Small way of baking bread","value":"a:s:bread:how"},{"default":false,"label":"Small people for baking bread","value":"a:s:bread:with-whom"}],"placeholder":"Read on","type":3}],"type":1}
    {"components":[{"custom_id":"1m7:f","disabled":false,"options":[{"default":false,"description":"Remove this filter","label":"Topic: all","value":"h:r:::paid::0"},{"default":false,"description":"Remove this filter","label":"Cost: paid","value":"h:r:bread::::0"}],"placeholder":"Filter this list","type":3}],"type":1}
    "#);
}
