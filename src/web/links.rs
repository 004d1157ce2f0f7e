//! Addresses of the pages, in one place: a permalink that changes is a broken promise.
//!
//! Chinese pages stand at the root, English ones below `/en`. Nothing here reads a request or asks whether a page exists.

use crate::domain::Kind;
use crate::text::Lang;
use gongshi_verify::receipt::ReceiptCode;

/// What stands before every path of a language.
pub const fn prefix(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "",
        Lang::En => "/en",
    }
}

/// The language of a path and the path without its prefix, always beginning with `/`.
pub fn split(path: &str) -> (Lang, &str) {
    match path.strip_prefix("/en") {
        Some("") => (Lang::En, "/"),
        Some(rest) if rest.starts_with('/') => (Lang::En, rest),
        _ => (Lang::Zh, path),
    }
}

/// The same page in a language: `path` without prefix, `query` as it came.
pub fn page(lang: Lang, path: &str, query: &str) -> String {
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{path}{mark}{query}", prefix(lang))
}

/// The page of one record.
pub fn record(lang: Lang, index: u64) -> String {
    format!("{}/record/{index}", prefix(lang))
}

/// The page of one enterprise.
pub fn enterprise(lang: Lang, uscc: &str) -> String {
    format!("{}/enterprise/{uscc}", prefix(lang))
}

/// The page of one authority.
pub fn authority(lang: Lang, id: &str) -> String {
    format!("{}/authority/{id}", prefix(lang))
}

/// What an authority has to do by when.
pub fn duties(lang: Lang, id: &str) -> String {
    format!("{}/authorities/{id}/duties", prefix(lang))
}

/// A file by its SHA-256 in hexadecimal: one address for all languages.
pub fn file(sha256: &str) -> String {
    format!("/api/v1/files/{sha256}")
}

/// The records of a kind, newest first.
pub fn list(lang: Lang, kind: Kind) -> String {
    format!("{}/list/{kind}", prefix(lang))
}

/// The Atom feed of a page that has one.
pub fn feed(page: &str) -> String {
    format!("{page}.atom")
}

/// The page of a receipt code.
pub fn receipt(lang: Lang, code: &ReceiptCode) -> String {
    format!("{}/receipts/{code}", prefix(lang))
}

/// The page of a plan.
pub fn plan(lang: Lang, key: &str) -> String {
    format!("{}/plans/{key}", prefix(lang))
}

/// The page of a plan's draw.
pub fn draw(lang: Lang, key: &str) -> String {
    format!("{}/draws/{key}", prefix(lang))
}

/// The page that says whether a plan drew a target, and why.
pub fn target(lang: Lang, key: &str, id: &str) -> String {
    format!("{}/draws/{key}/target/{id}", prefix(lang))
}

/// The task cards of a department in a plan.
pub fn tasks(lang: Lang, key: &str, department: &str) -> String {
    format!("{}/plans/{key}/tasks/{department}", prefix(lang))
}

/// A path with a query of the given pairs, in the order given; empty values are left out.
pub fn with_query(lang: Lang, path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    page(lang, path, &query.finish())
}

/// The address of a portal, such as `https://gs.example.gov.cn`, as it begins absolute links: a scheme and a plain host; a slash at its end is left out.
pub fn public_url(text: &str) -> Option<String> {
    let (scheme, host) = text.split_once("://")?;
    site(scheme, host.strip_suffix('/').unwrap_or(host))
}

/// The beginning of an absolute link where no address is set: the host that the reader asked for, by TLS unless that is this machine itself.
/// `None` where it is no plain host, which whoever asks can make up.
pub fn asked(host: &str) -> Option<String> {
    let here = ["localhost", "127.0.0.1", "[::1]"].iter().any(|here| {
        let rest = host.strip_prefix(here);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    });
    site(if here { "http" } else { "https" }, host)
}

fn site(scheme: &str, host: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:-[]".contains(&byte);
    let fits = matches!(scheme, "http" | "https") && (1..=128).contains(&host.len());
    (fits && host.bytes().all(plain)).then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_to_a_plain_host() {
        assert_eq!(
            site("https", "log.example:8443").as_deref(),
            Some("https://log.example:8443")
        );
        assert_eq!(site("http", "[::1]:80").as_deref(), Some("http://[::1]:80"));
        for odd in ["", "a/b", "a b", "a\"", "例.example", "user@host"] {
            assert_eq!(site("https", odd), None, "{odd}");
        }
        assert_eq!(site("javascript", "log.example"), None);
        let set = |text| public_url(text);
        let plain = Some("https://log.example".to_owned());
        assert_eq!(
            (set("https://log.example"), set("https://log.example/")),
            (plain.clone(), plain)
        );
        for odd in [
            "log.example",
            "https://",
            "https:///",
            "https://log.example/a",
        ] {
            assert_eq!(set(odd), None, "{odd}");
        }
        assert_eq!(asked("log.example").as_deref(), Some("https://log.example"));
        for here in ["localhost", "127.0.0.1:8080", "[::1]:80"] {
            assert_eq!(asked(here), Some(format!("http://{here}")));
        }
        assert_eq!(
            asked("localhost.example").as_deref(),
            Some("https://localhost.example")
        );
    }

    #[test]
    fn a_path_says_its_language() {
        assert_eq!(split("/"), (Lang::Zh, "/"));
        assert_eq!(split("/en"), (Lang::En, "/"));
        assert_eq!(split("/en/"), (Lang::En, "/"));
        assert_eq!(split("/en/record/1"), (Lang::En, "/record/1"));
        assert_eq!(split("/enterprise/1"), (Lang::Zh, "/enterprise/1"));
    }

    #[test]
    fn queries_are_encoded_and_empty_values_left_out() {
        let link = with_query(Lang::En, "/search", &[("kind", ""), ("q", "示例 &=#")]);
        assert_eq!(link, "/en/search?q=%E7%A4%BA%E4%BE%8B+%26%3D%23");
        assert_eq!(page(Lang::Zh, "/search", ""), "/search");
    }
}
