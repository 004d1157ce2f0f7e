//! A listing whose term is over is shown as that: neither as in force without a word, nor as gone.

use super::{LANGS, SITE, between, escaped, page};
use gongshi::text::{Catalogue, Lang};

fn say(lang: Lang, key: &str) -> String {
    escaped(&Catalogue::built_in().get(lang, key, &[("date", "2026-08-31".into())]))
}

#[actix_web::test]
async fn an_enterprise_past_its_term_is_neither_listed_nor_free() {
    for (lang, base) in LANGS {
        let say = |key| say(lang, key);
        let html = page(&format!("{base}/enterprise/{}", SITE.overdue.0), 200).await;
        let status = between(&html, "class=\"standing\"", "</section>");
        for key in [
            "page-enterprise-serious-over",
            "page-term-over",
            "page-term-still-listed",
        ] {
            assert!(status.contains(&say(key)), "{key}\n{status}");
        }
        for key in ["page-enterprise-serious-on", "page-enterprise-serious-off"] {
            assert!(!status.contains(&say(key)), "{key}\n{status}");
        }
        let html = page(&format!("{base}/enterprise/{}", SITE.last_day.0), 200).await;
        assert!(html.contains(&say("page-enterprise-serious-on")));
        assert!(!html.contains(&say("page-term-still-listed")));
    }
}

#[actix_web::test]
async fn its_record_says_so_too() {
    for (lang, base) in LANGS {
        let over = say(lang, "page-term-over");
        let still = say(lang, "page-term-still-listed");
        let html = page(&format!("{base}/record/{}", SITE.overdue.1), 200).await;
        assert!(html.contains(&over) && html.contains(&still), "{html}");
        // So of a person, who has no code; one who was removed is neither.
        let html = page(&format!("{base}/record/{}", SITE.person), 200).await;
        assert!(html.contains(&over) && html.contains(&still), "{html}");
        let html = page(&format!("{base}/record/{}", SITE.freed), 200).await;
        assert!(!html.contains(&over) && !html.contains(&still), "{html}");
        let html = page(&format!("{base}/record/{}", SITE.last_day.1), 200).await;
        assert!(!html.contains(&still), "{html}");
    }
}

#[actix_web::test]
async fn lists_and_results_mark_it() {
    for (lang, base) in LANGS {
        let over = say(lang, "page-term-over");
        let html = page(&format!("{base}/list/serious"), 200).await;
        // The enterprise and the person.
        assert_eq!(html.matches(&over).count(), 2, "{html}");
        let row = between(&html, &SITE.overdue.0, "</tr>");
        assert!(row.contains(&over), "{row}");
        // Among the records is that of the person who was removed.
        let html = page(&format!("{base}/list/serious_listing"), 200).await;
        assert_eq!(html.matches(&over).count(), 3, "{html}");
        let search = format!("{base}/search?q=%E7%A4%BA%E4%BE%8B%E5%88%B0%E6%9C%9F");
        assert!(page(&search, 200).await.contains(&over));
    }
}
