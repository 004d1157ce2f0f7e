//! How to reach the server, and what is kept there for whom. What may be shown of it holds no key.

/// How to reach the server.
#[derive(Clone)]
pub struct MeiliOptions {
    /// Its address, such as `http://127.0.0.1:7700`.
    pub url: String,
    /// A key that may make keys (then two with fewer rights are made and used), or that may write; none where the server asks for none.
    pub key: Option<String>,
    /// A key that may only search, where the other may not make one.
    pub read_key: Option<String>,
    /// Name of the index; one log has one.
    pub index: String,
    /// What the documents rest on besides the log, as [`TantivyOptions`](crate::search::TantivyOptions) has it.
    pub made_with: [u8; 32],
    /// The log's origin: an index of another is left alone.
    pub log: String,
    /// Fills a new index whatever there is, and puts it in the place of the old one when it is as far.
    pub anew: bool,
    /// Bytes of documents that are sent at once.
    pub payload: usize,
}

impl Default for MeiliOptions {
    /// No server; 32 MiB at once.
    fn default() -> Self {
        MeiliOptions {
            url: String::new(),
            key: None,
            read_key: None,
            index: String::new(),
            made_with: [0; 32],
            log: String::new(),
            anew: false,
            payload: 32 << 20,
        }
    }
}

impl std::fmt::Debug for MeiliOptions {
    /// Without the keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("MeiliOptions");
        shown.field("url", &self.url).field("index", &self.index);
        shown.finish_non_exhaustive()
    }
}
