//! Everything that can be found out about an event without knowing its place in the log: form, fields, rights, signature, references,
//! files, and what the order of a draw says of it as things stand. Many events beside one another; nothing is changed.

use super::planning::{self, Said};
use super::{
    Checked, Event, Inspected, Intake, Looked, NOT_OPEN, Refusal, competence, endings, publication,
    references, seen, upload,
};
use crate::domain::{self, Kind};
use crate::rules::Rules;
use crate::store::StoreError;
use gongshi_verify::entry::Entry;
use gongshi_verify::keys::PublicKey;
use gongshi_verify::registry::{Registry, RegistryError};

impl Intake {
    /// Everything that can be checked without knowing the event's place in the log.
    pub(super) fn look(&self, event: Event, registry: &Registry) -> Looked {
        let (commitment, record) = event.record().seal();
        let statement = event.statement(commitment);
        let message = statement.message(self.log.origin());
        let entry = statement.into_entry(event.issued_at, event.signature, event.cosignature);
        let keys = seen::Keys::of(&message, &event.record().salt);
        // Asked before the serial section, where everybody waits; an authority record has its own turn there.
        let authority = event.kind.as_str() == Kind::Authority.as_str();
        let unknown_at = self.stored.cursor();
        let found = self
            .signer(&event, &entry, &message, registry)
            .and_then(|key| match authority {
                true => Ok((key, None)),
                false => Ok((key, self.stored.find(&keys, &message, &self.log)?)),
            })
            // One sent again is answered even where its files have left with its record.
            .and_then(|(key, existing)| match existing {
                Some(_) => Ok((key, existing)),
                None => event
                    .view()
                    .map_or(Ok(()), |view| {
                        upload::check(&self.files, &view)?;
                        let today = domain::dates::day_in_china(self.clock.now().unix());
                        let court =
                            publication::Court::new(&self.log, &self.standing, self.rules(), today);
                        court.judge(event.authority.as_str(), &view)
                    })
                    .map(|()| (key, existing)),
            });
        match found {
            Ok((key, existing)) => Ok(Checked {
                inspected: self.inspected(&event, &entry, existing, registry),
                event,
                entry,
                message,
                keys,
                record,
                key,
                existing,
                unknown_at: (!authority).then_some(unknown_at),
            }),
            Err(refusal) => {
                // What an event further up may change is looked at again in its turn.
                let again = refusal.depends_on_what_precedes().then(|| Box::new(event));
                Err((refusal, again))
            }
        }
    }

    /// What the order of a draw says of an event, where it has to do with one and is not in the log yet.
    fn inspected(
        &self,
        event: &Event,
        entry: &Entry,
        existing: Option<u64>,
        registry: &Registry,
    ) -> Option<Inspected> {
        let kind: Kind = event.kind.as_str().parse().ok()?;
        if existing.is_some() || !(planning::takes_part(kind) || kind == Kind::InspectionResult) {
            return None;
        }
        let body = event.body();
        let said = Said { entry, kind, body };
        // Read before the look: what changes meanwhile is looked at again.
        let desk = self.desk(registry);
        let stood = || Ok::<_, StoreError>((self.docket.cursor()?, desk.plan_named(said)?));
        Some(match stood() {
            Ok((cursor, plan)) => Inspected {
                cursor,
                plan,
                result: desk.inspect(said),
            },
            Err(error) => Inspected {
                cursor: u64::MAX,
                plan: None,
                result: Err(error.into()),
            },
        })
    }

    /// The key that signed an event it has every right to sign; none where the registry checks that in its turn.
    fn signer(
        &self,
        event: &Event,
        entry: &Entry,
        message: &[u8],
        registry: &Registry,
    ) -> Result<Option<PublicKey>, Refusal> {
        let kind: Kind = event
            .kind
            .as_str()
            .parse()
            .map_err(|_| Refusal::UnknownKind(event.kind.to_string()))?;
        if NOT_OPEN.contains(&kind) {
            return Err(Refusal::KindNotOpen(kind));
        }
        // Its place among the members a kind has; before the signature, which covers `ref` and would only say "wrong".
        entry
            .check()
            .map_err(|e| Refusal::Malformed(e.to_string()))?;
        let body = event.body();
        let day = domain::dates::day_in_china(event.issued_at.unix());
        let view = domain::View::new(kind, body);
        domain::validate(kind, body, day).map_err(|mut faults| {
            let place = Rules::place(Some(event.authority.as_str()), &view, day);
            self.model.rules().codes().explain(&mut faults, place);
            Refusal::Fields(faults)
        })?;
        if kind == Kind::Authority {
            // Its rules are the registry's, and are checked in its turn; what the operator never signed does not get there.
            if let Some(operator) = registry.operator() {
                if entry.authority != operator.id {
                    return Err(RegistryError::NotOperator.into());
                }
                if !registry.has_signed(&operator.id, message, &entry.signature) {
                    return Err(Refusal::Signature(operator.id.to_string()));
                }
            }
            return match view.text_of("public_key") == Some(&self.log.verifier().key.to_base64()) {
                true => Err(Refusal::KeyOfLog),
                false => Ok(None),
            };
        }
        let region = view.region();
        registry.may_publish(
            &event.authority,
            &event.kind,
            region.as_ref().map(domain::Region::as_str),
        )?;
        match registry.find_signer(&event.authority, message, &event.signature) {
            Some(key) => {
                endings::approved(registry, entry, &key)?;
                references::check(&self.log, &self.standing, &view)?;
                competence::judge(&self.log, registry, self.clock.now(), entry, &view)?;
                if endings::is_one(kind) {
                    let operator = registry.operator().map(|operator| &operator.id);
                    endings::inspect(&self.log, operator, entry, kind, body)?;
                }
                Ok(Some(key))
            }
            None => Err(Refusal::Signature(event.authority.to_string())),
        }
    }
}
