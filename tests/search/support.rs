//! A county in miniature, and an index of it.

use gongshi::search::{
    SearchDoc, SearchIndex, SearchPage, SearchQuery, TantivyIndex, TantivyOptions,
};
use std::path::Path;
use tempfile::TempDir;

pub fn options() -> TantivyOptions {
    TantivyOptions {
        writer_threads: 1,
        writer_heap: 15_000_000,
        ..TantivyOptions::default()
    }
}

pub fn open(folder: &Path) -> TantivyIndex {
    TantivyIndex::open(folder, options()).expect("the folder is writable")
}

pub fn doc(index: u64) -> SearchDoc {
    SearchDoc {
        index,
        kind: "permit".into(),
        authority: "QS-SCJG".into(),
        region: "610323".into(),
        subject_uscc: None,
        subject_name: None,
        title: String::new(),
        labels: Vec::new(),
        text: String::new(),
        codes: Vec::new(),
        marks: Vec::new(),
        date: None,
        logged_at: 0,
        corrects: None,
    }
}

/// An index of these documents, and the folder that must outlive it.
pub fn index_of(docs: &[SearchDoc]) -> (TantivyIndex, TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let index = open(folder.path());
    fill(&index, docs);
    (index, folder)
}

pub fn fill(index: &dyn SearchIndex, docs: &[SearchDoc]) {
    index
        .index_batch(docs, &[], docs.len() as u64)
        .expect("the engine works");
    index.commit().expect("the engine works");
}

pub fn ask(text: &str) -> SearchQuery {
    SearchQuery {
        text: text.into(),
        limit: 100,
        ..SearchQuery::default()
    }
}

pub fn indexes(page: &SearchPage) -> Vec<u64> {
    page.hits.iter().map(|hit| hit.index).collect()
}

pub fn found(index: &dyn SearchIndex, text: &str) -> Vec<u64> {
    let page = index.search(&ask(text)).expect("the engine works");
    assert_eq!(page.total, page.hits.len() as u64, "{text}");
    indexes(&page)
}

/// A small register as a county would have it.
pub fn county() -> Vec<SearchDoc> {
    vec![
        SearchDoc {
            subject_name: Some("岐山县凤鸣镇张三丰食品商行（个体工商户）".into()),
            subject_uscc: Some("92610323MA6X00001T".into()),
            kind: "penalty".into(),
            title: "岐市监处罚〔2026〕12号".into(),
            codes: vec!["岐市监处罚〔2026〕12号".into()],
            text: "经营超过保质期的食品，违反食品安全法，处以罚款五千元。岐山县市场监督管理局"
                .into(),
            date: Some(20_500),
            ..doc(0)
        },
        SearchDoc {
            subject_name: Some("岐山县蔡家坡镇好再来餐饮有限公司".into()),
            subject_uscc: Some("91610323MA6X00002Q".into()),
            kind: "abnormal_listing".into(),
            title: "列入经营异常名录决定".into(),
            text: "通过登记的住所或者经营场所无法联系，列入经营异常名录".into(),
            date: Some(20_510),
            ..doc(1)
        },
        SearchDoc {
            kind: "plan".into(),
            authority: "QS-YJGL".into(),
            region: "610300".into(),
            title: "2026年度危险化学品企业双随机联合抽查计划".into(),
            codes: vec!["610323-2026-LH-007".into()],
            text: "发起部门岐山县应急管理局，配合部门生态环境局，张三丰为联系人".into(),
            date: Some(20_460),
            ..doc(2)
        },
        SearchDoc {
            subject_name: Some("ＡＢＣ Trading（Xi'an）有限公司".into()),
            region: "130600".into(),
            title: "食品经营许可证".into(),
            codes: vec!["JY16103230012345".into()],
            date: Some(19_900),
            ..doc(3)
        },
    ]
}
