//! Lists: pages, their envelope, and the headers that say the same.

use std::{collections::HashMap, time::Duration};

use serde_json::{Value, json};

use crate::{
    stored::standing_clock,
    support::{Answer, House, Platform, on_both},
};

/// The addresses of a `Link` header by their relation.
fn links(answer: &Answer) -> HashMap<String, String> {
    let header = answer.header("link");
    header
        .split(", ")
        .map(|link| {
            let (address, rel) = link.split_once("; ").expect("parameters");
            let address = address.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).expect("an address");
            let rel = rel.strip_prefix("rel=\"").and_then(|rest| rest.strip_suffix('"')).expect("a relation");
            (rel.to_owned(), address.to_owned())
        })
        .collect()
}

fn names(answer: &Answer) -> Vec<&str> {
    answer.body["data"].as_array().expect("a list").iter().map(|item| item["name"].as_str().expect("a name")).collect()
}

/// A platform with so many customers, each made a second after the one before.
async fn customers(house: &House, how_many: u32) -> Platform {
    let acme = house.platform("Acme").await;
    for number in 1..=how_many {
        acme.customer(&format!("c{number}")).await;
        house.clock.advance(Duration::from_secs(1));
    }
    acme
}

on_both! {
    async fn a_list_comes_in_pages_newest_first(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = customers(&house, 7).await;

        let first = acme.get("/customers?per_page=3").await;
        assert_eq!(names(&first), ["c7", "c6", "c5"]);
        assert_eq!(first.body["meta"], json!({"page": 1, "per_page": 3, "total_pages": 3, "total_count": 7}));
        let headers = ["x-page", "x-per-page", "x-total-pages", "x-total"].map(|name| first.header(name));
        assert_eq!(headers, ["1", "3", "3", "7"]);
        let base = format!("{}/platform/v1/customers?per_page=3", house.url);
        assert_eq!(links(&first), HashMap::from([
            ("first".to_owned(), format!("{base}&page=1")),
            ("next".to_owned(), format!("{base}&page=2")),
            ("last".to_owned(), format!("{base}&page=3")),
        ]));

        // A client that follows `next` sees everything once.
        let mut seen: Vec<String> = names(&first).into_iter().map(str::to_owned).collect();
        let mut here = first;
        while let Some(next) = links(&here).get("next") {
            let path = next.strip_prefix(&format!("{}/platform/v1", house.url)).expect("our own address").to_owned();
            here = acme.get(&path).await;
            seen.extend(names(&here).into_iter().map(str::to_owned));
        }
        assert_eq!(seen, ["c7", "c6", "c5", "c4", "c3", "c2", "c1"]);
        assert_eq!(here.body["meta"]["page"], 3);
        let relations = links(&here);
        assert_eq!(relations["prev"], format!("{base}&page=2"));
        assert!(!relations.contains_key("next"));
    }

    async fn twenty_are_on_a_page_unless_asked_otherwise(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = customers(&house, 21).await;
        let first = acme.get("/customers").await;
        assert_eq!(names(&first).len(), 20);
        assert_eq!(first.body["meta"], json!({"page": 1, "per_page": 20, "total_pages": 2, "total_count": 21}));
        assert_eq!(names(&acme.get("/customers?page=2").await), ["c1"]);
        assert_eq!(names(&acme.get("/customers?per_page=100").await).len(), 21);
        assert_eq!(names(&acme.get("/customers?per_page=1&page=21").await), ["c1"]);
    }

    async fn an_empty_list_has_one_page(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        for path in [
            "/customers?name_contains=nobody".to_owned(),
            format!("/customers/{customer}/setup_links"),
            "/whatsapp/phone_numbers".to_owned(),
        ] {
            let list = acme.get(&path).await;
            let meta = json!({"page": 1, "per_page": 20, "total_pages": 1, "total_count": 0});
            assert_eq!(list.body, json!({"data": [], "meta": meta}), "{path}");
            assert_eq!((list.header("x-total"), list.header("x-total-pages")), ("0", "1"));
            let links = links(&list);
            assert_eq!(links.len(), 2, "{links:?}");
            assert_eq!(links["first"], links["last"]);
        }
    }

    async fn the_addresses_keep_the_filter_and_lead_back_from_beyond_the_end(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = customers(&house, 3).await;
        let list = acme.get("/customers?name_contains=c%261%20&page=9&per_page=2").await;
        assert_eq!(list.body["meta"]["total_count"], 0);
        assert!(links(&list)["first"].ends_with("/customers?name_contains=c%261+&per_page=2&page=1"), "{list:?}");

        let beyond = acme.get("/customers?page=9&per_page=2").await;
        assert_eq!(beyond.status, 200);
        assert_eq!(beyond.body["data"], Value::Array(vec![]));
        assert!(links(&beyond)["prev"].ends_with("page=2"), "{beyond:?}");
        assert!(!links(&beyond).contains_key("next"));
        assert_eq!(acme.get("/customers?page=4294967295&per_page=100").await.status, 200);
    }

    async fn a_page_that_cannot_be_is_refused(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        for list in ["/customers".to_owned(), format!("/customers/{customer}/setup_links"), "/whatsapp/phone_numbers".to_owned()] {
            for (query, fields) in [
                ("page=0", vec!["page"]),
                ("page=-1", vec!["page"]),
                ("page=two", vec!["page"]),
                ("page=1.5", vec!["page"]),
                ("page=99999999999999999999", vec!["page"]),
                ("per_page=0", vec!["per_page"]),
                ("per_page=101", vec!["per_page"]),
                ("page=0&per_page=many", vec!["page", "per_page"]),
            ] {
                assert_eq!(acme.get(&format!("{list}?{query}")).await.refused_fields(), fields, "{list} {query}");
            }
            assert_eq!(acme.get(&format!("{list}?page=&per_page=")).await.status, 200, "empty is as if not there");
        }
    }
}
