//! The table of routes as the server itself holds it, so that nobody has to keep a second one.
//!
//! The server's own map of its resources is read by its `Debug` words: there is no other way to list it. Should they change, no route is
//! found, and the tests that count them fail.

use actix_web::dev::Service as _;
use actix_web::{App, test};
use gongshi::web::Portal;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Every route of the server: the pattern that a request is matched by, and that its counters name.
pub fn table(portal: Portal) -> BTreeSet<String> {
    let words = Rc::new(RefCell::new(String::new()));
    let told = words.clone();
    let configure = gongshi::web::configure(portal);
    actix_web::rt::System::new().block_on(async move {
        let app = App::new()
            .configure(configure)
            .wrap_fn(move |request, next| {
                *told.borrow_mut() = format!("{:?}", request.resource_map());
                next.call(request)
            });
        let app = test::init_service(app).await;
        let request = test::TestRequest::with_uri("/healthz").to_request();
        assert!(
            test::call_service(&app, request)
                .await
                .status()
                .is_success()
        );
    });
    let tokens: TokenStream = words.borrow().parse().unwrap();
    let mut routes = BTreeSet::new();
    maps(tokens, "", &mut routes);
    routes
}

/// Reads each map in a list of them; those without nodes are routes.
fn maps(tokens: TokenStream, above: &str, routes: &mut BTreeSet<String>) {
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        if matches!(&token, TokenTree::Ident(name) if name == "ResourceMap")
            && let Some(TokenTree::Group(map)) = tokens.next()
        {
            let own = strings(&member(&map, "patterns", &["pattern"]));
            for pattern in own {
                let path = format!("{above}{pattern}");
                let nodes = member(&map, "nodes", &[]);
                match nodes.to_string().as_str() {
                    "None" => drop(routes.insert(path)),
                    _ => nested(nodes, &path, routes),
                }
            }
        }
    }
}

/// The maps within brackets, however deep.
fn nested(tokens: TokenStream, above: &str, routes: &mut BTreeSet<String>) {
    for token in tokens {
        if let TokenTree::Group(group) = token {
            match group.delimiter() {
                Delimiter::Bracket => maps(group.stream(), above, routes),
                _ => nested(group.stream(), above, routes),
            }
        }
    }
}

/// What stands behind a member's name, down the members that lead to it.
fn member(group: &Group, name: &str, through: &[&str]) -> TokenStream {
    if let Some((first, rest)) = through.split_first() {
        let inner = member(group, first, &[]).into_iter();
        let mut groups = inner.filter_map(|token| match token {
            TokenTree::Group(group) => Some(group),
            _ => None,
        });
        return member(&groups.next().unwrap(), name, rest);
    }
    let mut tokens = group.stream().into_iter();
    let found = tokens.find(|token| matches!(token, TokenTree::Ident(ident) if ident == name));
    assert!(found.is_some(), "{group} has no {name}");
    let colon = tokens.next();
    assert!(matches!(colon, Some(TokenTree::Punct(_))));
    let comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
    tokens.take_while(|token| !comma(token)).collect()
}

fn strings(tokens: &TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens.clone() {
        match token {
            TokenTree::Group(group) => found.extend(strings(&group.stream())),
            TokenTree::Literal(literal) => {
                let text: syn::LitStr = syn::parse_str(&literal.to_string()).unwrap();
                found.push(text.value());
            }
            _ => {}
        }
    }
    found
}
