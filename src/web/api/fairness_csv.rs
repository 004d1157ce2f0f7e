//! `GET /api/v1/fairness.csv`: one table of the figures about a year's draws, for spreadsheets. Columns are called as the members
//! of `GET /api/v1/fairness` are.

use super::fairness::{Asked, year_of};
use super::plans::query;
use super::{answer, blocking, given, shown};
use crate::web::Portal;
use crate::web::draws::{DecidedBy, Fairness};
use crate::web::problem::{Problem, internal};
use actix_web::{HttpRequest, HttpResponse, web};

/// The tables there are.
const TABLES: [&str; 5] = ["rules", "strata", "times", "officers", "substitutes"];

#[utoipa::path(
    get, path = "/api/v1/fairness.csv", operation_id = "fairnessCsv", tag = "figures",
    params(Asked),
    responses((status = 200, description = "One table of the figures", content_type = "text/csv", body = String)),
    extensions(("x-problems" = json!("bad-request log-unavailable")))
)]
pub(super) async fn get(portal: web::Data<Portal>, request: HttpRequest) -> HttpResponse {
    let work = async {
        let asked: Asked = query(&request)?;
        let table = asked.table.clone().unwrap_or_else(|| TABLES[0].to_owned());
        if !TABLES.contains(&table.as_str()) {
            let (one, found) = (TABLES.join(", "), shown(&table));
            let detail = format!("table must be one of {one}, not {found:?}");
            return Err(Problem::bad_request(detail));
        }
        let year = year_of(&asked, &portal)?;
        let name = format!("fairness-{year}-{table}.csv");
        let body = blocking(move || {
            let fairness = portal.fairness(asked.authority.as_deref(), &year)?;
            written(&fairness, &table).map_err(|error| internal(&error))
        });
        Ok(given("text/csv; charset=utf-8", Some(name), body.await?))
    };
    answer(work.await)
}

fn written(fairness: &Fairness, table: &str) -> Result<String, std::io::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let number = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
    match table {
        "strata" => {
            out.write_record([
                "stratum", "eligible", "drawn", "expected", "variance", "untested",
            ])?;
            for one in &fairness.strata {
                let (eligible, drawn) = (one.eligible.to_string(), one.drawn.to_string());
                let (expected, variance) = (one.expected.to_string(), one.variance.to_string());
                let untested = one.untested.to_string();
                out.write_record([
                    &one.stratum,
                    &eligible,
                    &drawn,
                    &expected,
                    &variance,
                    &untested,
                ])?;
            }
        }
        "times" => {
            out.write_record(["times", "drawn", "expected"])?;
            let times = fairness.times.iter();
            let cells = times.flat_map(|times| times.drawn.iter().zip(times.expected));
            for (times, (drawn, expected)) in cells.enumerate() {
                out.write_record([times.to_string(), drawn.to_string(), expected.to_string()])?;
            }
        }
        "officers" => {
            out.write_record(["department", "officer_id", "seats"])?;
            for one in &fairness.officers {
                for (officer, seats) in &one.loads {
                    out.write_record([&one.department, officer, &seats.to_string()])?;
                }
            }
        }
        "substitutes" => {
            out.write_record(["department", "seats", "officers", "drawn", "targets"])?;
            for one in &fairness.substitutes {
                let [seats, officers, drawn, targets] =
                    [one.seats, one.officers, one.drawn, one.targets].map(|n| n.to_string());
                out.write_record([&one.department, &seats, &officers, &drawn, &targets])?;
            }
        }
        _ => {
            out.write_record([
                "key",
                "draw",
                "sealed",
                "stratum",
                "departments",
                "num",
                "den",
                "minimum",
                "eligible",
                "drawn",
                "expected",
                "decided_by",
            ])?;
            for plan in &fairness.plans {
                for rule in &plan.rules {
                    let expected = rule.expected.map(|n| n.to_string()).unwrap_or_default();
                    out.write_record([
                        plan.key.clone(),
                        plan.draw.to_string(),
                        plan.sealed.to_string(),
                        rule.stratum.clone(),
                        rule.departments.join(" "),
                        rule.num.to_string(),
                        rule.den.to_string(),
                        rule.minimum.to_string(),
                        number(rule.eligible),
                        number(rule.drawn),
                        expected,
                        rule.decided_by
                            .map(DecidedBy::name)
                            .unwrap_or_default()
                            .to_owned(),
                    ])?;
                }
            }
        }
    }
    let bytes = out.into_inner().map_err(|error| error.into_error())?;
    String::from_utf8(bytes).map_err(std::io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::draws::StratumFigures;

    #[test]
    fn a_table_has_its_columns_and_a_line_for_each_member() {
        let fairness = Fairness {
            authority: None,
            year: "2026".to_owned(),
            log_size: 9,
            plans: Vec::new(),
            left_out: 0,
            strata: vec![StratumFigures {
                stratum: "food".to_owned(),
                eligible: 20,
                drawn: 4,
                expected: 4.0,
                variance: 3.2,
                untested: 1,
            }],
            strata_test: None,
            times: None,
            officers: Vec::new(),
            substitutes: Vec::new(),
        };
        let strata = written(&fairness, "strata").unwrap();
        assert_eq!(
            strata,
            "stratum,eligible,drawn,expected,variance,untested\nfood,20,4,4,3.2,1\n"
        );
        for table in TABLES {
            assert!(
                written(&fairness, table).unwrap().ends_with('\n'),
                "{table}"
            );
        }
    }
}
