//! Natural persons are public where the law says so, and not for search engines to collect.

use super::support::{DEPARTMENT, INDIVIDUAL, PERSON};
use super::{LANGS, SITE, get};

#[actix_web::test]
async fn pages_that_name_persons_stay_out_of_search_engines() {
    for (_, base) in LANGS {
        for path in [
            format!("/record/{}", SITE.person),
            format!("/record/{}", SITE.individual.1),
            format!("/enterprise/{}", SITE.individual.0),
            "/list/serious_listing".to_owned(),
            "/list/serious".to_owned(),
            "/search?q=%E7%A4%BA%E4%BE%8B".to_owned(),
        ] {
            let got = get(&format!("{base}{path}")).await;
            assert_eq!(got.status, 200, "{path}");
            assert_eq!(got.header("x-robots-tag"), "noindex", "{path}");
            let meta = "<meta name=\"robots\" content=\"noindex\">";
            assert!(got.body.contains(meta), "{path}");
        }
        for path in [
            "/".to_owned(),
            format!("/record/{}", SITE.overdue.1),
            format!("/enterprise/{}", SITE.overdue.0),
            format!("/authority/{DEPARTMENT}"),
            "/list/bulletin".to_owned(),
            "/log-state".to_owned(),
        ] {
            let got = get(&format!("{base}{path}")).await;
            assert_eq!(got.header("x-robots-tag"), "", "{path}");
            assert!(!got.body.contains("noindex"), "{path}");
            assert!(!got.body.contains(PERSON), "{path}");
            assert!(!got.body.contains(INDIVIDUAL), "{path}");
        }
    }
    for path in ["records", "proof"] {
        let got = get(&format!("/api/v1/{path}/{}", SITE.person)).await;
        assert_eq!(got.header("x-robots-tag"), "noindex", "{path}");
    }
}

/// The full name stands on the page of the record and nowhere else; nobody finds it by that name.
#[actix_web::test]
async fn a_person_is_named_in_full_on_the_page_of_the_record_alone() {
    const MASKED: &str = "张＊";
    for (_, base) in LANGS {
        let record = get(&format!("{base}/record/{}", SITE.person)).await.body;
        assert!(record.contains(PERSON) && record.contains(MASKED));
        let title = record.split("<title>").nth(1).unwrap();
        let title = title.split("</title>").next().unwrap();
        assert!(title.contains(MASKED) && !title.contains(PERSON), "{title}");
        for list in ["serious_listing", "serious"] {
            let list = get(&format!("{base}/list/{list}")).await.body;
            assert!(list.contains(MASKED) && !list.contains(PERSON));
        }
        let link = format!("/record/{}\"", SITE.person);
        let found = get(&format!("{base}/search?q=%E5%BC%A0%E6%9F%90%E6%9F%90")).await;
        assert!(!found.body.contains(&link));
        // By what it did it is found, under the surname.
        let found = get(&format!("{base}/search?q=%E5%BC%A0&kind=serious_listing")).await;
        assert!(!found.body.contains(PERSON));
    }
}
