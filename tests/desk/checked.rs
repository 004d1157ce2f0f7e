//! What is told before anything is kept or sent: so that a typing error costs another try, and nothing else.

use crate::department::{Desk, KEY, OTHER};

const LOTTERY: &str = "randomness = \"lottery\"\nlottery_game = \"union_lotto\"\nlottery_issue = \"2023098\"\n\
    lottery_at = 2023-08-24T21:15:00+08:00\n";
const LIST: &str = "000000-SCJG_2023_01.drawn";

#[test]
fn mistyped_numbers_leave_nothing_behind() {
    let desk = Desk::new();
    desk.plan(true, LOTTERY);
    desk.must("plan publish --key k plan.toml");
    desk.at("2023-08-24T13:15:00Z");
    let draw = format!(
        "draw --openings open.jsonl --key k --details who.json --numbers 5,12,18,21,27,33/9 --numbers-source 中彩网 {KEY}"
    );
    let size = desk.size();
    for (from, to, said) in [
        ("27,33/9", "27/9", "6 of 1–33 + 1 of 1–16"),
        ("33/9", "34/9", "no result of the game union_lotto"),
        (" --numbers-source 中彩网", "", "--numbers-source is needed"),
    ] {
        let found = desk.refused(2, &draw.replace(from, to));
        assert!(found.contains(said), "{found}");
        assert!(!desk.path(LIST).exists() && !desk.path("who.json").exists());
    }
    let said = desk.refused(0, &format!("{draw} --check"));
    assert!(
        said.contains("fit to be published") && said.contains("directed: 40 objects"),
        "{said}"
    );
    assert!(!desk.path(LIST).exists() && !desk.path("who.json").exists());

    // A list of other randomness stands in the way, and what to do is said.
    desk.write_private(LIST, &format!("ddraw/1|sdrawn|T00|P1|{}\n", "1".repeat(64)));
    let said = desk.refused(2, &draw);
    assert!(
        said.contains("nothing rests on that list yet") && said.contains("--list"),
        "{said}"
    );
    std::fs::remove_file(desk.path(LIST)).unwrap();
    desk.write_private("who.json", "[]");
    assert!(desk.refused(2, &draw).contains("--details"));
    std::fs::remove_file(desk.path("who.json")).unwrap();
    assert_eq!(desk.size(), size);
    assert_eq!(desk.index(&draw), size);
    assert!(desk.path(LIST).exists() && desk.path("who.json").exists());
}

#[test]
fn an_open_draw_is_checked_without_being_recorded() {
    let desk = Desk::new();
    desk.plan(false, LOTTERY);
    desk.must("plan publish --key k plan.toml");
    desk.at("2023-08-24T13:15:00Z");
    let size = desk.size();
    let record =
        format!("draw record --key k --numbers 5,12,18,21,27,33/9 --numbers-source 中彩网 {KEY}");
    let said = desk.refused(0, &format!("{record} --check"));
    assert!(said.contains("10 drawn"), "{said}");
    assert_eq!(desk.size(), size);
    assert_eq!(desk.index(&record), size);
}

#[test]
fn a_sealed_plan_forgets_no_class() {
    let desk = Desk::new();
    desk.plan(true, LOTTERY);
    let strata = desk.body(5)["strata"].clone();
    assert_eq!(
        (strata[1]["stratum"].as_str(), strata[1].get("leaf_count")),
        (Some("low"), None)
    );
    let good = desk.read("plan.toml");
    let simulate = "plan simulate --objects objects.txt --officers officers.txt --openings open.jsonl --seeds 2 plan.toml";
    assert!(desk.refused(0, simulate).contains("directed: 40 objects"));
    let idle = format!(
        "[[departments]]\ndepartment = \"{OTHER}\"\nseats = [{{ officers = 2 }}]\n[[rules]]"
    );
    for (from, to, said) in [
        (
            "\"directed\"",
            "\"undirected\"",
            "no rule of this plan covers 40 objects of stratum low",
        ),
        (
            "[[rules]]",
            &idle,
            "000000-SFJ has seats, but no rule sends it",
        ),
    ] {
        desk.write("plan.toml", &good.replace(from, to));
        let found = desk.refused(0, simulate);
        assert!(found.contains(said), "{found}");
    }
    for (from, to, said) in [
        (
            "\"directed\"",
            "\"undirected\"",
            "expected a rule for class low",
        ),
        (
            "stratum = \"high\"",
            "stratum = \"hgh\"",
            "names high, low, not hgh",
        ),
        (
            "region = \"000000\"",
            "region = \"610000\"",
            "region: expected 000000",
        ),
        (KEY, "000000-SCJG/2027/01", "must be of 2023"),
        (
            "lottery_at",
            "t0 = 2023-08-24T13:00:00Z\nt1 = 2023-08-24T13:00:00Z\nlottery_at",
            "lead_seconds is 3600, and it is due at 2023-08-24T13:15:00Z",
        ),
    ] {
        desk.write("plan.toml", &good.replace(from, to));
        let found = desk.refused(1, "plan publish --key k --check plan.toml");
        assert!(found.contains(said), "{found}");
    }
    desk.write("plan.toml", &good.replace("den = 2", "den = 1"));
    let found = desk.refused(0, "plan publish --key k --check plan.toml");
    assert!(
        found.contains("rules[0] draws all objects of stratum high: targeted, not random"),
        "{found}"
    );
}

#[test]
fn a_library_is_published_once_unless_it_is_asked_for_again() {
    let desk = Desk::new();
    desk.plan(false, LOTTERY);
    let size = desk.size();
    let snapshot = "plan snapshot --key k --names names.toml --name 名录库 --leaves objects.txt";
    assert_eq!(desk.index(snapshot), 5);
    // Cut short before the answer was kept: what was sent is sent again, and is the same entry.
    let mark = desk.read("objects.txt.snapshot");
    let unanswered = mark.trim_end().rsplit_once('\n').unwrap().0;
    desk.write("objects.txt.snapshot", &format!("{unanswered}\n"));
    assert_eq!(desk.index(snapshot), 5);
    assert_eq!(desk.read("objects.txt.snapshot"), mark);
    assert_eq!(desk.size(), size);
    // Another library's mark says nothing of this one.
    desk.write("officers.txt.snapshot", &mark);
    let officers = snapshot.replace("objects.txt", "officers.txt");
    assert_eq!(desk.index(&officers), size);
    assert_eq!(desk.index(&format!("{snapshot} --again")), size + 1);
    assert_eq!(desk.index(snapshot), size + 1);
}

#[test]
fn what_cannot_be_read_or_named_is_told_at_once() {
    let desk = Desk::new();
    desk.write("names.toml", "[classes]\nhigh = \"高\"\n");
    desk.write("list.csv", "id,class\nT1,high\nT2,hihg\n");
    let sealed = "plan library objects --sealed --names names.toml";
    let output = desk.run(&format!(
        "{sealed} --openings kept.jsonl --out l.txt list.csv"
    ));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.code() == Some(1) && said.contains("3") && said.contains("hihg"),
        "{said}"
    );
    assert!(!desk.path("kept.jsonl").exists() && !desk.path("l.txt").exists());
    desk.write("list.csv", "id,class\n\"T1,high\nT2,high\n");
    let all = format!("{sealed} --openings kept.jsonl --out l.txt");
    assert!(
        desk.refused(2, &format!("{all} list.csv"))
            .contains("from line 2")
    );
    desk.write("list.csv", "id,class\n");
    assert!(
        desk.refused(2, &format!("{all} list.csv"))
            .contains("no rows")
    );
    assert!(
        desk.refused(2, &format!("{all} /dev/null"))
            .contains("a pipe")
    );
    assert!(
        desk.refused(2, &format!("{sealed} --out l.txt list.csv"))
            .contains("--openings")
    );
    assert!(
        desk.must("plan library objects --sealed --template")
            .contains("class")
    );
    desk.write("body.json", "{}");
    let said = desk.refused(2, "publish --kind commit --key k body.json");
    assert!(said.contains("--ref is needed"), "{said}");
    let said = desk.refused(2, "publish --kind bulletin --ref a --key k body.json");
    assert!(said.contains("have none"), "{said}");
}
