//! Files of rules that are wrong: each is refused with its file and the line of the fault.

use gongshi::rules::{RuleError, Rules};

/// The files that come with the program, one changed: what stood there, what stands there now.
fn read_with(file: &str, old: &str, new: &str) -> Result<Rules, RuleError> {
    let files: Vec<(&str, String)> = Rules::built_in_files()
        .iter()
        .map(|(name, text)| {
            if *name != file {
                return (*name, (*text).to_owned());
            }
            assert!(text.contains(old), "{file} has no {old}");
            (*name, text.replacen(old, new, 1))
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
    Rules::read(&files)
}

/// Line of the first place where a text stands in a file that comes with the program, from 1.
fn line_of(file: &str, text: &str) -> usize {
    let found = Rules::built_in_files()
        .iter()
        .find(|(name, _)| *name == file);
    let at = found.unwrap().1.find(text).unwrap();
    found.unwrap().1[..at].matches('\n').count() + 1
}

/// The change is refused, with these words, in the line that is `down` below the one that was changed.
#[track_caller]
fn refused(file: &str, old: &str, new: &str, down: isize, words: &str) {
    let error = read_with(file, old, new).expect_err(words);
    assert_eq!(error.file, file, "{error}");
    assert!(error.reason.contains(words), "{error}");
    assert_eq!(
        Some(error.line),
        line_of(file, old).checked_add_signed(down),
        "{error}"
    );
}

const PUBLICATION: &str = "publication.toml";

#[test]
fn members_and_names_that_do_not_exist() {
    refused(
        PUBLICATION,
        "transition = \"decision_day\"",
        "transition = \"decision_day\"\nwhen = 1",
        1,
        "unknown field `when`",
    );
    refused(
        PUBLICATION,
        "then = { never = true }",
        "then = { nevver = true }",
        0,
        "unknown field `nevver`",
    );
    refused(
        PUBLICATION,
        "kinds = [\"inspection_result\"]",
        "kinds = [\"inspection\"]",
        0,
        "unknown kind of record: \"inspection\"",
    );
    refused(
        PUBLICATION,
        "{ field = \"severity\"",
        "{ field = \"gravity\"",
        0,
        "penalty has no field gravity",
    );
    refused(
        PUBLICATION,
        "none = [\"warning\"]",
        "none = [\"warnings\"]",
        0,
        "penalty_kind has no code warnings",
    );
    refused(
        PUBLICATION,
        "any = [\"minor\"]",
        "any = [\"small\"]",
        0,
        "severity has no code small",
    );
    refused(
        PUBLICATION,
        "{ system = \"other\" }",
        "{ system = \"others\" }",
        0,
        "market_supervision or other",
    );
    refused(
        PUBLICATION,
        "{ lower_fine = true }",
        "{ lower_fine = true, negative = true }",
        0,
        "a condition is `field` with one of",
    );
    refused(
        PUBLICATION,
        "{ lower_fine = true }",
        "{ later = true }",
        0,
        "unknown field `later`",
    );
    refused(
        PUBLICATION,
        "{ lower_fine = true }",
        "{ field = \"severity\" }",
        0,
        "a condition is `field` with one of",
    );
    refused(
        PUBLICATION,
        "at_least = \"restriction_until\"",
        "at_least = \"content\"",
        0,
        "content of penalty is no day",
    );
    refused(
        PUBLICATION,
        "{ field = \"severity\", any",
        "{ field = \"content\", any",
        0,
        "content of penalty is no code",
    );
    refused(
        PUBLICATION,
        "other_departments = []",
        "other_departments = [\"fire brigade\"]",
        0,
        "an authority is written",
    );
    refused(
        "links.toml",
        "through = \"result\"",
        "through = \"plan_key\"",
        0,
        "penalty has no field plan_key",
    );
    refused(
        "links.toml",
        "kind = \"inspection_result\"",
        "kind = \"permit\"",
        2,
        "is no entry of that kind",
    );
    refused(
        "links.toml",
        "on = [\"stopped\"",
        "on = [\"halted\"",
        0,
        "unknown variant `halted`",
    );
    refused(
        "early-stop.toml",
        "needs = [\"duties_done\"",
        "needs = [\"duties\"",
        0,
        "unknown variant `duties`",
    );
    refused(
        "early-stop.toml",
        "refuse = \"excluded_kind\"",
        "refuse = \"no\"",
        0,
        "excluded_kind or ends_by_itself",
    );
    refused(
        "deadlines.toml",
        "{ kind = \"abnormal_listing\", field = \"result\" }",
        "{ kind = \"plan\", field = \"plan_key\" }",
        0,
        "plan_key of plan is no entry",
    );
    refused(
        "deadlines.toml",
        "ends_with = [{ publication = true }]",
        "ends_with = []",
        0,
        "nothing ends the duty",
    );
    refused(
        "documents.toml",
        "repair_kind = \"abnormal_removal\"",
        "repair_kind = \"removal\"",
        0,
        "no kind of repair removal",
    );
    refused(
        "documents.toml",
        "main = [\"application-form\"",
        "main = [\"form\"",
        0,
        "no [[document]] form",
    );
    refused(
        "buffers.toml",
        "no_penalty_kind = \"not_listed_reachable\"",
        "no_penalty_kind = \"reachable\"",
        0,
        "no kind of no_penalty reachable",
    );
    refused(
        "codes.toml",
        "list = \"result\"",
        "list = \"results\"",
        0,
        "no list results",
    );
    refused(
        "codes.toml",
        "list = \"result\"",
        "list = \"severity\"",
        0,
        "is not open to files",
    );
}

#[test]
fn days_figures_and_words_that_make_no_sense() {
    refused(
        PUBLICATION,
        "valid_from = \"2026-04-01\"",
        "valid_from = \"2026-04-31\"",
        0,
        "is no day",
    );
    refused(
        PUBLICATION,
        "valid_to = \"2025-12-24\"",
        "valid_to = \"2020-12-24\"",
        0,
        "valid_to is before valid_from",
    );
    refused(
        PUBLICATION,
        "count = { months = 3 }",
        "count = { months = -3 }",
        0,
        "not from 0 to",
    );
    refused(
        PUBLICATION,
        "count = { months = 3 }",
        "count = { months = 3, days = 1 }",
        0,
        "a count is one of",
    );
    refused(
        PUBLICATION,
        "count = { months = 3 }",
        "count = { working_days = 3 }",
        0,
        "not counted in working days",
    );
    refused(
        PUBLICATION,
        "then = { never = true }",
        "then = { never = true, open = true }",
        0,
        "a display is",
    );
    refused(
        PUBLICATION,
        "then = { never = true }",
        "then = { never = true, repair = true }",
        0,
        "not ended either",
    );
    refused(
        PUBLICATION,
        "then = { open = true, repair = true }",
        "then = { open = true, from = \"decided_on\" }",
        0,
        "go with a count",
    );
    refused(
        PUBLICATION,
        "basis = \"",
        "basis = \"\" #",
        0,
        "it must say something",
    );
    refused(
        PUBLICATION,
        "confirmed = false",
        "confirmed = \"no\"",
        0,
        "expected a boolean",
    );
    refused(
        "thresholds.toml",
        "person_fen = 500_000",
        "person_fen = 0",
        0,
        "makes no sense",
    );
    refused(
        "thresholds.toml",
        "person_fen = 500_000",
        "person_fen = -1",
        0,
        "invalid",
    );
    refused(
        "thresholds.toml",
        "test = \"<=\"",
        "test = \">\"",
        0,
        "the test is",
    );
    refused(
        "thresholds.toml",
        "province = \"310000\"",
        "province = \"310100\"",
        0,
        "is no province",
    );
    refused(
        "terms.toml",
        "per_cent = 3",
        "per_cent = 103",
        0,
        "more than 100",
    );
    refused(
        "terms.toml",
        "days_before_end = 60",
        "days_before_end = 0",
        0,
        "from 1 to 3660",
    );
    refused(
        "documents.toml",
        "gaps = { working_days = 3,",
        "gaps = { working_days = 0,",
        0,
        "from 1 to 366",
    );
    refused(
        "codes.toml",
        "code = \"unqualified\"",
        "code = \"Unqualified\"",
        0,
        "a code is",
    );
    refused(
        "codes.toml",
        "list = \"abnormal_reason\"",
        "list = \"abnormal_reason\"\nnegative = true",
        1,
        "only a result",
    );
    refused(
        "holidays.toml",
        "covered_to = \"2026-12-31\"",
        "covered_to = \"2016-12-31\"",
        0,
        "covered_to is before covered_from",
    );
    refused(
        "holidays.toml",
        "covered_to = \"2026-12-31\"",
        "covered_to = \"2027-12-31\"",
        0,
        "2027 is said to be covered",
    );
    refused(
        "holidays.toml",
        "from = \"2017-01-01\", to = \"2017-01-02\"",
        "from = \"2017-01-02\", to = \"2017-01-01\"",
        0,
        "ends before it begins",
    );
    refused(
        "holidays.toml",
        "from = \"2017-01-01\", to = \"2017-01-02\"",
        "from = \"2016-01-01\", to = \"2016-01-02\"",
        0,
        "outside covered_from",
    );
}

#[test]
fn versions_follow_each_other_without_overlap_or_gap() {
    let file = "deadlines.toml";
    // The second version of result-20wd begins the day after the first ends.
    refused(
        file,
        "valid_to = \"2022-03-14\"",
        "valid_to = \"2022-03-15\"",
        7,
        "overlaps the version",
    );
    refused(
        file,
        "valid_to = \"2022-03-14\"",
        "valid_to = \"2022-03-13\"",
        7,
        "leaves a gap",
    );
    refused(
        file,
        "name = \"permit-20wd\"",
        "name = \"withdraw-3wd\"",
        -10,
        "overlaps the version",
    );
    refused(
        "thresholds.toml",
        "province = \"350000\"",
        "province = \"310000\"",
        0,
        "overlaps the version",
    );
    refused(
        "codes.toml",
        "code = \"other_finding\"",
        "code = \"unqualified\"",
        0,
        "overlaps the version",
    );
    refused(
        "documents.toml",
        "repair_kind = \"individual_restore\"",
        "repair_kind = \"abnormal_removal\"",
        -1,
        "overlaps the version",
    );
    refused(
        "holidays.toml",
        "year = 2018",
        "year = 2017",
        0,
        "second arrangement",
    );
}

#[test]
fn every_day_of_every_kind_has_a_rule_that_decides() {
    let cover = |words: &str, old: &str, new: &str| {
        let error = read_with(PUBLICATION, old, new).expect_err(words);
        assert!(error.reason.contains(words), "{error}");
        error.line
    };
    let penalty = line_of(PUBLICATION, "kinds = [\"penalty\"]");
    // The last rule of 2021 ends a day early.
    let old = "name = \"penalty-3y\"\nkinds = [\"penalty\"]\nvalid_from = \"2021-09-01\"\nvalid_to = \"2025-12-24\"";
    let line = cover(
        "penalty has no rule without conditions for 2025-12-24",
        old,
        &old.replace("12-24", "12-23"),
    );
    assert_eq!(line, penalty);
    let line = cover(
        "penalty has no rule without conditions for 2021-08-31",
        "from = \"2021-09-01\"",
        "from = \"2021-08-31\"",
    );
    assert_eq!(line, penalty);
    let line = cover(
        "no [[cover]] names alert",
        "\"status_map\", \"alert\",\n]\n\n# ----",
        "\"status_map\",\n]\n\n# ----",
    );
    assert_eq!(line, line_of(PUBLICATION, "name = \"log\""));
    // A rule below one without conditions.
    let rule = "name = \"result-against\"\nkinds = [\"inspection_result\"]\nwhen = [{ field = \"outcome\", negative = true }]";
    let line = cover(
        "is never reached for inspection_result",
        rule,
        &rule.replace("when =", "#"),
    );
    assert_eq!(line, line_of(PUBLICATION, "name = \"result\"\n"));
    let kinds = "kinds = [\"abnormal_listing\", \"individual_mark\", \"serious_listing\"]";
    let line = cover(
        "penalty is covered twice",
        kinds,
        &kinds.replace("\"serious_listing\"", "\"penalty\""),
    );
    assert_eq!(line, line_of(PUBLICATION, kinds));
}

#[test]
fn codes_of_the_program_cannot_be_left_out() {
    let error = read_with("codes.toml", "code = \"moved_out\"", "code = \"gone\"").unwrap_err();
    assert_eq!((error.file.as_str(), error.line), ("codes.toml", 1));
    assert!(error.reason.contains("moved_out"), "{error}");
}

#[test]
fn the_set_of_files_is_whole() {
    let files = Rules::built_in_files();
    let error = Rules::read(&files[1..]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "buffers.toml, line 1: the file is missing"
    );
    let more = [files, &[("mine.toml", "")]].concat();
    assert_eq!(Rules::read(&more).unwrap_err().file, "mine.toml");
    let twice = [files, &files[..1]].concat();
    assert!(Rules::read(&twice).unwrap_err().reason.contains("twice"));
    let other: Vec<_> = files.iter().rev().copied().collect();
    assert_eq!(
        Rules::read(&other).unwrap().digest(),
        Rules::built_in().digest()
    );
    let changed = read_with("terms.toml", "per_cent = 3", "per_cent = 4").unwrap();
    assert_ne!(changed.digest(), Rules::built_in().digest());
}
