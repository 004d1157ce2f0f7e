//! The pages of plans and draws at every stage.

use crate::scene::*;

#[test]
fn every_stage_is_there() {
    let scene = Scene::new();
    for key in EVERY {
        let state = scene.county.state(key);
        println!("{key} {}", state.stage(scene.county.now()).name());
    }
    if let Ok(listen) = std::env::var("LOOK") {
        gongshi::web::serve(scene.county.log.app.portal.clone(), &listen, |at| println!("{at}")).unwrap();
    }
}
