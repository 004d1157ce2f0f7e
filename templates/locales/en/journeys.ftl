### Words of credit repair, objections and promises: receipts, progress, the guide and the list of promises
page-receipts-title = Progress by receipt code
page-receipts-lede = Applications for repair, objections and promises have a receipt code as soon as they are in the log. It shows acceptance, decision and terms, without a login.
page-receipts-button = Look up
page-receipts-help = Such as 4127-7K2M-0QXH: the number of an entry and two groups of four characters. Small letters, spaces and other dashes do; O counts as 0, I and L as 1.
page-receipts-what = What a receipt code is
page-receipts-what-given = The authority gives it out once the record is published; it also stands on the record's own page.
page-receipts-what-code = Its last eight characters are of the entry's fingerprint. If the log showed something else under that number, the code would not match.
page-receipts-what-public = It is no password: all it leads to is public. Once a record has left publication, it says only that.
page-receipt-code = Receipt code
page-receipt-title = Receipt { $code }
page-receipt-bad-length = This is no receipt code: expected the number of an entry and eight characters, such as 4127-7K2M-0QXH.
page-receipt-bad-index = This is no receipt code: before the last eight characters stands the number of an entry, digits only.
page-receipt-bad-character = This is no receipt code: “{ $character }” stands in none.
page-receipt-beyond = Nothing is found for { $code }: the log has no entry { $index } yet. Please check the number.
page-receipt-mismatch = { $code } does not match entry { $index }. Check first whether it was copied wrongly; if not, the log shows something else there than when the code was given out: keep the receipt and tell the authority and the operator.
page-receipt-matches = The code matches entry { $index }.
page-receipt-gone = The record has left publication.
page-receipt-gone-see = See what ended its display
page-receipt-step = This record is a step of the matter below, which began with
page-receipt-alone = This record is no part of a repair, an objection or a promise: there is no progress to show.
page-receipt-own = The receipt code of this record, by which its progress is followed:
page-receipt-part = This record is part of a matter with the receipt code
page-receipt-print = Receipt to print
page-receipt-slip = Receipt
page-receipt-slip-title = Receipt to print { $code }
page-receipt-slip-text = The code shows progress at any time. Its last eight characters are of the entry's fingerprint: they tell slips of the pen and swapped content. As evidence, download the proof file.
page-receipt-qr = QR code of this receipt's address
page-receipt-what = Matter
page-receipt-who = Subject
page-receipt-address = Address
page-receipt-back = Back to the progress
page-receipt-check = Check the receipt code
page-receipt-check-text = Download the proof file; your own computer works out the code, and checks that the entry is in the log.
page-journey-comma = {", "}
page-journey-state = Progress
page-journey-no-day = No day given
page-journey-due = Due
page-journey-starts = Runs from
page-journey-duty = What is due
page-journey-about = about
page-journey-papers = Papers
page-journey-paper-there = handed in
page-journey-paper-missing = to follow
page-journey-paper-unsaid = the record does not say
page-journey-terms = Terms
page-journey-terms-hint = A term begins on the day after the one it runs from; working days are those of the State Council's notices.
page-journey-met-late = { $n ->
    [one] closed on { $date }, a day late
   *[other] closed on { $date }, { $n } days late
}
page-journey-overdue = { $n ->
    [one] overdue by a day
   *[other] overdue by { $n } days
}
page-journey-left = { $n ->
    [0] due today
    [one] a day left
   *[other] { $n } days left
}
page-journey-open = open
page-journey-filed-repair = Applied for repair
page-journey-filed-objection = Objected
page-journey-filed-promise = Promised
page-journey-accepted = Accepted
page-journey-accepted-gaps = Accepted, papers to follow
page-journey-papers-came = Missing papers handed in
page-journey-papers-late = Missing papers handed in, too late
page-journey-papers-in-time = Missing papers handed in, in time
page-journey-papers-missing = Papers to follow
page-journey-papers-promised = Promised by
page-journey-not-accepted = Not accepted
page-journey-used = Used for an application for repair
page-journey-corrected = Record corrected
page-journeys-about = Repair and objections
page-journeys-by = Repair, objections and promises
page-journeys-more = Only the newest are listed here; the others are among the records below.
journey-state-received = Received
journey-state-accepted = Accepted, to be decided
journey-state-accepted_with_gaps = Accepted, papers to follow
journey-state-not_accepted = Not accepted
journey-state-granted = Granted, to be carried out
journey-state-lifted = Granted and carried out
journey-state-refused = Refused
journey-state-ended = Ended
journey-state-rescinded = Repair rescinded
journey-state-answered = Answered
journey-state-upheld = Upheld, to be corrected
journey-state-corrected = Answered and corrected
journey-state-pending = Pending
journey-state-kept = Kept
journey-state-broken = Broken
journey-state-false_promise = False promise
journey-need-duties = What was ordered is done
journey-need-harm = The harm is removed
journey-need-same-kind = No penalty for the same kind of violation since
journey-need-abnormal = Not on the list of abnormal operations
journey-need-serious = Not on the list of serious violations
journey-need-heavy = No heavier penalty since
journey-need-restriction = No legal restriction still runs
journey-need-promise = A public promise of good faith
journey-need-years = Reports filed for all years of the listing
journey-need-published = What had to be published is published
journey-need-corrected = What was wrong in published information is corrected
journey-need-reachable = Address changed, or reachable there again
page-early = When repair may be asked for
page-early-rule = {", by rule"}
page-early-from = May be asked for from { $date } on
page-early-since = May be asked for since { $date }
page-early-duties = May be asked for once everything ordered is done
page-early-now = May be asked for at any time
page-early-never = Never ends early
page-early-by-itself = Ends by itself; no application is taken
page-early-needs = Whoever applies must show:
page-early-on-list = listed for something else now
page-early-guide = Papers, and who decides
page-repair-title = Guide to credit repair
page-repair-title-in = Guide to credit repair ({ $region })
page-repair-lede = Which papers each kind of repair takes in each place, who decides, and by when. All of it is read from this portal's rules, each with its basis.
page-repair-region = Code of the division
page-repair-region-help = Six digits: the division that the record names. The narrower rule goes first.
page-repair-button = Show
page-repair-in = Valid for
page-repair-who = Where to apply, and who decides
page-repair-who-text = Apply to the authority that made the listing, mark, penalty or result: it accepts and decides. The record's page names it.
page-repair-who-here = Authorities that may publish decisions on repair here, with their telephones: { $n_text }
page-repair-who-more = { $n ->
    [one] One more is not listed here.
   *[other] { $n } more are not listed here.
}
page-repair-early = When to apply: the rules of early ends of display
page-repair-target = For:
page-repair-main = Main papers (needed with the application)
page-repair-secondary = Secondary papers (may follow)
page-repair-gaps = { $n ->
    [one] They follow within one working day.
   *[other] They follow within { $n } working days.
}
page-repair-gaps-more = They follow within { $n } working days, or { $more } more for good reason.
page-repair-barred = Whoever breaks that promise has no such way for { $n } years.
page-repair-no-gaps = The rules here let no paper follow later.
page-repair-place = By the rule of
page-repair-no-papers = The rules have no list of papers for this kind; ask the authority that decides.
page-repair-terms = Terms
page-repair-terms-hint = Last days, by working days, as if every step began today.
page-promises-title = Credit promises
page-promises-title-of = { $title }: { $of }
page-promises-lede = Promises of five types and what became of them. False ones are listed as plainly as those kept.
page-promises-type = Type
page-promises-all = All
page-promises-once = Each promise counts once, as it was last said to stand.
page-promises-records = All records of promises
page-promises-list = { $n ->
    [one] { $n_text } promise
   *[other] { $n_text } promises
}
page-promises-made = Promised on
page-promises-none = There are none such.
page-promises-newest = Newest promises
page-promises-older = Older promises
page-error-region = No code of a division
page-error-region-text = “{ $given }” is not the code of a division: expected six digits, such as 610323.
