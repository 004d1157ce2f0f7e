//! What lists of plans need of each: whose it is and at which stage. Of a plan that is drawn or called off that never changes,
//! so it is kept, and a list of thousands does not read them all again.

use crate::docket::{PlanState, Stage};
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use gongshi_verify::names::PlanKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Plans that are kept, a few hundred bytes each.
const MOST: usize = 20_000;

/// A plan in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Its key.
    pub key: PlanKey,
    /// Index of its record.
    pub index: u64,
    /// Whose it is.
    pub authority: String,
    /// Six digits.
    pub region: String,
    /// Departments that send officers, in the plan's order.
    pub departments: Vec<String>,
    /// Where it stands.
    pub stage: Stage,
}

impl Course {
    /// Whose plan it is, and who else sends officers.
    pub fn parties(&self) -> impl Iterator<Item = &str> {
        let authority = self.authority.as_str();
        let departments = self.departments.iter().map(String::as_str);
        std::iter::once(authority).chain(departments.filter(move |id| *id != authority))
    }

    fn of(key: PlanKey, plan: PlanState, now: i64) -> Self {
        Course {
            key,
            index: plan.index,
            stage: plan.stage(now),
            authority: plan.authority,
            region: plan.region,
            departments: plan.departments,
        }
    }
}

/// Plans that are over.
#[derive(Default)]
pub(super) struct Courses(Mutex<HashMap<String, Arc<Course>>>);

impl Portal {
    /// Plans below entry `before`, newest first, at most so many.
    ///
    /// # Errors
    /// Where the docket cannot be read.
    pub fn courses(&self, before: Option<u64>, most: usize) -> Result<Vec<Arc<Course>>, Problem> {
        const WHOLE: &str = "no holder of this lock panics";
        let (docket, now) = (self.intake.docket(), self.now());
        let keys = docket.plans(before, most);
        let keys = keys.map_err(|error| internal(&error))?;
        let known: Vec<Option<Arc<Course>>> = {
            let kept = self.draws.courses.0.lock().expect(WHOLE);
            keys.iter()
                .map(|key| kept.get(key.as_str()).cloned())
                .collect()
        };
        let (mut courses, mut over) = (Vec::with_capacity(keys.len()), Vec::new());
        for (key, known) in keys.into_iter().zip(known) {
            if let Some(known) = known {
                courses.push(known);
                continue;
            }
            let course = Arc::new(Course::of(key.clone(), self.plan(&key)?, now));
            if matches!(course.stage, Stage::Drawn | Stage::Cancelled) {
                over.push(course.clone());
            }
            courses.push(course);
        }
        let mut kept = self.draws.courses.0.lock().expect(WHOLE);
        if kept.len() + over.len() > MOST {
            kept.clear();
        }
        kept.extend(
            over.into_iter()
                .take(MOST)
                .map(|one| (one.key.to_string(), one)),
        );
        Ok(courses)
    }
}
