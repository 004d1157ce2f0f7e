//! The rules stand on a page with basis and mark, and each record's page says until when it is shown, by which of them.

use super::{LANGS, SITE, between, escaped, get, page};
use gongshi::domain::Kind;
use gongshi::text::Catalogue;

#[actix_web::test]
async fn every_version_stands_on_the_page_and_in_the_document() {
    let rules = SITE.app.portal.intake.rules();
    let document = get("/api/v1/rules").await;
    let document: serde_json::Value = serde_json::from_str(&document.body).unwrap();
    let digest = gongshi_verify::encoding::hex(rules.digest());
    assert_eq!(document["digest"], digest.as_str());
    assert_eq!(
        document["calendar"]["to"],
        rules.calendar().covers().1.to_string()
    );
    for (_, base) in LANGS {
        let html = page(&format!("{base}/rules"), 200).await;
        assert!(html.contains(&digest));
        for (file, versions) in rules.versions() {
            assert!(html.contains(&format!("href=\"{base}/rules/{file}\"")));
            let html = page(&format!("{base}/rules/{file}"), 200).await;
            let told = document["rules"][file].as_array().unwrap();
            assert_eq!(told.len(), versions.len());
            for (version, told) in versions.iter().zip(told) {
                assert_eq!(told["id"], version.id());
                assert_eq!(told["confirmed"], version.confirmed);
                assert_eq!(told["text"], version.text);
                assert!(version.text.starts_with("[[") && !version.text.ends_with('#'));
                let name = format!("= \"{}\"", version.name);
                assert!(version.text.contains(&name), "{version:?}");
                assert_eq!(version.text.matches("\n[[").count(), 0);
                assert!(html.contains(&escaped(&version.text)), "{}", version.text);
                assert!(html.contains(&escaped(&version.basis)), "{}", version.basis);
            }
        }
    }
}

#[actix_web::test]
async fn a_record_says_until_when_and_by_which_rule() {
    let index = SITE.index[&Kind::Penalty];
    for (lang, base) in LANGS {
        let say = |key, args: &[_]| escaped(&Catalogue::built_in().get(lang, key, args));
        // Published on 2026-09-01; general, so one year.
        let until = say("page-display-until", &[("date", "2027-09-01".into())]);
        let html = page(&format!("{base}/record/{index}"), 200).await;
        assert!(html.contains(&until), "{until}\n{html}");
        assert!(html.contains("<code>samr107-general@2025-12-25</code>"));
        assert!(html.contains(&say("page-rules-unconfirmed", &[])));
        let index = SITE.index[&Kind::Plan];
        let html = page(&format!("{base}/record/{index}"), 200).await;
        assert!(html.contains(&say("page-display-open", &[])));
        assert!(!html.contains(&say("page-rules-unconfirmed", &[])));
    }
}

/// Departments are refused by the reasons that fit a ground: they stand on the page by their names, and in the document.
#[actix_web::test]
async fn a_ground_of_listing_says_which_reasons_do_away_with_it() {
    let document = get("/api/v1/rules").await;
    let document: serde_json::Value = serde_json::from_str(&document.body).unwrap();
    let told = document["codes"]["abnormal_reason"].as_array().unwrap();
    let told = told
        .iter()
        .find(|one| one["code"] == "annual_report_missing")
        .unwrap();
    assert_eq!(
        told["removed_by"],
        serde_json::json!(["annual_report_filed"])
    );
    let results = document["codes"]["result"].as_array().unwrap();
    let clean = results
        .iter()
        .find(|one| one["code"] == "no_problem_found")
        .unwrap();
    assert_eq!(clean["negative"], false);
    for (lang, base) in LANGS {
        let html = page(&format!("{base}/rules/codes"), 200).await;
        let filed =
            Catalogue::built_in().named_code(lang, "removal_reason", "annual_report_filed", None);
        let row = between(&html, "<code>annual_report_missing</code>", "</tr>");
        assert!(row.contains(&escaped(&filed)), "{row}");
        let row = between(&html, "<code>no_problem_found</code>", "</tr>");
        assert!(!row.contains(&escaped(&filed)), "{row}");
    }
}
