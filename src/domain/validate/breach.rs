//! What breaks the order of a draw: the rules that join a plan, its libraries, secrets, draw and results.
//!
//! Only the words for it: code, arguments, an English sentence. Whether a rule is broken is found out where the log is.

use super::ProblemArg;

macro_rules! breaches {
    ($($(#[$doc:meta])* $name:ident $({ $($arg:ident),+ })? = $code:literal, $said:literal;)+) => {
        /// A broken rule of a draw. Arguments are told as they are.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[allow(missing_docs, reason = "arguments are named by what they hold")]
        pub enum Breach {
            $($(#[$doc])* #[error($said)] $name $({ $($arg: String),+ })?,)+
        }

        impl Breach {
            /// Every code with the names of its arguments, for the check that the catalogues have them all.
            pub const CODES: &'static [(&'static str, &'static [&'static str])] =
                &[$(($code, &[$($(stringify!($arg)),+)?])),+];

            /// Stable code; its message is `problem-<code>`.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$name { .. } => $code,)+ }
            }

            pub(super) fn args(&self) -> Vec<(&'static str, ProblemArg)> {
                match self {
                    $(Self::$name $({ $($arg),+ })? => vec![
                        $($((stringify!($arg), ProblemArg::Text($arg.clone())),)+)?
                    ],)+
                }
            }
        }
    };
}

breaches! {
    /// A line of a library that is no leaf, or of another form.
    LibraryLeaf { line } = "library_leaf", "line {line} of the file is not a leaf of this form of library";
    /// Ids that do not ascend.
    LibraryOrder { line } = "library_order", "line {line} of the file: ids must ascend, each once";
    /// A commitment that comes twice.
    LibrarySalt = "library_salt", "a commitment comes twice in the file; every salt serves once";
    /// The last line is cut off.
    LibraryUnended = "library_unended", "the file must end with a line feed, and be ASCII text";
    /// Another root than the file has.
    LibraryRoot { expected } = "library_root", "the root over the leaves of the file is {expected}";
    /// Another number of leaves.
    LibraryCount { expected } = "library_count", "the file has {expected} of them";
    /// A token of the leaves that the snapshot does not explain.
    TokenUnexplained { token } = "token_unexplained", "must name {token}, which stands in the leaves";
    /// `ref` or the key's own authority differ.
    PlanKeyDiffers = "plan_key_differs", "must be the plan key that the entry has as ref";
    /// A plan under somebody else's name.
    PlanKeyForeign { authority } = "plan_key_foreign", "must begin with {authority}, the authority that publishes it";
    /// Somebody else leads.
    LeadForeign { authority } = "lead_foreign", "must be {authority}, the authority that publishes the plan";
    /// Not registered in the log.
    AuthorityUnknown = "authority_unknown", "is no authority of this log";
    /// It may not publish what it would have to.
    ContributorMute = "contributor_mute", "may publish neither commits nor reveals in this log, or has no valid key";
    /// A period that the plan has nothing to do with.
    PeriodOther { years } = "period_other", "the period in the middle of the key must be of {years}, the year of the draw or of the first inspection";
    /// The inspections end before anything can be drawn.
    WindowPast { day } = "window_past", "must not be earlier than {day}, the day on which the draw can be made";
    /// Inspections without end.
    WindowLong { most } = "window_long", "must be at most {most} days after the inspections begin";
    /// The record and the entry's `ref` are not about the same.
    TargetOther { expected } = "target_other", "must be entry {expected}, which the event has as ref";
    /// A kind that never leaves.
    KindPermanent { kind } = "kind_permanent", "is an entry of kind {kind}, which is never corrected, withdrawn or erased";
    /// What a draw rests on.
    FeedsDraw = "feeds_draw", "is an entry that a draw rests on, which stays public";
    /// Somebody else's record.
    TargetForeign { authority } = "target_foreign", "is for {authority} to end or correct, not for this authority";
    /// Gone already.
    AlreadyEnded { by } = "already_ended", "is a record that has left publication by entry {by}";
    /// Destroyed already.
    AlreadyErased { by } = "already_erased", "is a record that was erased by entry {by}";
    /// A correction corrected.
    CorrectsCorrection { target } = "corrects_correction", "is a correction itself; correct entry {target}, of which it is one";
    /// Another kind than the record has.
    TargetKind { expected } = "target_kind_other", "must be {expected}, the kind of the record to be corrected";
    /// Word for word the same.
    NothingCorrected = "nothing_corrected", "is the record as it is; a correction says something else";
    /// Another region than the record's.
    RegionOfTarget { expected } = "region_of_target", "must be {expected}, the region of the record it is about";
    /// What is never shown.
    NeverShown { rule, basis } = "never_shown", "is a record that is never published, by rule {rule} ({basis})";
    /// No rule for that day.
    NoRule { day } = "no_rule_for_date", "is a record for which no rule of publication was in force on {day}";
    /// A day that the rule counts from.
    RuleDayMissing = "rule_day_missing", "is missing: the end of the display is counted from this day";
    /// Nobody knows whether the fine is low.
    ThresholdUnknown { province } = "threshold_unknown", "must say whether the fine is low: what is known of the standard of {province} does not tell for this subject";
    /// Nobody knows whether the fine is low, and the severity would do.
    ThresholdOrSeverity { province } = "threshold_or_severity", "must say whether the fine is low: what is known of the standard of {province} does not tell for this subject; or severity must say how severe the violation was";
    /// The fine is not what the record says.
    LowerFineDenied { province, low } = "lower_fine_denied", "must be {low}, by the standard of {province}";
    /// The authority has to decide.
    NeedsReview { rule } = "needs_review", "is a record for which rule {rule} gives no end: the authority has to decide";
    /// A correction by which a display would be over.
    DisplayCutShort { last_day, rule, basis } = "display_cut_short", "would end the display with {last_day}, by rule {rule} ({basis}), sooner than it stands and at once or within days: withdraw the record instead, which two keys sign";
    /// An application before its time.
    RepairEarly { from, rule, basis } = "repair_early", "was applied for too early: possible from {from} on, by rule {rule} ({basis})";
    /// Never ended early.
    RepairExcluded { rule, basis } = "repair_excluded", "is a record whose display is never ended early, by rule {rule} ({basis})";
    /// No application is needed.
    RepairByItself { rule, basis } = "repair_by_itself", "is a record whose display ends by itself, by rule {rule} ({basis})";
    /// Still on a list.
    RepairListed { rule, basis } = "repair_listed", "is about a subject that is on a list, which rule {rule} does not allow ({basis})";
    /// Punished again.
    RepairAgain { rule, basis } = "repair_again", "is about a subject that was penalised again since, which rule {rule} does not allow ({basis})";
    /// A condition that is not met.
    RepairUnmet { rule, basis } = "repair_unmet", "does not meet what rule {rule} asks for ({basis})";
    /// A withdrawal for a repair that nobody granted.
    RepairMissing = "repair_missing", "must name the decision that granted the repair of this record";
    /// An expiry by another rule or day.
    ExpiryOther { expected } = "expiry_other", "must be {expected}, as the rules give it";
    /// Nothing ends the display.
    ExpiryNone = "expiry_none", "is a record whose display has no end by the rules";
    /// The last day is not over.
    ExpiryEarly { today } = "expiry_early", "is not over: in China it is {today}";
    /// Somebody else's record.
    NotYours { authority } = "not_yours", "is for {authority} to act on, or for who stands above it or in its place";
    /// The operator is no department.
    OperatorKind { kind } = "operator_kind", "is a record of departments: the operator of the log publishes none of kind {kind}";
    /// Something happened before what it follows on.
    BeforeEntry { index, day } = "before_entry", "must not be earlier than {day}, the day of entry {index}";
    /// Decided about a record that was not there.
    EndedBefore { index, day } = "ended_before", "must not be earlier than {day}: before that there was nothing of entry {index} to be ended or corrected";
    /// A listing that was ended before.
    RemovedAlready { by } = "removed_already", "is a listing that entry {by} has ended";
    /// A listing that the log has, named by its day.
    ListingKnown { index, leaf_hash } = "listing_known", "is the day of a listing that this log has: name it by its entry, {index} {leaf_hash}; or give another ground if another is meant";
    /// A listing that the log has, named by the day or subject it had before it was corrected.
    ListingCorrected { index, leaf_hash } = "listing_corrected", "was the day of entry {index} {leaf_hash} for this subject before that was corrected: if that is meant, name it by its entry, with the day it has now; or give another ground";
    /// The end of one of several listings.
    ListingAmbiguous { listings } = "listing_ambiguous", "is the day of several listings that stand and may be meant, entries {listings}: name the one by its entry";
    /// The day of another listing than the one that is named.
    ListingDayOther { index, day } = "listing_day_other", "must be {day}, the day of entry {index}, or be left out";
    /// What made the subject leave has nothing to do with why it was listed.
    RemovalReasonOther { index, ground, reasons } = "removal_reason_other", "does not do away with {ground}, the ground of entry {index}: for that there are {reasons}, and listed_in_error and decision_annulled for any";
    /// The same listing twice.
    ListedAlready { by } = "listed_already", "is the day of a listing that entry {by} is: of the same subject, by the same authority, for the same ground";
    /// A listing that is over.
    RemovedBefore { by } = "removed_before", "is the day of a listing that was removed by entry {by}, before this log had it: what is over is not published as standing; if entry {by} is about another, correct its ground";
    /// The end of a listing that the log would have.
    ListingUnknown { from } = "listing_unknown", "is a day that the log covers, which begins with {from}, and it has no such listing of this subject by this authority: publish the listing first, or name it by its entry";
    /// The end of a term that runs.
    TermRuns { index, last_day, rule, basis } = "term_runs", "is before {last_day}, the last day of the term of entry {index} by rule {rule} ({basis})";
    /// Removed for a repair that nobody granted.
    RemovalUngranted { index } = "removal_ungranted", "must name the decision that granted the repair of entry {index}: a listing is removed for a repair by that alone";
    /// A repair of what is not there.
    NothingToRepair { from } = "nothing_to_repair", "is a day that the log covers, which begins with {from}, and it has nothing of this subject by this authority that could be repaired so on that day: publish that first, or name the application or the record";
    /// Not the decision on this record, or not one that granted, or one that was taken back.
    DecisionOther = "decision_other", "is no decision that granted this and stands";
    /// A kind of repair for other records.
    RepairKindOther { kinds } = "repair_kind_other", "is not repaired so: this kind of repair is for {kinds}";
    /// Another kind of repair than was applied for.
    RepairKindApplied { expected } = "repair_kind_applied", "must be {expected}, which was applied for";
    /// Another record than was applied for.
    TargetApplied { expected } = "target_applied", "must be entry {expected}, which the application names";
    /// Something else than was decided on.
    TargetDecided { by } = "target_decided", "cannot change any more what was applied for or objected to: entry {by} has decided or answered it";
    /// Somebody else's record to be repaired.
    SubjectOther = "subject_other", "is a record about another subject";
    /// Its display had ended.
    RepairGone { by, day } = "repair_gone", "is a record whose display had ended on {day} by entry {by}";
    /// The listing had ended.
    RepairLifted { by, day } = "repair_lifted", "is a listing that had ended on {day} by entry {by}";
    /// Applied for twice.
    RepairOpen { by } = "repair_open", "is a record that entry {by} has applied for, which is not decided";
    /// Granted twice.
    RepairGranted { by } = "repair_granted", "is a record whose repair entry {by} has granted";
    /// An application that was not accepted.
    ApplicationRefused = "application_refused", "is an application that was not accepted, so nothing is granted on it";
    /// Decided twice.
    DecidedAlready { by } = "decided_already", "was decided by entry {by}";
    /// No grant to be taken back.
    NothingToRescind = "nothing_to_rescind", "has no grant that could be rescinded";
    /// Required papers that are not named.
    PapersMissing { papers } = "papers_missing", "must name every paper that is required there and then; these are missing: {papers}";
    /// A paper that has to be there.
    PaperMain { paper } = "paper_main", "must not name {paper}, which may not follow later";
    /// A paper that is there and missing.
    PaperTwice { paper } = "paper_twice", "must not name {paper}, which is among the papers that are there";
    /// No paper may follow.
    NoGaps = "no_gaps", "is not possible: no paper may follow later for this kind of repair there and then";
    /// Too late for what follows.
    PapersLate { latest } = "papers_late", "must be {latest} at the latest";
    /// A promise was broken.
    GapBarred { by, from } = "gap_barred", "is not possible before {from}: a promise was not kept, by entry {by}";
    /// Answered twice.
    RepliedAlready { by } = "replied_already", "is an objection that entry {by} has answered";
    /// A correction of something else.
    CorrectionOther = "correction_other", "is about another record than the objection";
    /// Another type than that of the promise.
    PromiseTypeOther { expected } = "promise_type_other", "must be {expected}, the type of the promise";
    /// What became of it was said before.
    PromiseSettled { by } = "promise_settled", "says what became of a promise of which entry {by} has said it";
    /// Not the promise itself.
    PromiseChain { other } = "promise_chain", "makes a chain with entry {other}: what became of a promise names the promise itself, and nothing names what became of it";
    /// Nothing to be reversed.
    NotRevoked = "not_revoked", "is not the revocation of a licence";
    /// Reversed twice.
    ReversedAlready { by } = "reversed_already", "is a revocation that entry {by} has reversed";
    /// No rule by which a listing could be left out.
    BufferNone { province, day } = "buffer_none", "has no rule in {province} on {day} by which a subject is not listed";
    /// Not all that the rule asks for.
    BufferUnmet { grounds } = "buffer_unmet", "must name the grounds that the rule asks for; these are missing: {grounds}";
    /// Once only.
    BufferOnce { by, rule, basis } = "buffer_once", "was given to this subject by entry {by}, and rule {rule} gives it once ({basis})";
    /// So far ahead that nobody watches.
    FarAhead { most } = "far_ahead", "must be at most {most} days after the plan is logged";
    /// Kept back so long that an older library would have to be used.
    ChallengeLong { most } = "challenge_long", "must be at most {most} days after the snapshot is logged";
    /// Publication without end.
    DeadlineFar { most } = "deadline_far", "must be at most {most} days after the inspections end";
    /// A game with so few results that all of them can be tried beforehand.
    LotterySmall = "lottery_small", "has so few results that a secret can be chosen for all of them; name another game";
    /// Too many of them to be looked at.
    TooMany { most } = "too_many", "must be at most {most}";
    /// Before the draw.
    InspectedEarly { day } = "inspected_early", "must not be earlier than {day}, the day of the draw";
    /// Its round has been handed in.
    RoundThere = "round_there", "the round of this plan has been handed in: it can be drawn";
    /// A field of a plan that the draw cannot use.
    Unplannable { expected } = "unplannable", "expected {expected}";
    /// The end of preparation has passed.
    T0Passed { now } = "t0_passed", "lies before {now}, the time of the log: all that fixes a draw is logged by then";
    /// Too little time before the randomness.
    RoundNear { lead } = "round_near", "must be at least {lead} seconds before the randomness is due; a shorter lead, from 600 on, has to be said in lead_seconds";
    /// Without contributors all is fixed at the lead.
    T0AtLead { lead } = "t0_at_lead", "must be {lead} seconds before the randomness is due, and t1 the same, where nobody contributes";
    /// Secrets could still be revealed when the randomness is known.
    RevealsLate = "reveals_late", "must be at least 120 seconds before the randomness is due";
    /// The delay would be over before the reveals are.
    RevealsLong { most } = "reveals_long", "must be at most {most} seconds after t0, so that the delay outlasts the reveals";
    /// A delay without contributors.
    NobodyContributes = "nobody_contributes", "a draw by delay needs at least one contributor";
    /// All contributors have a part in the draw.
    NobodyIndependent = "nobody_independent", "a draw by delay needs a contributor other than its departments and the operator";
    /// Shorter than outside a demonstration.
    DelayShort = "delay_short", "must be at least 34; only a demonstration log may have less";
    /// Not a library of that sort, or of another region.
    LibraryOther = "library_other", "must be a library of this sort, of the plan's region";
    /// The root differs from the snapshot's.
    RootDiffers { expected } = "root_differs", "must be {expected}, the root of the snapshot";
    /// A newer one of the same library can be used.
    SnapshotOld { index } = "snapshot_old", "is not the newest snapshot of this library that can be used: that is entry {index}";
    /// Of another region than the plan.
    RegionOther { expected } = "region_other", "must be {expected}, the region of the plan";
    /// A remark under somebody else's draw.
    NoteForeign { authority } = "note_foreign", "is left to {authority}, whose plan it is: whoever else records a draw adds no words of their own";
    /// Objections can still be made.
    SnapshotYoung { from } = "snapshot_young", "can be planned with from {from} on: objections are heard for ten days after a library is logged";
    /// Objects that no rule covers.
    StratumWithoutRule { stratum } = "stratum_without_rule", "no rule for the stratum {stratum}, which the library has for these departments";
    /// A class of a sealed library that no rule covers.
    ClassWithoutRule { stratum } = "class_without_rule", "no rule for the class {stratum}, which the record of the sealed library names";
    /// A rule for a class that a sealed library does not name.
    ClassUnnamed { classes } = "class_unnamed", "is no class of the sealed library: its record names {classes}";
    /// A rule for nobody.
    StratumEmpty { stratum } = "stratum_empty", "nobody in the library is of the stratum {stratum} and of all these departments";
    /// Fewer than the plan's own minimum.
    StratumSmall { size } = "stratum_small", "covers {size} objects, fewer than stratum_minimum_size";
    /// Nobody can take a seat.
    Infeasible { target, department, qualification, number } = "infeasible", "nobody can take seat {number} of {department} (qualification: {qualification}) at target {target}";
    /// Only those could take a seat who met the target lately.
    InfeasibleRotation { target, department, qualification, number, rotation } = "infeasible_rotation", "nobody can take seat {number} of {department} (qualification: {qualification}) at target {target}: who met it in the last {rotation} draws may not go there again (rotation), and without that rule somebody could";
    /// The item is not on the list.
    ItemUnlisted = "item_unlisted", "is not on that item list; nothing outside it is inspected at random";
    /// The list is not in force.
    ItemListEnded { index } = "item_list_ended", "was replaced by the item list of entry {index}";
    /// A list beside one that is in force.
    ItemListKept { index } = "item_list_kept", "must name the item list of entry {index}, which is this authority's for the region and type";
    /// A list that takes the place of another kind of list.
    ItemListForeign = "item_list_foreign", "must be an item list of the same authority, region and type";
    /// Items that are gone without a word.
    ItemsDropped { code, index } = "items_dropped", "must say why {code} of the item list of entry {index} was dropped";
    /// The list is for elsewhere, or takes effect later.
    ItemListOther = "item_list_other", "must be an item list in force in the plan's region when the inspections begin";
    /// Neither lead nor partner.
    DepartmentStray = "department_stray", "sends officers, but is neither the lead nor a partner department";
    /// A partner that sends nobody.
    PartnerIdle = "partner_idle", "is a partner department that sends no officers";
    /// The key is taken.
    PlanTaken { index } = "plan_taken", "is the key of the plan of entry {index}, which binds";
    /// A number was left out.
    SerialGap { expected } = "serial_gap", "must be {expected}: serials have no gaps";
    /// The same item is being drawn already.
    ItemOpen { plan } = "item_open", "is an item of the plan {plan}, which is open for an overlapping time";
    /// The city draws for the county.
    CityDraws { plan } = "city_draws", "is an item of the plan {plan}, by which the level above draws for this region";
    /// After a round that never came, as the plan had said.
    FallbackOther { expected } = "fallback_other", "must be {expected}: the plan that it takes the place of has said so";
    /// No such plan.
    PlanUnknown = "plan_unknown", "there is no such plan in the log";
    /// The plan was called off.
    PlanCancelled { index } = "plan_cancelled", "was cancelled by entry {index}";
    /// The plan is drawn.
    PlanDrawn { index } = "plan_drawn", "was drawn by entry {index}; a plan has one result";
    /// Not drawn yet.
    PlanUndrawn = "plan_undrawn", "has not been drawn";
    /// Not the plan's authority.
    PlanForeign { authority } = "plan_foreign", "is a plan of {authority}, which alone may do this";
    /// Not named by the plan.
    NoContributor = "no_contributor", "the authority is none of the plan's contributors";
    /// After t0.
    TooLate { until } = "too_late", "was possible until {until}";
    /// Before its time.
    TooEarly { from } = "too_early", "is possible from {from} on";
    /// Committed already.
    CommittedAlready { index } = "committed_already", "the authority is bound by its commit in entry {index}";
    /// Nothing to reveal.
    NotCommitted = "not_committed", "the authority has not committed to a secret";
    /// Not what was committed to.
    SecretDiffers = "secret_differs", "is not what the authority has committed to";
    /// Revealed already.
    RevealedAlready { index } = "revealed_already", "the secret stands in entry {index}";
    /// Not of the plan's round.
    BeaconWrong { round } = "beacon_wrong", "is not the signature of round {round} of the beacon";
    /// Void for want of a secret.
    DrawVoid = "draw_void", "the draw is void: no contributor without a part in it has revealed";
    /// A broken delay.
    DelayWrong { segment } = "delay_wrong", "the delay breaks at segment {segment}";
    /// The server has not repeated the delay yet.
    DelayPending = "delay_pending", "the delay has not been repeated here yet; try again later";
    /// Not what the function gives.
    DrawDiffers { expected } = "draw_differs", "must be {expected}, which the inputs give";
    /// Not on the drawn list.
    NotDrawn { plan } = "not_drawn", "was not drawn by the plan {plan}; what was not drawn is marked with what gave rise to it";
    /// Not one of the departments sent there.
    NotSent = "not_sent", "the plan does not send the authority there";
    /// Not the entry of the plan's draw.
    OtherDraw { index } = "other_draw", "must name entry {index}, the plan's draw";
    /// Another one follows.
    SubstituteOther { expected } = "substitute_other", "must be {expected}, who is next in the published order";
    /// Nobody follows.
    SubstituteNone = "substitute_none", "nobody is left in the published order";
    /// Other seats follow from the order.
    SeatsOther { expected } = "seats_other", "must be {expected}, the seats that follow from the published order";
    /// Seats that the place of a sealed target cannot have.
    SeatsImpossible = "seats_impossible", "must be the plan's seats for the departments sent there: officers go on unless they must not meet the new target, and a seat is empty only where nobody may take it";
    /// It shows no such thing.
    EvidenceOther { kinds, whom } = "evidence_other", "does not show that reason: what does is an entry of {kinds} that names {whom}";
    /// Known before the library was frozen.
    EvidenceOld { index } = "evidence_old", "was logged before the library of entry {index}, from which its object would have been excluded";
    /// No pseudonym of the plan's library of officers.
    OfficerUnknown = "officer_unknown", "is nobody in the plan's library of officers";
    /// The seat is somebody else's.
    SeatOther = "seat_other", "the draw has no such seat with that officer";
    /// The drawn list stays closed until then.
    Unopened = "unopened", "the list of this sealed draw has not been opened";
    /// The list is open.
    OpenedAlready { index } = "opened_already", "the list was opened by entry {index}";
    /// Not the list that the draw committed to.
    OpeningDiffers = "opening_differs", "is not the list whose root the draw holds, or names who is not in the library or excluded there";
    /// The plan's form is another.
    FormOther { expected } = "form_other", "must be {expected}, as the plan's library is";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_its_own() {
        let codes: BTreeSet<_> = Breach::CODES.iter().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), Breach::CODES.len());
        let breach = Breach::SerialGap {
            expected: "07".to_owned(),
        };
        assert_eq!(breach.code(), "serial_gap");
        assert_eq!(
            breach.args(),
            [("expected", ProblemArg::Text("07".to_owned()))]
        );
        assert!(breach.to_string().contains("must be 07"));
    }
}
