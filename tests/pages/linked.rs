//! Nothing is left out of a list without a word and a way to it.

use super::support::REFERRERS;
use super::{LANGS, SITE, between, escaped, page};
use gongshi::domain::Kind;
use gongshi::text::Catalogue;
use std::collections::BTreeSet;

#[actix_web::test]
async fn every_entry_that_refers_to_another_can_be_reached() {
    for (_, base) in LANGS {
        let mut path = format!("{base}/record/0");
        let (mut seen, mut pages) = (BTreeSet::new(), 0);
        loop {
            let html = page(&path, 200).await;
            let linked = between(&html, "<ul class=\"linked\">", "</section>");
            let list = linked.split("</ul>").next().unwrap();
            for part in list.split(&format!("href=\"{base}/record/")).skip(1) {
                seen.insert(part.split('"').next().unwrap().parse::<u64>().unwrap());
            }
            assert!(list.matches("<li>").count() <= 50, "{list}");
            pages += 1;
            match linked.split_once("rel=\"next\" href=\"") {
                Some((_, rest)) => path = rest.split('"').next().unwrap().replace("#linked", ""),
                None => break,
            }
        }
        let model = &SITE.app.portal.model;
        let all = model.referrers(0, None, usize::MAX).unwrap();
        assert!(all.len() > REFERRERS && all.is_sorted_by(|a, b| a > b));
        assert_eq!(seen, all.into_iter().collect(), "{pages} pages");
        assert!(pages > 1);
    }
}

#[actix_web::test]
async fn a_stretch_of_them_is_the_same_record() {
    let html = page("/record/0?before=30", 200).await;
    assert!(html.contains("<link rel=\"canonical\" href=\"/record/0\">"));
    assert!(html.contains("href=\"/record/0#linked\""), "{html}");
    for odd in ["x", "-1", "0", "99999999999999999999"] {
        page(&format!("/record/0?before={odd}"), 200).await;
    }
    let few = SITE.app.portal.model.referrers(0, Some(30), 2).unwrap();
    assert!(few.len() == 2 && few[0] < 30, "{few:?}");
}

/// A record that says it was drawn shows that this log holds no draw of it.
#[actix_web::test]
async fn a_draw_that_is_not_in_the_log_is_not_taken_for_granted() {
    let body = SITE.body(Kind::InspectionResult);
    assert!(body["draw_basis"] == "drawn", "{body}");
    for (lang, base) in LANGS {
        let said = escaped(&Catalogue::built_in().get(lang, "page-record-no-draw", &[]));
        let shown =
            async |kind: Kind| page(&format!("{base}/record/{}", SITE.index[&kind]), 200).await;
        assert!(shown(Kind::InspectionResult).await.contains(&said));
        assert!(!shown(Kind::Permit).await.contains(&said));
    }
}
