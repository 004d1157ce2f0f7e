//! Rules of the law that plans and draws keep, each on both sides of its limit.

use crate::common::*;
use crate::support::*;
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::ticket::Rate;
use gongshi_verify::encoding::hex;
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;

/// A department of another place than the county's, with its own list and libraries.
struct Elsewhere {
    id: &'static str,
    region: &'static str,
    list: u64,
    objects: u64,
    officers: u64,
}

/// A library of one department alone.
fn own(text: &str, id: &str) -> String {
    text.replace(&format!("{LEAD},{PARTNER}"), id)
        .replace(LEAD, id)
}

impl Elsewhere {
    fn new(county: &mut County, id: &'static str, region: &'static str, seed: u8) -> Self {
        let key = SecretKey::from_seed(&[seed; 32]);
        county.join(id, region, key);
        let here = |body: Value| with(body, "region", region.into());
        let list = here(item_list("2026-1", &["SP01", "SP02"]));
        let list = county.say(id, "item_list", list, None).unwrap();
        let library = |name: &str, text: &str| {
            county.put(text);
            county
                .say(id, "snapshot", here(snapshot(name, "open", text)), None)
                .unwrap()
        };
        let (objects, officers) = (
            library("objects", &own(&objects(30), id)),
            library("officers", &own(&officers(), id)),
        );
        Elsewhere {
            id,
            region,
            list,
            objects,
            officers,
        }
    }

    /// A plan for one item, of a mode, in a month.
    fn plan(
        &self,
        county: &County,
        number: u8,
        mode: &str,
        item: &str,
        month: u8,
    ) -> (String, String) {
        let id = self.id;
        let key = format!("{id}/2026/{number:02}");
        let root = |text: String, form| hex(&Library::parse(form, &text).unwrap().root());
        let items = Value::Array(vec![Value::object([
            ("item_code", item.into()),
            ("item_list", county.named(self.list)),
            ("item_name", format!("{item}检查").as_str().into()),
        ])]);
        let body = without(county.plan_body(&key, &[]), "partner_departments");
        let objects = root(own(&objects(30), id), Form::Open);
        let officers = root(own(&officers(), id), Form::Officers);
        let mut body = body;
        for (name, value) in [
            ("region", self.region.into()),
            ("plan_scope", "single".into()),
            ("plan_mode", mode.into()),
            ("lead_department", id.into()),
            (
                "departments",
                crate::common::body(&format!(
                    r#"[{{"department":"{id}","seats":[{{"officers":2}}]}}]"#
                )),
            ),
            (
                "contributors",
                crate::common::body(&format!(r#"["{id}","{NOTARY}"]"#)),
            ),
            ("plan_items", items),
            ("object_snapshot", county.named(self.objects)),
            ("object_root", objects.as_str().into()),
            ("officer_snapshot", county.named(self.officers)),
            ("officer_root", officers.as_str().into()),
            ("draw_type", "directed".into()),
            (
                "rules",
                crate::common::body(&format!(
                    r#"[{{"stratum":"food","rule_departments":["{id}"],"num":20,"den":100,"minimum":1}}]"#
                )),
            ),
            ("check_from", format!("2026-{month:02}-01").as_str().into()),
            ("check_to", format!("2026-{month:02}-28").as_str().into()),
        ] {
            body = with(body, name, value);
        }
        told(county.say(id, "plan", body, Some(&key)))
    }
}

/// 市抽县查: what the level above draws for a county, the county does not draw again (S3).
#[test]
fn a_county_plans_nothing_that_the_city_draws_for_it() {
    let mut county = County::new();
    let city = Elsewhere::new(&mut county, "610300-SCJG", "610300", 31);
    let own = Elsewhere::new(&mut county, "610323-SCJG", "610323", 32);
    let other = Elsewhere::new(&mut county, "610423-SCJG", "610423", 33);
    county.wait(11 * 24 * 3600);
    let accepted = |told: (String, String)| assert_eq!(told.0, "accepted", "{told:?}");
    // What the city draws and checks itself is nobody else's.
    accepted(city.plan(&county, 1, "city_draw_city_check", "SP02", 5));
    accepted(own.plan(&county, 1, "county_draw_county_check", "SP02", 5));
    // What it draws for the counties to check stands in the way of theirs,
    accepted(city.plan(&county, 2, "city_draw_county_check", "SP01", 6));
    let refused = own.plan(&county, 2, "county_draw_county_check", "SP01", 6);
    let expected = (
        "city_draws".to_owned(),
        "plan_items[0].item_code".to_owned(),
    );
    assert_eq!(refused, expected);
    // not at another time, not for another item, and not in another prefecture.
    accepted(own.plan(&county, 2, "county_draw_county_check", "SP01", 7));
    accepted(own.plan(&county, 3, "county_draw_county_check", "SP02", 6));
    accepted(other.plan(&county, 1, "county_draw_county_check", "SP01", 6));
}

/// Batches are drawn by the year's plan, which names where it is filed (总局 2019 通知).
#[test]
fn a_batch_names_the_years_plan_and_nothing_else_in_its_place() {
    let county = County::new();
    let kinds = r#"["annual_plan","bulletin","cancel","commit","draw","inspection_result","item_list","plan","reveal","snapshot"]"#;
    let amended = county.log.authority(Value::object([
        ("action", "amend".into()),
        ("authority_id", LEAD.into()),
        ("name", "示例县市场监督管理局".into()),
        ("region", "000000".into()),
        ("kinds", body(kinds)),
    ]));
    county.log.accept(vec![amended])[0].clone().unwrap();
    let year = body(
        r#"{"annual_plan_no":"示例2026-03","plan_name":"示例县2026年度抽查工作计划","year":2026,"region":"000000","decided_on":"2026-01-05",
        "tasks":[{"serial_no":1,"task_name":"食品销售抽查","item_names":["SP01检查"],"plan_scope":"joint","plan_mode":"county_draw_county_check",
        "target_scope":"全县食品销售者","ratio_frequency":"20%，一年一次","quota":6,"lead_body":"示例县市场监督管理局","check_from":"2026-03-01","check_to":"2026-06-30"}],"filed_with":"示例市市场监督管理局"}"#,
    );
    let year = county.say(LEAD, "annual_plan", year, None).unwrap();
    let named = |index: u64| county.plan(KEY, &[("annual_plan", county.named(index))]);
    let (code, at) = told(named(county.item_list));
    assert_eq!(code, "reference-kind", "{at}");
    named(year).unwrap();
}

/// Ratios rise by class: 1, 2, 10 and 30 in a hundred of A to D (河南 2021), on the classes of a county in the sources (1,851, 417, 32 and 75).
/// By hand: 18.51, 8.34, 3.2 and 22.5, each rounded up, since less would be less than the ratio.
#[test]
fn classes_are_drawn_at_their_ratios() {
    let drawn = |percent, of| Rate::new(percent, 100).unwrap().count(of, 0);
    assert_eq!(
        [drawn(1, 1851), drawn(2, 417), drawn(10, 32), drawn(30, 75)],
        [19, 9, 4, 23]
    );
    // On both sides of a whole number.
    assert_eq!([drawn(1, 1800), drawn(1, 1801)], [18, 19]);
    assert_eq!([drawn(30, 70), drawn(30, 71)], [21, 22]);
    // Of a class of which all are drawn, all; and never more than there are.
    assert_eq!(
        [drawn(100, 75), Rate::new(5, 100).unwrap().count(3, 10)],
        [75, 3]
    );
}
