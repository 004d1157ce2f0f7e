//! A draft as a document that an editor goes on with: the figures in tables, headed places for what only people can write.

use super::super::Visit;
use super::super::statistics::Figure;
use super::sheet::Sheet;
use crate::text::Arg;
use docx_rs::{
    AlignmentType, Docx, Paragraph, Run, RunFonts, Table, TableCell, TableRow, WidthType,
};
use std::io::Cursor;

/// Sizes in half points.
const TITLE: usize = 36;
const HEADING: usize = 28;
const TEXT: usize = 22;
const SMALL: usize = 18;
/// A whole table in fiftieths of a percent.
const WHOLE: usize = 5000;
/// A4 in twentieths of a point.
const A4: (u32, u32) = (11_906, 16_838);

/// The bytes of the document.
pub(super) fn of(visit: &Visit, sheet: &Sheet) -> Result<Vec<u8>, std::io::Error> {
    let word = |key| visit.word(key);
    let colon = word("page-colon");
    let fonts = RunFonts::new().ascii("Times New Roman").east_asia("SimSun");
    let mut docx = Docx::new()
        .page_size(A4.0, A4.1)
        .default_fonts(fonts)
        .default_size(TEXT)
        .add_paragraph(line(&sheet.title, TITLE, true).align(AlignmentType::Center))
        .add_paragraph(line(&word("page-bul-issue-line"), TEXT, false).align(AlignmentType::Center))
        .add_paragraph(line(
            &format!("{}{colon}{}", word("page-bul-period"), days(sheet)),
            TEXT,
            false,
        ))
        .add_paragraph(line(
            &format!("{}{colon}{}", word("page-bul-scope"), sheet.whose),
            TEXT,
            false,
        ));
    if sheet.open {
        docx = docx.add_paragraph(line(&word("page-bul-open"), TEXT, false));
    }
    docx = docx.add_paragraph(heading(&word("page-bul-figures")));
    for section in sheet.sections.iter().filter(|one| !one.rows.is_empty()) {
        let head = [
            section.title.clone(),
            sheet.period.clone(),
            word("page-stat-goal"),
        ];
        let rows = section.rows.iter().map(|row| {
            let goals = row.goals.iter().map(|goal| match goal.state {
                "" => goal.text.clone(),
                "reached" => format!("{} {}", goal.text, word("page-stat-reached")),
                _ => format!("{} {}", goal.text, word("page-stat-missed")),
            });
            let goals: Vec<String> = goals.collect();
            vec![row.name.clone(), told(&row.figure), goals.join("; ")]
        });
        docx = docx
            .add_table(table(&head, rows))
            .add_paragraph(Paragraph::new());
    }
    if !sheet.places.is_empty() {
        let mut head = vec![word("page-col-authority")];
        head.extend(sheet.chief.iter().cloned());
        let rows = sheet.places.iter().map(|place| {
            let mut row = vec![place.authority.text.clone()];
            row.extend(place.figures.iter().map(told));
            row
        });
        docx = docx
            .add_paragraph(heading(&word("page-stat-whose")))
            .add_table(table(&head, rows));
    }
    for one in &sheet.codes {
        let head = [word("page-stat-what"), one.name.clone()];
        let rows = one
            .rows
            .iter()
            .map(|(code, figure)| vec![code.clone(), told(figure)]);
        docx = docx
            .add_paragraph(heading(&one.name))
            .add_table(table(&head, rows));
    }
    for key in ["page-bul-meetings", "page-bul-experience", "page-bul-cases"] {
        docx = docx.add_paragraph(heading(&word(key))).add_paragraph(line(
            &word("page-bul-write-here"),
            TEXT,
            false,
        ));
    }
    let recount = visit.say(
        "page-bul-recount-all",
        &[
            ("query", sheet.query.clone().into()),
            ("n", Arg::Text(sheet.as_of.to_string())),
            ("root", sheet.root.clone().into()),
        ],
    );
    docx = docx
        .add_paragraph(heading(&word("page-bul-recount")))
        .add_paragraph(line(&recount, SMALL, false));
    let mut bytes = Cursor::new(Vec::new());
    docx.build()
        .pack(&mut bytes)
        .map_err(std::io::Error::other)?;
    Ok(bytes.into_inner())
}

fn days(sheet: &Sheet) -> String {
    format!("{} ({} – {})", sheet.period, sheet.from, sheet.to)
}

fn told(figure: &Figure) -> String {
    match &figure.of {
        Some(of) => format!("{} ({of})", figure.text),
        None => figure.text.clone(),
    }
}

fn line(text: &str, size: usize, bold: bool) -> Paragraph {
    let run = Run::new().add_text(text).size(size);
    Paragraph::new().add_run(if bold { run.bold() } else { run })
}

fn heading(text: &str) -> Paragraph {
    line(text, HEADING, true).outline_lvl(0).keep_next(true)
}

fn table(head: &[String], rows: impl Iterator<Item = Vec<String>>) -> Table {
    let row = |cells: &[String], bold| {
        let cells = cells.iter();
        let cell = |text: &String| TableCell::new().add_paragraph(line(text, SMALL, bold));
        TableRow::new(cells.map(cell).collect())
    };
    let mut all = vec![row(head, true)];
    all.extend(rows.map(|cells| row(&cells, false)));
    Table::new(all).width(WHOLE, WidthType::Pct)
}
