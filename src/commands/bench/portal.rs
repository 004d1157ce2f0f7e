//! The whole portal with a large table: a server and an importer as processes of their own, then a cold start and pages.

use super::disk_usage;
use super::server::{Server, agent, get, gongshi, memory, spawn};
use anyhow::ensure;
use clap::Args;
use gongshi::domain::Uscc;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

/// Import a table of inspection results over HTTP, start the server again, and ask for pages.
#[derive(Args)]
pub struct Portal {
    /// Rows of the table.
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// Pages asked for after the start.
    #[arg(long, default_value_t = 500)]
    pages: u64,
}

const ORIGIN: &str = "bench.example/log";
const DEPARTMENT: &str = "610323-SCJG";

impl Portal {
    pub fn run(self, folder: &Path) -> anyhow::Result<()> {
        let data = folder.join("data");
        let path = |name: &str| folder.join(name).display().to_string();
        let (key, request, table) = (path("key"), path("request"), path("rows.csv"));
        write_table(Path::new(&table), self.rows)?;
        let data_text = data.display().to_string();
        gongshi(&format!(
            "init --data {data_text} --origin {ORIGIN} --operator 610323-XXZX --name bench --region 610323"
        ))?;
        gongshi(&format!(
            "keygen --authority {DEPARTMENT} --origin {ORIGIN} --out {key} --request {request}"
        ))?;
        let server = Server::start(&data_text)?;
        gongshi(&format!(
            "authority register --server {} --key {data_text}/keys/operator.key --request {request} --name bench \
             --region 610323 --kinds inspection_result",
            server.url
        ))?;
        let first = 2;

        let begin = Instant::now();
        let mut importer = spawn(&format!(
            "import --server {} --kind inspection_result --key {key} {table}",
            server.url
        ))?;
        println!("rows in the log  rows/s  server MB (each tenth of the run)");
        let mut tenth = (0, Instant::now());
        let mut client_peak = 0;
        while importer.try_wait()?.is_none() {
            std::thread::sleep(Duration::from_millis(200));
            client_peak = memory(importer.id(), "VmHWM:").unwrap_or(client_peak);
            let rows = server.metric("gongshi_log_entries")?.saturating_sub(first);
            if rows.saturating_sub(tenth.0) >= self.rows / 10 {
                let rate = (rows - tenth.0) as f64 / tenth.1.elapsed().as_secs_f64();
                let now = server.memory("VmRSS:").unwrap_or_default();
                println!("{rows:>16} {rate:>7.0} {now:>10}");
                tenth = (rows, Instant::now());
            }
        }
        ensure!(importer.wait()?.success(), "the import failed");
        let seconds = begin.elapsed().as_secs_f64();
        println!(
            "{} rows in {seconds:.1} s: {:.0}/s signed, checked and durable",
            self.rows,
            self.rows as f64 / seconds
        );
        for cursor in ["gongshi_search_cursor", "gongshi_model_cursor"] {
            while server.metric(cursor)? < self.rows + first {
                std::thread::sleep(Duration::from_millis(100));
            }
            let since = begin.elapsed().as_secs_f64() - seconds;
            println!("{cursor} complete {since:.1} s after the last row");
        }
        let peak = server.memory("VmHWM:").unwrap_or_default();
        println!("peak memory: server {peak} MB, importer {client_peak} MB");
        server.stop()?;
        println!("disk {} MB", disk_usage(&data) >> 20);

        let begin = Instant::now();
        let server = Server::start(&data_text)?;
        let last = self.rows + first - 1;
        get(&format!("{}record/{last}", server.url))?;
        println!(
            "start to the first record page: {:.2} s",
            begin.elapsed().as_secs_f64()
        );
        println!(
            "page over loopback                first byte ms: first time, median, 99 %, longest"
        );
        let agent = agent();
        // Spread over the log: neighbours would share what was just read.
        let index = |number: u64| first + number * 7919 * 104_729 % self.rows;
        for page in PAGES {
            let mut times = Vec::new();
            for number in 0..self.pages.max(1) {
                let path = page.replace("{index}", &index(number).to_string());
                let path = path.replace("{code}", &code_of(self.rows, index(number))?);
                let path = path.replace("{half}", &(last / 2).to_string());
                let path = path.replace("{all}", &last.to_string());
                let begin = Instant::now();
                let answer = agent.get(format!("{}{path}", server.url)).call()?;
                times.push(begin.elapsed().as_secs_f64() * 1000.0);
                answer.into_body().read_to_vec()?;
            }
            let at_first = times[0];
            times.sort_by(f64::total_cmp);
            println!(
                "{page:<40} {at_first:>8.2} {:>8.2} {:>8.2} {:>8.2}",
                times[times.len() / 2],
                times[times.len() * 99 / 100],
                times[times.len() - 1]
            );
        }
        server.stop()
    }
}

/// What is asked for: every sort of page that such a log has.
const PAGES: &[&str] = &[
    "",
    "en/",
    "record/{index}",
    "en/record/{index}",
    "enterprise/{code}",
    "enterprise/{code}?page=1",
    "enterprise/{code}.atom",
    "enterprise/{code}?as_of={half}",
    "record/{index}?as_of={all}",
    "list/inspection_result?as_of={half}&page=100",
    "list/inspection_result",
    "list/inspection_result?page=100",
    "list/abnormal",
    "search",
    "search?q=%E5%85%B4%E9%9A%86",
    "search?q=%E9%A4%90%E9%A5%AE&from=2026-03-01&to=2026-03-31",
    "statistics",
    "statistics/problem_rate",
    "authority/610323-SCJG",
    "authorities/610323-SCJG/duties",
    "duties",
    "log-state",
    "plans",
    "bulletins/draft?period=2026-H1",
    "verify",
    "api/v1/proof/{index}",
    "api/v1/records/{index}",
];

/// How many enterprises the table has.
fn enterprises(rows: u64) -> u64 {
    (rows / 5).max(1)
}

/// Whom a row of the table is about.
fn subject_of(rows: u64, row: u64) -> u64 {
    row * 7919 % enterprises(rows)
}

fn code_of(rows: u64, row: u64) -> anyhow::Result<String> {
    let code = Uscc::complete(&format!("91610323{:09}", subject_of(rows, row)))?;
    Ok(code.to_string())
}

/// A table as a department might have it, over as many enterprises as a fifth of its rows.
fn write_table(path: &Path, rows: u64) -> anyhow::Result<()> {
    let mut table = BufWriter::new(File::create(path)?);
    writeln!(
        table,
        "统一社会信用代码,主体名称,行政区划代码,检查来源,非抽取检查的缘由,检查方式,检查日期,检查结果,结果说明,检查人员人数"
    )?;
    const TRADES: [&str; 5] = ["食品店", "餐饮有限公司", "药房", "五金商行", "建材有限公司"];
    const SYLLABLES: [&str; 12] = [
        "兴", "隆", "盛", "达", "华", "丰", "鑫", "源", "瑞", "祥", "和", "顺",
    ];
    const OUTCOMES: [&str; 2] = ["未发现问题", "发现问题经责令已改正"];
    for row in 0..rows {
        let (who, code) = (subject_of(rows, row), code_of(rows, row)?);
        let pick = |from: &[&'static str], by: u64| from[(who / by) as usize % from.len()];
        let name = [
            pick(&SYLLABLES, 1),
            pick(&SYLLABLES, 12),
            pick(&SYLLABLES, 144),
            pick(&TRADES, 7),
        ]
        .concat();
        let (month, day) = (row % 10 + 1, row / 10 % 28 + 1);
        let outcome = OUTCOMES[(row % 7 == 0) as usize];
        writeln!(
            table,
            "{},示例县{name},610323,投诉举报,群众举报编号{row},现场检查,2026-{month:02}-{day:02},{outcome},\
             第{row}次检查的现场记录,2",
            code
        )?;
    }
    Ok(table.flush()?)
}
