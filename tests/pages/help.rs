//! Pages that explain: every kind of record is there with its list, and what they lead to is there.

use super::{LANGS, get, page};
use gongshi::domain::Kind;
use gongshi::text::Catalogue;

#[actix_web::test]
async fn help_explains_every_kind_and_leads_on() {
    for (lang, base) in LANGS {
        let html = page(&format!("{base}/help"), 200).await;
        for kind in Kind::ALL {
            let words = Catalogue::built_in().get(lang, &format!("kindhelp-{kind}"), &[]);
            assert!(html.contains(&super::escaped(&words)), "{kind}: {words}");
            assert!(html.contains(&format!("{base}/list/{kind}\"")), "{kind}");
        }
        let links = html.split("href=\"").skip(1);
        let links = links.filter_map(|rest| rest.split('"').next());
        let (mut inside, mut outside) = (0, 0);
        for link in links.filter(|link| !link.starts_with("http")) {
            match link.strip_prefix('#') {
                Some(id) => {
                    inside += 1;
                    assert!(html.contains(&format!("id=\"{id}\"")), "{link}");
                }
                None => {
                    outside += 1;
                    assert!(get(link).await.status.is_success(), "{link}");
                }
            }
        }
        assert!(inside >= 8 && outside > Kind::ALL.len());
    }
}

/// Every page leads to help and to the accessibility statement.
#[actix_web::test]
async fn every_page_leads_to_help() {
    for (_, base) in LANGS {
        for path in ["/", "/search", "/nothing", "/help", "/accessibility"] {
            let html = get(&format!("{base}{path}")).await.body;
            for to in ["/help", "/accessibility"] {
                assert!(html.contains(&format!("href=\"{base}{to}\"")), "{path}");
            }
        }
    }
}
