//! Measures a search engine: `cargo bench --bench search -- [DOCUMENTS] [FOLDER] [SHAPE]` the embedded one (default 100,000, a temporary folder), and
//! `-- DOCUMENTS http://127.0.0.1:7700` a Meilisearch server, with the key in GONGSHI_SEARCH_KEY where it needs one. With a shape only queries of it
//! are asked.
//!
//! Documents are synthetic and the same in every run. Prints documents per second, the size of the index against that of the
//! documents, memory, and the time of each shape of query, facets included.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use pinyin::ToPinyin;

use gongshi::search::{
    MeiliIndex, MeiliOptions, SearchDoc, SearchError, SearchIndex, SearchQuery, Sort, TantivyIndex,
    TantivyOptions,
};

const BATCH: usize = 4_096;
const RUNS: usize = 60;

/// A fixed sequence of numbers that look random (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("below a usize")
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// Characters of a made-up trade name, drawn unevenly as real ones are.
    fn brand(&mut self) -> String {
        const CHARS: &str = "兴华盛达鑫源宏福泰瑞祥和顺安康佳美丰隆昌永利金银玉宝龙凤鹏飞天地人和东西南北中新旧大小老红绿蓝白春夏秋冬云雨山水林森木石\
            海洋江河湖泉星月光明辉煌杰俊英豪博学文武德善信义礼智勤俭诚实百千万亿众联合创意联通便民惠农家园乐";
        let chars: Vec<char> = CHARS.chars().collect();
        let length = 2 + self.below(3);
        (0..length)
            .map(|_| chars[self.below(chars.len()).min(self.below(chars.len()))])
            .collect()
    }
}

const KINDS: [(&str, &str); 6] = [
    ("inspection_result", "抽查检查结果公示"),
    ("permit", "行政许可决定"),
    ("penalty", "行政处罚决定书"),
    ("abnormal_listing", "列入经营异常名录决定"),
    ("credit_promise", "信用承诺书"),
    ("repair_decision", "信用修复决定"),
];
const AUTHORITIES: [(&str, &str, &str); 10] = [
    ("SCJG", "市场监督管理局", "市监"),
    ("YJGL", "应急管理局", "应急"),
    ("STHJ", "生态环境局", "环"),
    ("WSJK", "卫生健康局", "卫"),
    ("ZJ", "住房和城乡建设局", "住建"),
    ("JYTY", "教育体育局", "教体"),
    ("WHLY", "文化和旅游局", "文旅"),
    ("NYNC", "农业农村局", "农"),
    ("JTYS", "交通运输局", "交"),
    ("RSJ", "人力资源和社会保障局", "人社"),
];
const COUNTIES: [(&str, &str); 6] = [
    ("610323", "岐山县"),
    ("610322", "凤翔区"),
    ("610103", "碑林区"),
    ("610113", "雁塔区"),
    ("610727", "略阳县"),
    ("610824", "靖边县"),
];
const TOWNS: [&str; 8] = [
    "凤鸣镇",
    "蔡家坡镇",
    "益店镇",
    "北郭乡",
    "城关镇",
    "长安路街道",
    "张家砭镇",
    "文艺路街道",
];
const TRADES: [&str; 10] = [
    "食品",
    "餐饮",
    "商贸",
    "建筑工程",
    "物业管理",
    "医疗器械",
    "汽车维修",
    "农资",
    "教育咨询",
    "烟花爆竹",
];
const FORMS: [&str; 5] = [
    "有限公司",
    "有限责任公司",
    "商行（个体工商户）",
    "超市",
    "农民专业合作社",
];
const SENTENCES: [&str; 12] = [
    "根据年度双随机抽查计划，对其登记事项、公示信息进行检查，未发现问题",
    "当事人经营超过保质期的食品，违反《中华人民共和国食品安全法》第三十四条的规定",
    "通过登记的住所（经营场所）无法联系，依照企业经营异常名录管理办法列入经营异常名录",
    "责令改正违法行为，没收违法所得，并处罚款人民币五千元整",
    "发现消防通道堵塞、灭火器过期，已责令限期整改并复查合格",
    "申请人提交的材料齐全、符合法定形式，决定准予行政许可",
    "当事人主动履行行政处罚决定，纠正失信行为，申请信用修复，经审核予以同意",
    "承诺依法诚信经营，自觉接受社会监督，如有违反愿承担法律责任",
    "检查人员出示执法证件，告知当事人陈述、申辩和申请回避的权利",
    "未在规定期限内报送年度报告并向社会公示",
    "特种设备安全技术档案不完整，电梯维护保养记录缺失",
    "从业人员健康证明过期，餐具消毒记录不完整，卫生许可证在有效期内",
];

fn document(index: u64) -> SearchDoc {
    let numbers = &mut Numbers(index);
    let (kind, kind_name) = KINDS[numbers.below(KINDS.len())];
    let (authority, authority_name, short) = AUTHORITIES[numbers.below(AUTHORITIES.len())];
    let (region, county) = COUNTIES[numbers.below(COUNTIES.len())];
    let name = format!(
        "{county}{}{}{}{}",
        numbers.pick(&TOWNS),
        numbers.brand(),
        numbers.pick(&TRADES),
        numbers.pick(&FORMS)
    );
    let date = i32::try_from(18_600 + numbers.below(1_900)).expect("a small number");
    let year = 2020 + (date - 18_262) / 365;
    let number = format!(
        "{}{short}{}〔{year}〕{}号",
        &county[..3],
        &kind_name[..6],
        numbers.below(5_000)
    );
    let mut text = String::new();
    for _ in 0..2 + numbers.below(4) {
        text.push_str(numbers.pick(&SENTENCES));
        text.push('。');
    }
    text.push_str(&format!(
        "住所：{county}{}{}号",
        numbers.pick(&TOWNS),
        numbers.below(400)
    ));
    SearchDoc {
        index,
        kind: kind.to_owned(),
        authority: format!("{region}-{authority}"),
        region: region.to_owned(),
        subject_uscc: Some(format!(
            "91{region}MA{:08X}{}",
            numbers.next() as u32,
            index % 10
        )),
        subject_name: Some(name),
        title: number.clone(),
        labels: vec![kind_name.to_owned(), format!("{county}{authority_name}")],
        text,
        codes: vec![number],
        marks: Vec::new(),
        date: Some(date),
        logged_at: i64::from(date) * 86_400,
        corrects: None,
    }
}

/// Bytes of the document as the JSON another engine would be sent.
fn json_bytes(doc: &SearchDoc) -> usize {
    let texts = [
        &doc.kind,
        &doc.authority,
        &doc.region,
        &doc.title,
        &doc.text,
    ];
    let optional = [&doc.subject_uscc, &doc.subject_name];
    let keys = 140;
    keys + texts.iter().map(|text| text.len()).sum::<usize>()
        + optional
            .iter()
            .filter_map(|text| text.as_ref())
            .map(String::len)
            .sum::<usize>()
        + doc
            .codes
            .iter()
            .chain(&doc.labels)
            .map(String::len)
            .sum::<usize>()
}

/// Memory of this process, in MB.
#[derive(Default)]
struct Memory {
    /// The most of its own at any time it was looked at.
    own: u64,
    /// The most ever, with pages of mapped files, which the system takes back where it needs them.
    with_files: u64,
}

impl Memory {
    fn look(&mut self) {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let of = |name: &str| {
            let mut lines = status.lines();
            let kb = lines.find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
            kb.and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() / 1024
        };
        self.own = self.own.max(of("RssAnon:"));
        self.with_files = of("VmHWM:");
    }
}

impl std::fmt::Display for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { own, with_files } = self;
        write!(f, "peak memory {own} MB, {with_files} MB with mapped files")
    }
}

fn folder_bytes(folder: &Path) -> u64 {
    fs::read_dir(folder).map_or(0, |files| {
        files
            .filter_map(|file| Some(file.ok()?.metadata().ok()?.len()))
            .sum()
    })
}

/// A name in letters, or in the first of each.
fn sound(name: &str, first: bool) -> String {
    let sounds = name.to_pinyin().flatten();
    let letters = sounds.map(|sound| match first {
        true => sound.first_letter(),
        false => sound.plain(),
    });
    letters.collect()
}

/// The text with one character wrong.
fn slip(text: &str, at: usize, wrong: char) -> String {
    let chars = text.chars().enumerate();
    chars
        .map(|(place, c)| if place == at { wrong } else { c })
        .collect()
}

fn shapes(count: u64) -> Vec<(&'static str, Vec<SearchQuery>)> {
    let ask = |text: String| SearchQuery {
        text,
        limit: 20,
        ..SearchQuery::default()
    };
    let some = |make: &dyn Fn(SearchDoc, &mut Numbers) -> String| -> Vec<SearchQuery> {
        let numbers = &mut Numbers(7);
        (0..RUNS)
            .map(|_| ask(make(document(numbers.next() % count), numbers)))
            .collect()
    };
    let piece = |text: &str, from: usize, length: usize| {
        text.chars().skip(from).take(length).collect::<String>()
    };
    let name = |doc: &SearchDoc| doc.subject_name.clone().unwrap_or_default();
    let code = |doc: &SearchDoc| doc.subject_uscc.clone().unwrap_or_default();
    let fixed = |text: &str| vec![ask(text.to_owned()); RUNS];
    let filtered = |text: &str, sort| {
        let query = SearchQuery {
            kinds: vec!["penalty".into(), "permit".into()],
            regions: vec!["610300".into()],
            date_from: Some(19_000),
            date_to: Some(20_000),
            sort,
            ..ask(text.to_owned())
        };
        vec![query; RUNS]
    };
    vec![
        ("whole code", some(&|doc, _| code(&doc))),
        (
            "piece of a code",
            some(&|doc, numbers| piece(&code(&doc), numbers.below(8), 8)),
        ),
        ("decision number", some(&|doc, _| doc.title)),
        ("whole name", some(&|doc, _| name(&doc))),
        (
            "4 of a name",
            some(&|doc, numbers| piece(&name(&doc), 3 + numbers.below(5), 4)),
        ),
        (
            "2 of a name",
            some(&|doc, numbers| piece(&name(&doc), 5 + numbers.below(4), 2)),
        ),
        ("1 of a name", some(&|doc, _| piece(&name(&doc), 7, 1))),
        (
            "名 + 事",
            some(&|doc, _| format!("{} 行政处罚", piece(&name(&doc), 6, 3))),
        ),
        (
            "pinyin of 4",
            some(&|doc, numbers| sound(&piece(&name(&doc), 3 + numbers.below(5), 4), false)),
        ),
        (
            "first letters of 5",
            some(&|doc, numbers| sound(&piece(&name(&doc), 3 + numbers.below(4), 5), true)),
        ),
        (
            "first letters of 3",
            some(&|doc, _| sound(&piece(&name(&doc), 6, 3), true)),
        ),
        (
            "name with a slip",
            some(&|doc, _| slip(&name(&doc), 7, '囍')),
        ),
        (
            "piece of a name with a slip",
            some(&|doc, _| slip(&piece(&name(&doc), 3, 6), 4, '囍')),
        ),
        (
            "code with a slip",
            some(&|doc, _| slip(&code(&doc), 12, 'Z')),
        ),
        ("nothing like it", fixed("囍囍有限公司食品处罚")),
        ("失联", fixed("失联")),
        ("黑名单", fixed("黑名单")),
        ("没有健康证", fixed("没有健康证")),
        ("岐山市监局 2024 处罚", fixed("岐山市监局 2024 处罚")),
        ("凤鸣镇一百二十号", fixed("凤鸣镇一百二十号")),
        ("有限公司", fixed("有限公司")),
        ("经营异常名录", fixed("经营异常名录")),
        ("食品安全 处罚 2024", fixed("食品安全 处罚 2024")),
        ("岐山县食品处罚", fixed("岐山县食品处罚")),
        ("号", fixed("号")),
        ("everything", fixed("")),
        (
            "everything, newest, page 400",
            vec![
                SearchQuery {
                    sort: Sort::Newest,
                    offset: 8_000,
                    ..ask(String::new())
                };
                RUNS
            ],
        ),
        ("有限公司, filtered", filtered("有限公司", Sort::Relevance)),
        ("filters alone, oldest", filtered("", Sort::Oldest)),
    ]
}

fn main() -> Result<(), SearchError> {
    // Run as a test, without `--bench`, it only shows that it runs.
    let usual = if std::env::args().any(|argument| argument == "--bench") {
        100_000
    } else {
        500
    };
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"));
    let count: u64 = arguments
        .next()
        .and_then(|count| count.parse().ok())
        .unwrap_or(usual)
        .max(1);
    let temporary = tempfile::tempdir().map_err(|source| SearchError::Io {
        path: std::env::temp_dir(),
        source,
    })?;
    let place = arguments.next();
    let folder = place
        .as_ref()
        .map_or_else(|| temporary.path().to_owned(), Into::into);
    let server = place.filter(|place| place.starts_with("http"));
    let only = arguments.next();

    let begun = Instant::now();
    let index: Box<dyn SearchIndex> = match &server {
        None => Box::new(TantivyIndex::open(&folder, TantivyOptions::default())?),
        Some(url) => {
            let options = MeiliOptions {
                url: url.clone(),
                key: std::env::var("GONGSHI_SEARCH_KEY").ok(),
                index: "gongshi_bench".to_owned(),
                log: "bench.example/log".to_owned(),
                ..MeiliOptions::default()
            };
            let opened = MeiliIndex::open(options);
            let opened = opened.map_err(|error| SearchError::Engine(error.to_string()))?;
            opened.cursor()?;
            Box::new(opened)
        }
    };
    let opened = begun.elapsed();
    index.search(&SearchQuery {
        text: "双随机".to_owned(),
        ..SearchQuery::default()
    })?;
    println!(
        "opened in {:.0} ms, first answer (word lists loaded) {:.0} ms after",
        opened.as_secs_f64() * 1e3,
        (begun.elapsed() - opened).as_secs_f64() * 1e3
    );
    let (mut making, mut writing, mut bytes) = (Duration::ZERO, Duration::ZERO, 0);
    let mut memory = Memory::default();
    let mut next = index.cursor()?;
    let first = next;
    while next < count {
        let begun = Instant::now();
        let docs: Vec<SearchDoc> = (next..count).take(BATCH).map(document).collect();
        bytes += docs.iter().map(json_bytes).sum::<usize>();
        making += begun.elapsed();
        next += docs.len() as u64;
        let begun = Instant::now();
        index.index_batch(&docs, &[], next)?;
        if next.is_multiple_of(25 * BATCH as u64) {
            index.commit()?;
            if server.is_some() {
                let so_far = writing + begun.elapsed();
                let rate = (next - first) as f64 / so_far.as_secs_f64();
                println!("{next} documents, {rate:.0}/s so far");
            }
        }
        writing += begun.elapsed();
        memory.look();
    }
    let begun = Instant::now();
    index.commit()?;
    writing += begun.elapsed();
    memory.look();
    if next > first {
        println!(
            "{} documents in {:.1} s: {:.0}/s (made in {:.1} s beside), {memory}",
            next - first,
            writing.as_secs_f64(),
            (next - first) as f64 / writing.as_secs_f64(),
            making.as_secs_f64(),
        );
        println!("documents as JSON {} MB", bytes / 1_000_000);
        if server.is_none() {
            let at_once = folder_bytes(&folder);
            // What was merged is still there for whoever reads from it.
            index.purge()?;
            let size = folder_bytes(&folder);
            println!(
                "index {} MB, {:.2} times the documents' JSON; {:.2} before what is merged was removed",
                size / 1_000_000,
                size as f64 / bytes as f64,
                at_once as f64 / bytes as f64
            );
        }
    }

    let asked = |shape: &str| only.as_ref().is_none_or(|only| only == shape);
    for (shape, queries) in shapes(count) {
        if !asked(shape) {
            continue;
        }
        let mut times = Vec::new();
        let mut total = 0;
        for query in &queries {
            let begun = Instant::now();
            total = index.search(query)?.total;
            times.push(begun.elapsed());
        }
        memory.look();
        times.sort_unstable();
        let at = |share: usize| times[(times.len() * share).div_ceil(100) - 1].as_secs_f64() * 1e3;
        println!(
            "p50 {:8.2} ms  p99 {:8.2} ms  {total:8} found (last)  {shape}",
            at(50),
            at(99)
        );
    }
    println!("{memory}");
    Ok(())
}
