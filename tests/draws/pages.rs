//! The pages of plans and draws at every stage, as a browser without scripts meets them.

use crate::handed_in::{ROUND, SIGNATURE, by_beacon};
use crate::scene::*;
use crate::setting::holes;
use crate::support::{County, KEY, LEAD, NOTARY, PARTNER, code, objects};
use actix_web::{App, test};
use gongshi::text::{Catalogue, Lang};
use gongshi::web::Portal;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// One county for all tests, made on a thread of its own, since appending waits.
static SCENE: LazyLock<Scene> = LazyLock::new(|| std::thread::spawn(Scene::new).join().unwrap());

const LANGS: [(Lang, &str); 2] = [(Lang::Zh, ""), (Lang::En, "/en")];

struct Got {
    status: u16,
    location: String,
    etag: String,
    robots: String,
    body: String,
}

async fn get_of(portal: &Portal, path: &str) -> Got {
    let app =
        test::init_service(App::new().configure(gongshi::web::configure(portal.clone()))).await;
    let request = test::TestRequest::with_uri(path).to_request();
    let response = test::call_service(&app, request).await;
    let header = |name: &str| {
        let value = response.headers().get(name);
        value.map_or("", |value| value.to_str().unwrap()).to_owned()
    };
    Got {
        status: response.status().as_u16(),
        location: header("location"),
        etag: header("etag"),
        robots: header("x-robots-tag"),
        body: String::from_utf8_lossy(&test::read_body(response).await).into_owned(),
    }
}

async fn get(path: &str) -> Got {
    get_of(&SCENE.county.log.app.portal, path).await
}

/// A page, with what must hold of every page.
async fn page(path: &str, status: u16) -> String {
    let got = get(path).await;
    assert_eq!(got.status, status, "{path}\n{}", got.body);
    sound(path, &got.body);
    got.body
}

fn sound(path: &str, html: &str) {
    assert!(html.len() < 100_000, "{path}: {} bytes", html.len());
    assert_eq!(html.matches("<h1>").count(), 1, "{path}");
    for script in html.split("<script").skip(1) {
        assert!(
            script.starts_with(" type=\"module\" src=\"/static/"),
            "{path}: {script}"
        );
    }
    assert!(
        !html.contains(" style=") && !html.contains(" onclick"),
        "{path}"
    );
    for text in html.split('>').filter_map(|part| part.split('<').next()) {
        for key in [
            "page-",
            "plan-stage",
            "plan-next",
            "plan-answer",
            "plan-reason",
            "code-",
            "{ $",
        ] {
            assert!(!text.contains(key), "{path}: {text}");
        }
    }
    let mut last = 0;
    for rest in html.split("<h").skip(1) {
        if let Some(level @ b'1'..=b'6') = rest.as_bytes().first() {
            assert!(
                level - b'0' <= last + 1,
                "{path}: h{last} then h{}",
                level - b'0'
            );
            last = level - b'0';
        }
    }
    let ids: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(
        ids.len(),
        ids.iter().collect::<BTreeSet<_>>().len(),
        "{path}: {ids:?}"
    );
    balanced(path, html);
    if !path.starts_with("/en/") {
        assert_eq!(holes(html), Vec::<String>::new(), "{path}");
    }
}

/// Every element that is opened is closed, in order.
fn balanced(path: &str, html: &str) {
    const VOID: &[&str] = &["meta", "link", "img", "input", "br", "hr", "!doctype"];
    let mut open: Vec<&str> = Vec::new();
    for part in html.split('<').skip(1) {
        let tag = part.split('>').next().unwrap();
        let name = tag.split([' ', '\n']).next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{path}: </{name}> after {part}"),
            None if VOID.contains(&name) || tag.ends_with('/') => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{path}: {open:?}");
}

fn say(lang: Lang, key: &str) -> String {
    let text = Catalogue::built_in().get(lang, key, &[]);
    escaped(&text)
}

fn escaped(text: &str) -> String {
    let pairs = [
        ('&', "&amp;"),
        ('<', "&lt;"),
        ('>', "&gt;"),
        ('"', "&quot;"),
        ('\'', "&#x27;"),
    ];
    let mut escaped = text.to_owned();
    for (character, entity) in pairs {
        escaped = escaped.replace(character, entity);
    }
    escaped
}

/// Every page there is of the scene's plans.
fn paths() -> Vec<String> {
    let mut paths: Vec<String> = [
        "/",
        "/plans",
        "/plans?stage=drawn",
        "/check",
        "/fairness",
        "/fairness?year=2026&authority=000000-SCJG",
    ]
    .map(str::to_owned)
    .to_vec();
    for key in EVERY {
        paths.push(format!("/plans/{key}"));
        for id in [code(1), code(7), "Z".to_owned()] {
            paths.push(format!("/draws/{key}/target/{id}"));
        }
    }
    for key in [DRAWN, TARGETED, OPENED, SEALED] {
        paths.push(format!("/draws/{key}"));
        for department in [LEAD, PARTNER] {
            paths.push(format!("/plans/{key}/tasks/{department}"));
        }
    }
    let docket = SCENE.county.log.app.portal.intake.docket();
    let key = gongshi_verify::names::PlanKey::parse(DRAWN).unwrap();
    for target in docket.targets(&key).unwrap() {
        paths.push(format!("/draws/{DRAWN}/target/{}", target.target_id));
    }
    paths
}

#[actix_web::test]
async fn every_page_is_sound_in_both_languages() {
    for (_, base) in LANGS {
        for path in paths() {
            page(&format!("{base}{path}"), 200).await;
        }
    }
}

#[actix_web::test]
async fn links_lead_somewhere() {
    let mut known: BTreeSet<String> = BTreeSet::new();
    for (_, base) in LANGS {
        for path in paths() {
            let path = format!("{base}{path}");
            let html = get(&path).await.body;
            for rest in html.split(" href=\"").skip(1) {
                let link = rest.split('"').next().unwrap().replace("&amp;", "&");
                if let Some(fragment) = link.strip_prefix('#') {
                    assert!(
                        html.contains(&format!("id=\"{fragment}\"")),
                        "{path}: #{fragment}"
                    );
                    continue;
                }
                assert!(link.starts_with('/'), "{path}: {link}");
                known.insert(link.split('#').next().unwrap().to_owned());
            }
        }
    }
    assert!(known.len() > 100);
    for link in known {
        let got = get(&link).await;
        // An enterprise that no record names has no page, and says so.
        let unknown = link.contains("/enterprise/") && got.status == 404;
        assert!(got.status == 200 || unknown, "{link}: {}", got.status);
    }
}

/// What the list cannot be narrowed to is said, not passed over.
#[actix_web::test]
async fn what_a_list_of_plans_does_not_know_is_refused() {
    for (lang, base) in LANGS {
        for (query, told) in [
            ("stage=foo", "stage=foo"),
            ("before=abc", "before=abc"),
            ("before=12", "page"),
            ("stage=drawn&stage=nonsense", "lapsed"),
        ] {
            let html = page(&format!("{base}/plans?{query}"), 400).await;
            assert!(html.contains(&say(lang, "page-error-value")), "{query}");
            assert!(html.contains(told), "{query}");
        }
        page(&format!("{base}/plans?authority=%20x"), 404).await;
        page(&format!("{base}/plans?stage=&authority="), 200).await;
        page(&format!("{base}/plans?utm_source=x"), 200).await;
    }
}

/// Why a plan was called off stands on its page in words, how long before the randomness all was fixed, too.
#[actix_web::test]
async fn a_plan_says_why_it_was_called_off_and_what_its_lead_is() {
    let html = page(&format!("/plans/{CANCELLED}"), 200).await;
    assert!(html.contains("检查时间有误。"), "{html}");
    let api = get(&format!("/api/v1/plans/{CANCELLED}")).await.body;
    let api: serde_json::Value = serde_json::from_str(&api).unwrap();
    assert_eq!(api["cancelled"]["reason_text"], "检查时间有误。");
    assert_eq!(api["lead_seconds"], serde_json::Value::Null);
    assert!(
        api["items"][0]
            .as_object()
            .unwrap()
            .contains_key("item_part")
    );
    let api = get(&format!("/api/v1/plans/{WAITING}")).await.body;
    let api: serde_json::Value = serde_json::from_str(&api).unwrap();
    assert_eq!(api["lead_seconds"], 600);
    let html = page(&format!("/en/plans/{WAITING}"), 200).await;
    assert!(
        html.contains("where the plan asks for 10 min at least"),
        "{html}"
    );
    // A card's page knows which plans will not be drawn.
    let html = page(&format!("/draws/{CANCELLED}/target/{}", code(1)), 200).await;
    assert!(html.contains("data-ended=\"cancelled\""), "{html}");
    let html = page(&format!("/draws/{DRAWN}/target/{}", code(1)), 200).await;
    assert!(html.contains("data-ended=\"\""), "{html}");
}

#[actix_web::test]
async fn a_plan_says_where_it_stands_and_what_comes_next() {
    for (lang, base) in LANGS {
        for (key, stage, next) in [
            (DRAWN, "drawn", "drawn"),
            (CANCELLED, "cancelled", "cancelled"),
            (VOID, "void", "void"),
            (LAPSED, "lapsed", "lapsed"),
            (LATE, "late", "late"),
            (WAITING, "waiting", "waiting"),
            (REVEALING, "revealing", "revealing"),
            (DUE, "due", "due-round"),
            (PREPARING, "preparing", "preparing"),
        ] {
            let html = page(&format!("{base}/plans/{key}"), 200).await;
            for word in [format!("plan-stage-{stage}"), format!("plan-next-{next}")] {
                assert!(html.contains(&say(lang, &word)), "{key}: {word}");
            }
            // A round can be handed in where one is waited for.
            let waits = [LAPSED, LATE, WAITING, DUE].contains(&key);
            assert_eq!(html.contains("action=\"/api/v1/beacons\""), waits, "{key}");
            let libraries = format!("<dt>{}</dt>", say(lang, "page-library-root"));
            assert_eq!(html.matches(&libraries).count(), 2, "{key}");
            let list = page(&format!("{base}/plans"), 200).await;
            let row = list.split(&format!(">{key}<")).nth(1).unwrap();
            let row = row.split("</tr>").next().unwrap();
            assert!(
                row.contains(&say(lang, &format!("plan-stage-{stage}"))),
                "{row}"
            );
        }
        let html = page(&format!("{base}/plans/{WAITING}"), 200).await;
        assert!(html.contains(&say(lang, "page-plan-unrevealed")));
        let html = page(&format!("{base}/plans/{REVEALING}"), 200).await;
        assert!(html.contains(&say(lang, "page-plan-uncommitted")));
        let html = page(&format!("{base}/plans/{CANCELLED}"), 200).await;
        assert!(html.contains(&say(lang, "code-cancel_reason-plan_error")));
        let deadline = format!("<h3>{}", say(lang, "page-course-deadline"));
        assert!(!html.contains(&deadline));
        let html = page(&format!("{base}/plans/{DRAWN}"), 200).await;
        assert!(
            html.contains("class=\"over\""),
            "no bar for what is overdue"
        );
        assert!(html.contains(&say(lang, "code-substitute_reason-unreachable")));
    }
}

#[actix_web::test]
async fn plans_are_narrowed_by_stage_and_department() {
    let all = page("/plans", 200).await;
    assert_eq!(all.matches("<td class=\"lead\">").count(), EVERY.len());
    let drawn = page("/plans?stage=drawn", 200).await;
    assert_eq!(drawn.matches("<td class=\"lead\">").count(), 4);
    assert!(drawn.contains("aria-current=\"true\""));
    let nobody = page(&format!("/plans?authority={NOTARY}"), 200).await;
    assert_eq!(nobody.matches("<td class=\"lead\">").count(), 0);
    page("/plans?page=2", 400).await;
}

#[actix_web::test]
async fn a_draw_shows_what_it_was_made_of() {
    let state = SCENE.county.state(DRAWN);
    let draw = state.draw.clone().unwrap();
    for (lang, base) in LANGS {
        let html = page(&format!("{base}/draws/{DRAWN}"), 200).await;
        for part in [
            draw.random_value.as_str(),
            &draw.seed,
            &"01".repeat(32),
            &"02".repeat(32),
            &format!("data-file=\"/api/v1/draws/{DRAWN}\""),
            "data-draw-check",
            "4/19",
        ] {
            assert!(html.contains(part), "{part}");
        }
        let docket = SCENE.county.log.app.portal.intake.docket();
        let key = gongshi_verify::names::PlanKey::parse(DRAWN).unwrap();
        for target in docket.targets(&key).unwrap() {
            assert!(html.contains(&target.target_id) && html.contains(&target.ticket));
            for seat in target.seats {
                assert!(html.contains(seat.officer_id.as_deref().unwrap()));
            }
        }
        let targeted = format!("tag warn\">{}", say(lang, "page-rule-targeted"));
        assert!(!html.contains(&targeted));
        let html = page(&format!("{base}/draws/{TARGETED}"), 200).await;
        assert_eq!(html.matches(&targeted).count(), 1);
        assert!(!html.contains('✓'));
    }
    for key in [CANCELLED, VOID, LAPSED, LATE, WAITING, PREPARING] {
        let got = get(&format!("/en/draws/{key}")).await;
        assert_eq!(
            (got.status, got.location),
            (302, format!("/en/plans/{key}"))
        );
    }
}

/// What the page tells a reader to run gives what the draw recorded.
#[actix_web::test]
async fn the_recipe_gives_the_drawn() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("leaves.txt"), objects(30)).unwrap();
    for key in [DRAWN, TARGETED] {
        let html = page(&format!("/draws/{key}"), 200).await;
        let recipe = html.split("id=\"recipe\"").nth(1).unwrap();
        let recipe = recipe
            .split("<code>")
            .nth(1)
            .unwrap()
            .split("</code>")
            .next()
            .unwrap();
        let recipe = recipe
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
        let ran = std::process::Command::new("sh")
            .args(["-c", &recipe])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(ran.status.success(), "{ran:?}");
        let printed = String::from_utf8(ran.stdout).unwrap();
        let printed: BTreeSet<(String, String)> = printed
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(ticket, id)| (id.to_owned(), ticket.to_owned()))
            .collect();
        let docket = SCENE.county.log.app.portal.intake.docket();
        let key = gongshi_verify::names::PlanKey::parse(key).unwrap();
        let targets = docket.targets(&key).unwrap().into_iter();
        let drawn: BTreeSet<(String, String)> = targets
            .filter(|target| target.place.is_some())
            .map(|target| (target.target_id, target.ticket))
            .collect();
        assert_eq!(printed, drawn, "{recipe}");
    }
}

#[actix_web::test]
async fn an_answer_says_drawn_or_not_and_why_without_a_tick() {
    let docket = SCENE.county.log.app.portal.intake.docket();
    let key = gongshi_verify::names::PlanKey::parse(DRAWN).unwrap();
    let targets = docket.targets(&key).unwrap();
    let drawn = targets
        .iter()
        .find(|target| target.place == Some(0))
        .unwrap();
    let follower = targets
        .iter()
        .find(|target| target.replaces.is_some())
        .unwrap();
    let drawn_ids: BTreeSet<&String> = targets.iter().map(|target| &target.target_id).collect();
    let other = (0..30)
        .map(code)
        .find(|id| !drawn_ids.contains(id) && *id != code(7))
        .unwrap();
    for (lang, base) in LANGS {
        for (plan, id, answer) in [
            (DRAWN, &drawn.target_id, "drawn"),
            (DRAWN, &follower.target_id, "substitute"),
            (DRAWN, &other, "not-drawn"),
            (DRAWN, &code(7), "excluded"),
            (DRAWN, &"Z9".to_owned(), "absent-edge"),
            (DRAWN, &format!("{}0", code(3)), "absent"),
            (TARGETED, &code(0), "all"),
            (PREPARING, &code(1), "not-yet"),
            (CANCELLED, &code(1), "no-draw"),
            (SEALED, &code(1), "sealed"),
        ] {
            let html = page(&format!("{base}/draws/{plan}/target/{id}"), 200).await;
            // What the reason is filled in with is not asked here.
            let reason = say(lang, &format!("plan-reason-{answer}"));
            assert!(reason.contains("{$") || html.contains(&reason), "{reason}");
            let answer = say(lang, &format!("plan-answer-{answer}"));
            assert!(
                html.contains(&format!("<h2>{answer}</h2>")),
                "{plan} {id}: {answer}"
            );
            assert!(!html.contains('✓') && html.contains(&format!("data-id=\"{id}\"")));
        }
        let html = page(
            &format!("{base}/draws/{DRAWN}/target/{}", drawn.target_id),
            200,
        )
        .await;
        assert!(
            html.contains(&drawn.ticket)
                && html.contains(drawn.seats[0].officer_id.as_deref().unwrap())
        );
    }
    let asked = get(&format!(
        "/en/draws/{DRAWN}/target?id={}",
        code(1).to_lowercase()
    ))
    .await;
    let to = format!("/en/draws/{DRAWN}/target/{}", code(1));
    assert_eq!((asked.status, asked.location), (302, to));
    let asked = get(&format!("/draws/{DRAWN}/target?code=")).await;
    assert_eq!(
        (asked.status, asked.location),
        (302, format!("/draws/{DRAWN}#was-i-drawn"))
    );
    assert_eq!(
        get(&format!("/draws/{DRAWN}/target/{}", code(1)))
            .await
            .robots,
        "noindex"
    );
    page(&format!("/draws/{DRAWN}/target?id=a-b"), 400).await;
    page(&format!("/draws/{DRAWN}/target/a-b"), 400).await;
}

#[actix_web::test]
async fn a_sealed_list_is_shown_when_it_is_opened_and_not_before() {
    let root = SCENE
        .county
        .state(SEALED)
        .draw
        .unwrap()
        .sealed_root
        .unwrap();
    let docket = SCENE.county.log.app.portal.intake.docket();
    let key = gongshi_verify::names::PlanKey::parse(OPENED).unwrap();
    let opened = docket.targets(&key).unwrap();
    assert!(!opened.is_empty());
    for (lang, base) in LANGS {
        let html = page(&format!("{base}/draws/{SEALED}"), 200).await;
        assert!(html.contains(&root) && html.contains(&say(lang, "page-draw-unopened")));
        assert!((0..40).all(|n| !html.contains(&code(n))));
        let html = page(&format!("{base}/draws/{OPENED}"), 200).await;
        assert!(opened.iter().all(|target| html.contains(&target.target_id)));
        assert!(!html.contains("class=\"mono ticket\""));
        let html = page(&format!("{base}/plans/{SEALED}/tasks/{LEAD}"), 200).await;
        assert!(html.contains(&say(lang, "page-tasks-sealed")));
        // What a card opens stays on the device: its field has no name to be sent by.
        let html = page(&format!("{base}/check"), 200).await;
        assert_eq!(html.matches("<span hidden data-plan=").count(), 2);
        assert!(html.contains("id=\"check-card\" required") && !html.contains("data-code"));
    }
}

#[actix_web::test]
async fn task_cards_name_targets_officers_and_results() {
    let html = page(&format!("/en/plans/{DRAWN}/tasks/{LEAD}"), 200).await;
    assert_eq!(html.matches("class=\"blank\"").count(), 3);
    assert!(html.contains("P1") && html.contains("2026-04-30"));
    let partner = page(&format!("/en/plans/{DRAWN}/tasks/{PARTNER}"), 200).await;
    assert!(partner.matches("<li>\n<h2>").count() < html.matches("<li>\n<h2>").count());
    page(&format!("/plans/{DRAWN}/tasks/{NOTARY}"), 404).await;
    page(&format!("/plans/{DRAWN}/tasks/x"), 404).await;
    let early = get(&format!("/plans/{PREPARING}/tasks/{LEAD}")).await;
    assert_eq!(
        (early.status, early.location),
        (302, format!("/plans/{PREPARING}"))
    );
}

#[actix_web::test]
async fn what_is_not_there_is_said() {
    for (lang, base) in LANGS {
        for path in [
            "/plans/000000-SCJG/2026/99",
            "/plans/a/b/c",
            "/draws/000000-SCJG/2026/99",
            "/draws/x/y/z/target/A",
        ] {
            let html = page(&format!("{base}{path}"), 404).await;
            assert!(html.contains(&say(lang, "page-error-plan")), "{path}");
        }
        page(&format!("{base}/fairness?year=x"), 400).await;
        page(&format!("{base}/fairness?authority=x"), 404).await;
        page(&format!("{base}/plans/{DRAWN}?page=0"), 200).await;
        page(&format!("{base}/draws/{DRAWN}?page=9"), 400).await;
    }
}

#[actix_web::test]
async fn fairness_has_figures_that_lead_to_their_draws() {
    for (lang, base) in LANGS {
        let html = page(&format!("{base}/fairness?year=2026"), 200).await;
        for key in [DRAWN, TARGETED] {
            assert!(html.contains(&format!("href=\"{base}/draws/{key}\"")));
        }
        for word in [
            "page-fairness-meaning-1",
            "page-fairness-never",
            "page-fairness-officers",
        ] {
            assert!(html.contains(&say(lang, word)), "{word}");
        }
        let key = gongshi_verify::names::PlanKey::parse(DRAWN).unwrap();
        let docket = SCENE.county.log.app.portal.intake.docket().clone();
        let id = docket.targets(&key).unwrap().remove(0).target_id;
        let own = page(&format!("{base}/fairness?year=2026&target={id}"), 200).await;
        for key in [DRAWN, OPENED, TARGETED] {
            assert!(own.contains(&format!("/draws/{key}/target/{id}")), "{key}");
        }
        let nobody = page(&format!("{base}/fairness?year=2026&target=ZZ"), 200).await;
        assert!(nobody.contains(&say(lang, "page-fairness-sum-none")));
        page(&format!("{base}/fairness?year=2026&target=x"), 400).await;
        let none = page(&format!("{base}/fairness?year=1999"), 200).await;
        assert!(none.contains(&say(lang, "page-fairness-none")));
    }
    for table in ["rules", "strata", "times", "officers", "substitutes"] {
        let got = get(&format!("/api/v1/fairness.csv?year=2026&table={table}")).await;
        assert_eq!(got.status, 200);
        assert!(got.body.lines().count() > 1, "{table}: {}", got.body);
    }
    assert_eq!(get("/api/v1/fairness.csv?table=x").await.status, 400);
    assert_eq!(get("/api/v1/fairness.csv?year=x").await.status, 400);
}

#[actix_web::test]
async fn enterprises_and_records_lead_to_their_draws() {
    let docket = SCENE.county.log.app.portal.intake.docket();
    let key = gongshi_verify::names::PlanKey::parse(DRAWN).unwrap();
    let targets = docket.targets(&key).unwrap();
    let first = targets
        .iter()
        .find(|target| target.place == Some(0))
        .unwrap();
    let state = SCENE.county.state(DRAWN);
    for (_, base) in LANGS {
        let html = page(&format!("{base}/enterprise/{}", first.target_id), 200).await;
        let why = format!("href=\"{base}/draws/{DRAWN}/target/{}\"", first.target_id);
        assert!(html.contains(&why), "{html}");
        let indexes = [
            state.index,
            state.draw.as_ref().unwrap().index,
            state.commits[0].index,
            state.reveals[0].index,
            state.substitutes[0].index,
        ];
        for index in indexes {
            let html = page(&format!("{base}/record/{index}"), 200).await;
            assert!(
                html.contains(&format!("href=\"{base}/plans/{DRAWN}\"")),
                "{index}"
            );
        }
    }
}

#[actix_web::test]
async fn a_page_changes_its_tag_with_the_docket() {
    let county = std::thread::spawn(|| {
        let county = County::new();
        county.log.settle();
        county
    });
    let county = county.join().unwrap();
    let portal = county.log.app.portal.clone();
    let tag = async || get_of(&portal, "/plans").await.etag;
    let before = tag().await;
    assert!(!before.is_empty() && before == tag().await);
    let county = std::thread::spawn(move || {
        county.plan(KEY, &[]).unwrap();
        county
    });
    let county = county.join().unwrap();
    assert_ne!(tag().await, before);
    let before = get_of(&portal, &format!("/plans/{KEY}")).await.etag;
    // What is left of the time stands on the page.
    county.wait(60);
    assert_ne!(get_of(&portal, &format!("/plans/{KEY}")).await.etag, before);
}

/// A hundred and more are drawn: the list is turned to in pages, each small enough.
#[actix_web::test]
async fn a_long_list_is_cut_into_pages() {
    let county = std::thread::spawn(|| {
        let mut county = County::new();
        county.objects = county.library("objects", "open", &objects(130)).unwrap();
        county.wait(11 * 24 * 3600);
        let all = crate::common::body(&format!(
            r#"[{{"stratum":"food","rule_departments":["{LEAD}"],"num":1,"den":1,"minimum":1}},
            {{"stratum":"gas","rule_departments":["{LEAD}"],"num":1,"den":1,"minimum":1}}]"#
        ));
        let library = gongshi_verify::draw::library::Form::Open;
        let text = objects(130);
        let root = gongshi_verify::draw::library::Library::parse(library, &text)
            .unwrap()
            .root();
        let root = gongshi_verify::encoding::hex(&root);
        county.due(
            KEY,
            &[("rules", all), ("object_root", root.as_str().into())],
        );
        county.draw(KEY);
        county.log.settle();
        county
    });
    let county = county.join().unwrap();
    let portal = &county.log.app.portal;
    let mut seen = BTreeSet::new();
    let mut path = format!("/draws/{KEY}");
    for turned in 1.. {
        let html = get_of(portal, &path).await.body;
        sound(&path, &html);
        for rest in html.split(&format!("/draws/{KEY}/target/")).skip(1) {
            seen.insert(rest.split('"').next().unwrap().to_owned());
        }
        match html.split("rel=\"next\" href=\"").nth(1) {
            Some(rest) => path = rest.split('"').next().unwrap().replace("#drawn", ""),
            None => {
                assert_eq!(turned, 4);
                break;
            }
        }
    }
    seen.retain(|id| id.len() == 18);
    assert_eq!(seen.len(), 129);
    let tasks = get_of(portal, &format!("/plans/{KEY}/tasks/{LEAD}"))
        .await
        .body;
    sound("tasks", &tasks);
    assert!(tasks.contains("rel=\"next\""));
}

/// A round of the beacon, and numbers of the lottery mixed with secrets: every value of the way to R stands on the page.
#[actix_web::test]
async fn other_sources_of_randomness_are_told_step_by_step() {
    let counties = std::thread::spawn(|| {
        let beacon = County::new();
        by_beacon(&beacon);
        let signature = gongshi_verify::encoding::bytes_of_hex(SIGNATURE).unwrap();
        let intake = beacon.log.app.portal.intake.clone();
        intake.hand_in(ROUND, &signature).unwrap();
        beacon.draw(KEY);
        beacon.log.settle();

        let lottery = County::new();
        let drawn_at = lottery.now() + 9000;
        let time = |seconds: i64| {
            let time = gongshi_verify::time::Timestamp::from_unix(seconds).unwrap();
            gongshi_verify::json::Value::from(time.to_string())
        };
        let changes = [
            ("randomness", "lottery".into()),
            ("lottery_game", "union_lotto".into()),
            ("lottery_issue", "2026030".into()),
            ("lottery_at", time(drawn_at)),
            ("t0", time(drawn_at - 4000)),
            ("t1", time(drawn_at - 2000)),
        ];
        let plan = crate::support::without(lottery.plan_body(KEY, &changes), "delay_log2");
        lottery.say(LEAD, "plan", plan, Some(KEY)).unwrap();
        lottery.commit(NOTARY, KEY, 2).unwrap();
        lottery.until(drawn_at - 4000);
        lottery.reveal(NOTARY, KEY, 2).unwrap();
        lottery.until(drawn_at);
        let numbers = vec![vec![5, 12, 18, 21, 27, 33], vec![9]];
        let source = Some("中国福利彩票第2026030期公告".to_owned());
        let from = gongshi_verify::draw::given::Given::Numbers(numbers, source);
        let intake = lottery.log.app.portal.intake.clone();
        let composed =
            gongshi::draw::compose(&intake, &lottery.state(KEY), "000000", &from).unwrap();
        lottery.say(LEAD, "draw", composed.body, Some(KEY)).unwrap();
        lottery.log.settle();
        (beacon, lottery)
    });
    let (beacon, lottery) = counties.join().unwrap();
    for (county, parts) in [
        (&beacon, vec![SIGNATURE.to_owned(), ROUND.to_string()]),
        (
            &lottery,
            vec![
                "5.12.18.21.27.33./9./".to_owned(),
                "2026030".to_owned(),
                "ddraw/1|mix|".to_owned(),
                format!("000000-SCJG:-|000000-GZC:{}", "02".repeat(32)),
            ],
        ),
    ] {
        let draw = county.state(KEY).draw.unwrap();
        let portal = &county.log.app.portal;
        for (_, base) in LANGS {
            for path in [format!("{base}/draws/{KEY}"), format!("{base}/plans/{KEY}")] {
                sound(&path, &get_of(portal, &path).await.body);
            }
            let html = get_of(portal, &format!("{base}/draws/{KEY}")).await.body;
            for part in parts.iter().chain([&draw.random_value, &draw.seed]) {
                assert!(html.contains(part.as_str()), "{part}\n{html}");
            }
        }
    }
}

/// Every text that hashing is shown of gives the value shown below it.
#[actix_web::test]
async fn what_is_said_to_be_hashed_gives_what_is_shown() {
    let html = page(&format!("/en/draws/{DRAWN}"), 200).await;
    let mut hashed = 0;
    for rest in html
        .split("SHA-256(&quot;")
        .chain(html.split("SHA-256(\""))
        .skip(1)
    {
        let Some((text, after)) = rest.split_once("\")</p><p class=\"mono\">= ") else {
            continue;
        };
        let hash = gongshi_verify::hash::sha256(text.as_bytes());
        assert!(
            after.starts_with(&gongshi_verify::encoding::hex(&hash)),
            "{text}"
        );
        hashed += 1;
    }
    assert_eq!(hashed, 2);
}

/// Serves the county on the address in `GONGSHI_LOOK`, for a person to look at; does nothing without.
#[::core::prelude::v1::test]
fn the_county_can_be_looked_at() {
    if let Ok(listen) = std::env::var("GONGSHI_LOOK") {
        gongshi::web::serve(SCENE.county.log.app.portal.clone(), &listen, |_| {}).unwrap();
    }
}
