//! Commits and reveals: by the plan's contributors, each once, and the secret is the one committed to.

use super::{Desk, Said, breach};
use crate::domain::Breach;
use crate::intake::Refusal;
use gongshi_verify::draw::randomness::commitment;
use gongshi_verify::encoding::{hex, hex32};

impl Desk<'_> {
    pub(super) fn inspect_commit(&self, said: Said<'_>) -> Result<(), Refusal> {
        let plan = self.open_plan(said)?;
        if !plan.contributors.iter().any(|id| id == said.who()) {
            return Err(breach("plan_key", &plan.key, Breach::NoContributor));
        }
        self.near_plan(said, &plan)?;
        match plan
            .commits
            .iter()
            .find(|one| one.contributor == said.who())
        {
            None => super::called_off::unrevealed(&plan),
            Some(one) => {
                let index = one.index.to_string();
                Err(breach(
                    "plan_key",
                    &plan.key,
                    Breach::CommittedAlready { index },
                ))
            }
        }
    }

    pub(super) fn inspect_reveal(&self, said: Said<'_>) -> Result<(), Refusal> {
        let plan = self.open_plan(said)?;
        let commit = plan
            .commits
            .iter()
            .find(|one| one.contributor == said.who());
        let Some(commit) = commit else {
            return Err(breach("plan_key", &plan.key, Breach::NotCommitted));
        };
        self.near_plan(said, &plan)?;
        // What was revealed is public: who copies it says nothing new.
        if let Some(one) = plan
            .reveals
            .iter()
            .find(|one| one.contributor == said.who())
        {
            let index = one.index.to_string();
            return Err(breach(
                "plan_key",
                &plan.key,
                Breach::RevealedAlready { index },
            ));
        }
        let secret = said.text("secret");
        let fits = hex32(secret).is_ok_and(|secret| {
            said.plan_key().is_ok_and(|key| {
                hex(&commitment(&key, &said.entry.authority, &secret)) == commit.commitment
            })
        });
        if !fits {
            return Err(breach("secret", secret, Breach::SecretDiffers));
        }
        match said.named("commit") {
            Some(index) if index != commit.index => {
                let expected = commit.index.to_string();
                Err(breach("commit", index, Breach::DrawDiffers { expected }))
            }
            _ => Ok(()),
        }
    }
}
