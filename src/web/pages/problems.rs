//! What the `type` of an error answer of the interface points to: what the code means, and what helps.
//!
//! Every code of the catalogues has a page; which answer carries which code is decided in [`crate::web::problem`].

use super::fault::Fault;
use super::{Answer, Page, Visit};
use crate::text::Catalogue;

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let code = visit.key.as_str();
    let title = format!("problem-title-{code}");
    if !Catalogue::built_in().has(visit.lang, &title) {
        return Err(Fault::no_problem(code));
    }
    let title = visit.word(&title);
    let args = [("title", title.as_str().into()), ("code", code.into())];
    Page::new("problem.html", visit.say("page-problem-title", &args))
        .with("heading", &title)
        .with("code", code)
        .with("meaning", &visit.word(&format!("problem-meaning-{code}")))
        .with("remedy", &visit.word(&format!("problem-remedy-{code}")))
        .done()
}
