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
