### Words of the pages. A number n chooses the plural; n_text is the same number with its thousands set apart.
page-brand = Gongshi
page-description = A verifiable log of public disclosures: inspection results, abnormal listings, penalties, permits and credit repair, open to everyone to read and to check.
page-skip = Skip to content
page-synthetic-label = About this demonstration
page-synthetic-word = Synthetic data (合成数据)
page-synthetic-text = Every record on this site is invented for demonstration and concerns no real organisation or person.
page-synthetic-clock = Simulated time:
page-nav = Main sections
page-nav-home = Home
page-nav-search = Search
page-nav-abnormal = Abnormal list
page-nav-serious = Serious list
page-nav-log = State of the log
page-crumbs = You are here
page-other-language = 中文
page-footer-independent = This site runs independent open-source software. It is not a government site, speaks for no authority and has no official effect. Each record is the responsibility of the authority that published it.
page-footer-nav = More sections
page-footer-log = Log
page-entries = { $n ->
    [one] 1 entry
   *[other] { $n_text } entries
}
page-indexed = Indexed to entry { $indexed_text } of { $n_text }.
page-folded = Summarised to entry { $folded_text } of { $n_text }.
page-as-of = As of entry { $n_text }.
page-beijing-time = { $time } (Beijing time)
page-yuan = CNY { $amount }
page-bytes = { $size } bytes
page-yes = Yes
page-no = No
page-none = —
page-region-synthetic = Synthetic region ({ $code })
page-region-nation = Nationwide ({ $code })
page-region-province = Province-level division { $code }
page-region-prefecture = Prefecture-level division { $code }
page-region-county = County-level division { $code }
page-region-of = { $code } (the division of { $authority })
page-sentence-end = .
page-clause-end = ;
page-list-comma = {", "}
page-operator = Operator
page-department = Publishing authority
page-item-of = { $i } of { $of }
page-title-page = { $title } (page { $page })
page-title-after = { $title } (after { $code })
page-title-before = { $title } (referred to before #{ $index })
page-title-then = { $title } (as of entry { $n_text })
page-then-label = Page as it stood
page-then-text = This page shows what the first { $n_text } entries of the log say, read from what is public today.
page-then-until = The last of them was logged at
page-then-less = What has left publication since is not shown, nor is anything that rested on it alone; what is due, draws and what may be applied for stand on the page of now.
page-then-now = Page of now
page-then-root = Root of the log at that size:
page-then-link = Permanent link to this state

page-searchbox-label = Name, credit code or document number
page-searchbox-button = Search
page-suggest-label = Suggestions
page-suggest-told = [n] suggestions; choose with the arrow keys.
page-searchbox-help = Any two or more characters of a name (or its pinyin, or the first letters of that), a whole 18-character code, or part of a decision or permit number.
page-col-record = Record
page-col-kind = Kind
page-col-date = Date
page-col-number = Number
page-col-authority = Authority
page-col-name = Name
page-col-id = Identifier
page-col-kinds = May publish
page-col-keys = Keys
page-col-key = Public key (Ed25519)
page-col-validity = Valid
page-col-state = State
page-col-listed = Listed on
page-col-entries = Entries
page-download-proof = Download proof
page-download-proof-of = Download proof (#{ $index })
page-policy-download = Download policy file
page-pager = Pages
page-pager-previous = Previous page
page-pager-next = Next page
page-pager-first = Back to the first page
page-pager-place = Page { $page_text } of { $last_text }

page-home-title = Home
page-home-heading = Look it up, and check it yourself
page-home-lede = Every record an authority publishes is signed into a log that only grows. Anyone can read it, and anyone can check it offline without trusting this site.
page-home-state = The log holds { $n ->
    [one] 1 entry
   *[other] { $n_text } entries
}, the last one taken at
page-home-state-end = .
page-home-state-more = See the state of the log
page-home-empty = The log is still empty.
page-home-who = What brings you here
page-home-citizen = Citizens and journalists
page-home-citizen-text = Look up a business or read a list. No account, no CAPTCHA.
page-home-citizen-all = Newest records
page-home-enterprise = Businesses
page-home-enterprise-text = Enter your unified social credit code to see every public record about you, whether you are on a list, and what became of a repair.
page-home-enterprise-go = Enter a code
page-home-enterprise-repair = Credit repair decisions
page-home-verifier = Verifiers and departments
page-home-verifier-text = Auditors, courts and other offices can download proofs and check them offline; publishing authorities can review their keys and records.
page-home-verifier-log = Log and authorities
page-home-new = New records
page-home-kinds = Records by kind

page-search-title = Search
page-search-title-for = Search for “{ $text }”
page-search-bad-title = Something in the search is wrong
page-search-filters = Filters
page-search-any-kind = All kinds
page-search-from = Date from
page-search-to = Date to
page-search-sort = Order
page-search-apply = Apply
page-sort-relevance = Most relevant
page-sort-newest = Newest date first
page-sort-oldest = Oldest date first
page-search-problems = Some conditions cannot be used
page-search-problems-rest = The results below leave them out.
page-search-bad-kind = There is no kind “{ $given }”; choose one from the list.
page-search-bad-authority = “{ $given }” is not an authority's identifier. Identifiers are capitals, digits and hyphens, such as 610323-SCJG.
page-search-bad-region = “{ $given }” is not a region code. Region codes have six digits, such as 610323.
page-search-bad-mark = The code “{ $given }” should be written list.code, such as result.problem_pending.
page-search-bad-date = “{ $given }” is not a date. Write year-month-day, such as 2026-03-02.
page-search-bad-range = The date range { $given } begins after it ends; swap the two.
page-search-bad-sort = There is no order “{ $given }”.
page-search-bad-page = There is no page “{ $given }”. Pages go from 1 to { $last }; narrow the search to see more.
page-search-cut = The search text is too long; only its first { $n_text } characters were used.
page-search-truncated = The search text has too many words; only the first ones were used.
page-search-limited = The search engine does not answer at the moment. Until it does, records are found by a whole unified social credit code, by a number, and by the beginning of an enterprise’s name.
page-search-similar = No record has just what was typed. These are the most like it; please check names and numbers.
page-search-bad-after = “{ $given }” is no place in a result. Please use the links of the result’s pages.
page-search-onward = Further on
page-search-twins = The same search as
page-search-json = JSON
page-search-csv = CSV table
page-search-atom = Atom feed
page-double-title = Permits and penalties
page-double-lede = Decisions on permits and penalties are published by law once they are made; decisions not to penalise stand beside them. Here are the newest, and how many each authority has published.
page-double-all = All records
page-double-publishers = Published by each authority
page-double-publishers-text = In records, one for each decision, of those that are public now; a number leads to its records.
page-feed-enterprise = Records of { $code }
page-search-narrowed = Narrowed to:
page-search-remove = Remove filter: { $name }
page-search-total = { $n ->
    [one] 1 record found.
   *[other] { $n_text } records found.
}
page-search-uncounted = Some records have just left publication. Their removal from the index is under way, so results are not counted.
page-search-capped = Beyond record { $n_text } there are no page numbers: turn on page by page, or narrow the search.
page-search-facets = Narrow the results
page-facet-kind = Kind
page-facet-authority = Authority
page-facet-region = Region (with what lies in it)
page-facet-year = Year
page-facet-more = { $n ->
    [one] 1 more with fewer records is
   *[other] { $n_text } more with fewer records are
} not listed; use the search box and the filters above to find them.
page-search-results = Results
page-search-beyond = There are no results on this page
page-search-first = Back to the first page
page-search-begin = How to search
page-search-begin-code = A whole unified social credit code opens the page of that enterprise at once.
page-search-begin-name = A few characters of a name, an address, a number or a reason are enough; so is the pinyin of a name (donghu) or its first letters (dhyj).
page-search-begin-narrow = Without any words, narrow by kind, date and department step by step.
page-search-none = No record found
page-search-not-understood = There are no words, letters or digits to search for in what was entered.
page-search-help-name = Try fewer characters: any two consecutive characters of a name are enough. Pinyin (donghu) and its first letters (dhyj) work too.
page-search-help-code = A unified social credit code has 18 characters, digits and capitals (never I, O, S, V or Z).
page-search-help-words = Words separated by spaces must all be found; leave one or two out.
page-search-help-filters = Search again without any filters
page-search-help-public = Records whose display has lawfully ended are neither shown nor found.
page-search-code-unknown = { $code } is a well-formed credit code, but no public record names it at present.

page-enterprise = Business
page-enterprise-title = { $name } ({ $code })
page-enterprise-region = Region
page-enterprise-earlier = Earlier names
page-enterprise-corrected-away = and { $n_text } more that { $n ->
    [one] was
   *[other] were
} corrected to be about somebody else; not counted
page-enterprise-records = Public records
page-enterprise-status = Present status
page-enterprise-abnormal-on = On the list of abnormal operations (or marked abnormal)
page-enterprise-abnormal-off = Not on the list of abnormal operations
page-enterprise-status-then = Status then
page-enterprise-abnormal-then-on = On the list of abnormal operations (or marked abnormal) then, by the records that are public today
page-enterprise-abnormal-then-off = No record that is public today shows it on the list of abnormal operations then
page-enterprise-serious-then-on = On the list of serious violations then, by the records that are public today
page-enterprise-serious-then-off = No record that is public today shows it on the list of serious violations then
page-enterprise-serious-on = On the list of serious violations
page-enterprise-serious-off = Not on the list of serious violations
page-enterprise-serious-over = Listed for serious violations; the term is over, no removal published
page-term-over = Listed until { $date }, term over
page-term-still-listed = This log holds no publication of a removal yet. Whether it is removed is for the listing authority to decide and publish.
page-enterprise-scope = The status follows from the public records of this log; what is published elsewhere is not included.
page-enterprise-timeline = Records, newest first
page-enterprise-no-records = There is no public record at present.
page-enterprise-unknown-title = No public record: { $code }
page-enterprise-unknown = No public record names this code
page-enterprise-unknown-text = The code is well formed, but no public record in this log names it. That does not say whether such a business exists, nor that all is well with it: it may never have been inspected, penalised or licensed, it may be registered elsewhere, or the display of its records may have lawfully ended.
page-enterprise-invalid-title = This is not a valid credit code
page-enterprise-invalid-text = Compare it with the business licence and try again, or search by name.
page-uscc-length = A unified social credit code has { $expected } characters; this has { $found }.
page-uscc-character = Character { $position }, “{ $character }”, cannot stand in a credit code: only digits and capitals without I, O, S, V and Z.
page-uscc-check = The check character does not fit: the first 17 characters of { $typed } call for “{ $expected }” at the end, not “{ $found }”. One character is probably mistyped.

page-record-title = { $name } · { $kind } #{ $index }
page-record-title-bare = { $kind } #{ $index }
page-record-said = Published by
page-record-logged = , taken into the log at
page-record-said-end = .
page-record-subject = All records of this business
page-record-check = How to check this
page-record-not-public = The content of this record is not public at present. The log keeps only its fingerprint, kind, authority and time; the fingerprint is salted, so the content cannot be recovered from it.
page-record-content = Content
page-record-no-draw = The record says that it was drawn at random, but it names no draw in this log. Whether it was drawn cannot be checked here.
page-record-draw = The draw:
page-record-draw-sealed = The result says that it comes of a sealed draw. Whether its target was drawn can be seen once the list is opened.
page-record-on-list = The result is of a sealed draw whose list is open, and its target is on the list.
page-record-not-on-list = Not on the list: the result says that it comes of a sealed draw. The list is open, and this target was not drawn.
page-record-drawn = The result is of a draw, and its target was drawn.
page-record-not-drawn = The result says that it comes of this draw, and its target was not drawn.
page-record-drawn-substitute = The result is of a draw, and its target took the place of a drawn one.
page-record-drawn-replaced = The result is of a draw. Its target was drawn, and then replaced by another.
page-record-omitted = { $n ->
    [one] 1 row is
   *[other] { $n_text } rows are
} not shown here; the whole content is in
page-record-omitted-values = { $n ->
    [one] 1 more value is
   *[other] { $n_text } more values are
} in the JSON.
page-record-meaning = What each field means
page-record-linked = Related entries
page-record-refers = Refers to
page-record-refers-more = { $n ->
    [one] 1 more entry it refers to is
   *[other] { $n_text } more entries it refers to are
} in the
page-record-referred-older = Older entries that refer to it
page-record-referred-newest = Newest entries that refer to it
page-record-referred = Referred to by
page-record-place = Place in the log
page-paper = Print and cite
page-paper-text = Printed, this page carries its address, the entry’s index and fingerprint, and the head of the log of that moment. Scanning the code checks the entry again on your own device, and what the paper says of it.
page-paper-qr = QR code of the address that checks it
page-paper-address = Permanent address
page-paper-head = Head of the log
page-paper-head-of = { $n_text } entries, root
page-record-index = Index
page-record-fingerprint = Fingerprint (leaf hash, SHA-256)
page-record-issued-at = Issued by the authority
page-record-logged-at = Taken into the log

page-proof-heading = How to check this record
page-proof-lede = This page comes from a server, and a server's word about itself counts for nothing. So none of the five steps below is ticked: download the proof and check it on your own machine.
page-proof-unchecked = Not checked here
page-proof-1 = The content is unchanged
page-proof-1-text = The fingerprint made from the content and its salt (the commitment) must equal the one in the log entry:
page-proof-2 = “{ $authority }” said it
page-proof-2-text = The entry is signed with a key of that authority, and the key is registered in the log itself.
page-proof-2-keys = All keys of this authority
page-proof-3 = It stands in this log of { $n ->
    [one] 1 entry
   *[other] { $n_text } entries
}
page-proof-3-text = A path of hashes in the proof joins entry { $index_text } to the fingerprint of the whole log (its root):
page-proof-4 = The head of the log is signed with this key
page-proof-4-text = The operator signed root and size with the key below and cannot take that back:
page-proof-5 = Witnesses saw the same log
page-proof-5-text = This log has no witnesses yet. Until it has, keep the head you downloaded: a consistency proof will later show whether it was replaced.
page-proof-how = Check it on your own machine
page-proof-how-text = Download these two files into one folder and run the command. It needs no network and says of each step whether it holds.
page-proof-policy-text = The policy file names the log key that you trust. Compare that key with another source, such as the operator's announcement, before you rely on it.
page-proof-not = What this does not prove
page-proof-not-true = Not that the content is true: only who said it and when, and that it has not changed since.
page-proof-not-revoked = Not that the key was never revoked later; an offline check cannot know.
page-proof-not-other = Not that there are no other records, nor that this one will stay on display.
page-proof-raw = The log entry, verbatim

page-list-total = { $n ->
    [one] 1 public record.
   *[other] { $n_text } public records.
}
page-list-order = Newest in the log first.
page-list-search = Search within this kind
page-list-empty = There is no public record of this kind at present.
page-listed-abnormal = List of abnormal operations
page-listed-abnormal-help = Businesses on the list of abnormal operations, or marked abnormal, now, in order of code; those without a code follow by entry. Once removed, they are no longer shown.
page-listed-serious = List of serious violations
page-listed-serious-help = Businesses and natural persons on the list of serious violations now, in order of code; natural persons, who have none, follow by entry, with the surname alone. Once a removal is published they are no longer shown; where the term is over and none has been published, that is said beside the date.
page-listed-total = { $n ->
    [one] 1 on the list at present.
   *[other] { $n_text } on the list at present.
}
page-listed-then-help = Listings that were in force then, by the records that are public today: a row for each, the newest first. Who has left the list since and whose listing is public no more does not stand here, and is not counted.
page-listed-then-empty = No listing was in force among those looked at here.
page-listed-empty = Nobody is on the list at present.

page-problem = Error of the interface
page-problem-title = { $title } ({ $code })
page-problem-remedy = What to do
page-problem-detail = The cause of each single error stands in the answer's “detail” (English); faulty fields are listed one by one in “errors” (Chinese and English).

page-log-title = State of the log
page-log-lede = Every record on this site comes from one log that only grows. This is how it stands now, and how to check it from beginning to end.
page-log-origin = Name of the log (origin)
page-log-size = Size
page-log-last = , the last one taken at
page-log-root = Root (base64)
page-log-vkey = Key of the log (vkey)
page-log-search = Search index
page-log-model = Summaries (businesses and lists)
page-log-lag = { $n ->
    [one] 1 entry
   *[other] { $n_text } entries
} behind, catching up.
page-log-no-lag = Nothing behind.
page-log-witnesses = Witnesses
page-log-no-witnesses = None. No independent party cosigns the heads of this log yet; whether a fork is noticed depends on the heads that readers keep.
page-log-checkpoint = Newest checkpoint
page-log-checkpoint-text = Three lines give name, size and root; the operator's signature follows. Keep it, and you can later check that the log was not rewritten.
page-log-growth = Growth
page-log-growth-text = Entries by the month (in Beijing) in which they were logged, those whose records have left publication included: the numbers of past months never change.
page-log-growth-month = Month
page-log-authorities = Authorities
page-log-authorities-text = Registering, rotating and revoking keys all happens in the log and can be replayed from entry 0.
page-log-keys = { $valid_text } valid, { $ended_text } ended
page-log-check = Check the whole log
page-log-check-1 = Download checkpoint and policy file, and compare the key with another source.
page-log-check-2 = Read every tile and entry below /log with any tool that knows these specifications, and recompute the root:
page-log-check-3 = Check that the newest head grew from one you kept earlier:
page-log-check-proof = Consistency proofs are at

page-authority-registered = Registered in entry
page-authority-amended = amended in
page-authority-all = All records of this authority
page-authority-published = Published so far
page-authority-nothing = Nothing has been published yet.
page-authority-kinds = Kinds it may publish
page-authority-keys = Keys
page-authority-keys-text = A key may sign only entries within its range. “Forced by the operator” means that no key of the authority signed its replacement or addition.
page-key-from = from
page-key-until = to
page-key-valid = Valid
page-key-ended = Ended
page-key-forced = Forced by the operator

page-error-404 = There is no such page
page-error-404-text = The address may be mistyped, or the page may be gone. Try a search.
page-error-405 = This address can only be read
page-error-405-text = Pages are read-only. Authorities publish through /api/v1/events.
page-error-500 = This page cannot be shown at present
page-error-500-text = The server could not read what it needed; the operator's log says why. Please try again later.
page-error-entry = There is no such entry
page-error-entry-text = The log holds { $size } entries, indexes 0 to { $last }; “{ $given }” is not one of them.
page-error-authority = There is no such authority
page-error-authority-text = No authority with the identifier “{ $given }” is registered in the log. All authorities are on the page “State of the log”.
page-error-kind = There is no such kind
page-error-kind-text = There is no kind of record named “{ $given }”. All kinds are on the home page.
page-error-page = There is no such page in this list
page-error-page-text = There is no page “{ $given }”; pages go from 1 to { $last }.
page-error-size = The log never had that size, or has it not yet
page-error-size-text = “as_of={ $given }” is no number of entries from 1 to { $most }.
page-error-only-now = This page is shown as it is now only
page-error-only-now-text = Pages of enterprises, of records, and the lists can be asked for as of an earlier entry (as_of); this one cannot. Take “as_of” out of the address.
page-error-not-yet = The log did not have this entry then
page-error-not-yet-text = The page is asked for as of the first { $size } entries; entry #{ $index } came later.
page-error-value = The list cannot be narrowed like this
page-error-value-text = The address says { $name }={ $given }, which this list does not know. It knows: { $instead }.
page-error-unsearched = The search engine does not answer
page-error-busy = Too many searches at once
page-error-busy-text = As many searches as this server takes at once are under way. Please try again in a few seconds. With a credit code you can open a business's page directly; all other pages work as usual.
page-error-problem = There is no such error code
page-error-problem-text = No error of the interface is called “{ $given }”. All codes are in the document LOG-FORMAT.
page-error-home = Back to the home page

page-corrected = Corrected
page-corrected-from = Published under
page-corrected-elsewhere = Corrected: not about this subject
page-corrected-text = { $n ->
    [one] This record was corrected after it was published.
   *[other] This record was corrected { $n_text } times after it was published.
} The latest correction counts; what was published before is kept beside it.
page-corrected-see = Compare before and after
page-lifted = Ended by
page-compare-heading = Before and after
page-compare-text = What each correction changed, in order. A correction replaces nothing: both stay in the log.
page-compare-number = Correction { $number } of { $of }:
page-compare-of = Correction { $number } of { $of }, of
page-compare-record = record
page-compare-on = Day of the correction
page-compare-reason = Reason
page-compare-basis = Legal basis
page-compare-count = { $n ->
    [one] 1 field changed
   *[other] { $n_text } fields changed
}
page-compare-field = Field
page-compare-before = Before
page-compare-after = After
page-compare-changed = changed
page-compare-added = added
page-compare-removed = removed
page-compare-nothing = (nothing)
page-compare-same = Unchanged ({ $n_text })
page-chain = What followed
page-chain-closed = Closed
page-chain-open = Not closed yet
page-chain-before-inspection = A step is dated before the inspection.
page-chain-not-ordered = Reported as rectified, without an order to rectify published here before.
page-chain-closed-open = Closed although the last order to rectify has neither a report of it nor a transfer published here.
page-chain-after-close = Steps are dated after the case was closed.
page-chain-due = due
page-chain-to = handed to
page-chain-more = { $n ->
    [one] One more step is not shown here.
   *[other] { $n_text } more steps are not shown here.
}
page-restrictions = Measures and when they end
page-restriction = Measure
page-restriction-until = Until
page-restriction-open = not stated; ends with the listing
page-restriction-running = in force
page-restriction-over = past its last day
page-restriction-lifted = ended with the listing
page-items-change = Against the list it replaces:
page-items-dropped = { $n ->
    [one] 1 item dropped
   *[other] { $n_text } items dropped
}
page-items-added = { $n ->
    [one] 1 item added
   *[other] { $n_text } items added
}
page-items-changed = { $n ->
    [one] 1 item changed
   *[other] { $n_text } items changed
}
page-items-unsaid = no reason stated
page-items-more = { $n ->
    [one] One more item is not shown here.
   *[other] { $n_text } more items are not shown here.
}
page-ends-withdrawal = This entry ended the display of entry { $index } ({ $kind }): its content is no longer given from then on, but was not destroyed.
page-ends-expiry = The display of entry { $index } ({ $kind }) ended by the rules, and this entry ended it: its content is no longer given, but was not destroyed.
page-ends-erasure = This entry erased entry { $index } ({ $kind }): its content and salt are destroyed; the log keeps the fingerprint alone.
page-ends-page = Page of that entry:
page-ended-title = { $kind } #{ $index } · no longer public
page-ended-withdrawal = This record was withdrawn
page-ended-expiry = The display of this record has ended by the rules
page-ended-erasure = This record was erased
page-ended-none = This record is not public at present
page-ended-text = This page does not show what it said. The log keeps its fingerprint, kind, authority and time; the fingerprint is salted, so the content cannot be recovered from it.
page-end-withdrawal = Withdrawn
page-end-expiry = End of display
page-end-erasure = Erased
page-end-on = Decided on
page-end-expired-on = Last day shown
page-end-by-removal = It was removed from the list (or the mark was lifted), and with that its display ended
page-end-by-term = The term of display was over
page-end-by-repair = A credit repair was granted, which ended the display early
page-end-since = Not public since
page-end-reason = Reason
page-end-rule = Rule
page-end-basis = Legal basis
page-end-authority = Decided by
page-end-entry = By entry
page-ended-log = What the log says
page-ended-proof = How it can be proved
page-ended-proof-text = The authority can prove this record with its own copy (content and salt): its fingerprint is the commitment in the log, and the proof file below shows that the log holds it. The proof file does not contain the content; checked alone, it shows the entry only.
page-ended-proof-erased = The proof file shows only that the log took this entry; it does not contain the content. Content and salt are destroyed: neither the log nor the operator’s store can tell or confirm what it said.
page-ended-download = Download the entry’s proof
page-ended-docs = The steps stand in the documentation beside the source code:
### Rules of publication.
page-nav-rules = Rules of publication
page-rules-title = Rules of publication
page-rules-lede = What is shown and until when, what must be done by when, which papers are asked for. Each record uses the rule of its day; versions stand side by side. The operator ends displays by these rules and by nothing else.
page-rules-not-advice = This is not legal advice. A rule marked “unconfirmed” was read in copies of the law or pages about it, not in the article itself.
page-rules-digest = SHA-256 of this set
page-rules-calendar = Working days
page-rules-covers = Official notices cover { $from } to { $to }; outside there is no answer.
page-buffer-rule = Not listed for now by the rule
page-rules-file = Rules
page-rules-versions = Versions
page-rules-rule = Rule
page-rules-days = In force
page-rules-basis = Legal basis
page-rules-text = What the program reads
page-rules-source = Read in
page-rules-from-to = { $from } to { $to }
page-rules-from = from { $from }
page-rules-to = until { $to }
page-rules-always = without limit
page-rules-unconfirmed = This rule is unconfirmed: the article itself was not read.
page-rules-unconfirmed-tag = Unconfirmed
page-rules-codes = Codes: { $list }
page-rules-code = Code
page-rules-code-name = Name
page-rules-removed-by = Reasons for removal that fit, beside an error and an annulment: { $reasons }
page-rules-provinces = Used in
page-rules-provinces-all = everywhere
page-rules-file-publication = Until when records are shown
page-rules-file-early-stop = Ends of display on application
page-rules-file-deadlines = Deadlines
page-rules-file-links = Ends that follow others
page-rules-file-documents = Papers of applications
page-rules-file-buffers = Local rules for not listing
page-rules-file-codes = Codes of open lists
page-rules-file-terms = Other terms
page-rules-file-thresholds = Low fines by province
page-display-until = Shown until the end of { $date } (Beijing time), by rule
page-display-open = Shown without an end by itself, by rule
page-display-never = Not to be published by the rules in force here; it was logged before them. Rule
page-display-review = The rules give no end here; the authority has to decide. Rules:
page-duties-title = Duties of departments
page-duties-lede = What the dated rules and the records themselves ask to be done by a day, and whether it was. Counted from the records that are public.
page-duties-of = What { $name } has to do
page-duties-record = What this record asks for, and by when
page-duties-on = The day: { $date } (Beijing).
page-duties-figures = { $open_text } open, of them { $overdue_text } overdue, { $soon_text } due soon, { $undated_text } without a day.
page-duties-soon = Due soon: within { $n } days.
page-duties-not-advice = A term marked “unconfirmed” was not read in the law itself. That something is overdue here says that no record of it stands in this log.
page-duties-plans = Results of drawn targets: on the plans’ pages
page-duties-all = All together
page-duties-none = None.
page-duties-lists = Lists
page-duties-own-open = Its own, open
page-duties-own-late = Its own, done late
page-duties-followed-open = Followed up, open
page-duties-followed-late = Followed up, done late
page-duties-followed-help = Here somebody else’s term runs: that of the subject, or of an authority that is not registered in this log. The department follows it up; it is not counted as its own.
page-duties-by-rule = By rule
page-duties-atom = Atom feed
page-duties-ics = Calendar (ICS)
page-duties-authority = The department’s page
page-duties-feed = Open duties: { $name }
page-duties-feed-text = Due { $due }. { $state }. Rule { $rule }: { $basis }
page-duties-feed-undated = { $why } { $state }. Rule { $rule }: { $basis }
page-duties-feed-title = { $task } · { $kind } #{ $index }
page-duty-task = What has to be done
page-duty-due = Due
page-duty-from = from
page-duty-open = Open
page-duty-soon = Due soon
page-duty-overdue = Overdue
page-duty-undated = No date
page-duty-in-time = Done in time
page-duty-late = Done late
page-duty-undecided = Done, timeliness unknown
page-duty-followed = Followed up
page-duty-owes = Has to be done by
page-duty-overdue-by = { $n ->
    [one] Overdue by 1 day ({ $working } working)
   *[other] Overdue by { $n } days ({ $working } working)
}
page-duty-overdue-days = { $n ->
    [one] Overdue by 1 day
   *[other] Overdue by { $n } days
}
page-duty-no-notice = The last day cannot be computed: there is no holiday notice for { $year }.
page-duty-before-notices = The last day cannot be computed: holiday notices are known from { $date } only.

page-desk-title = The department’s desk
page-desk-lede = Sign in with your department’s key file, upload a table, look through it row by row, sign and publish, and see what is due.
page-desk-off = This page signs in your own browser, and needs JavaScript for that. A table can be published from the command line as well:
page-desk-key = Key file
page-desk-key-help = The text file of three lines that gongshi keygen made. The key stays in the memory of this page and is not uploaded; choose it again after a reload.
page-desk-enter = Sign in
page-desk-leave = Sign out
page-desk-tables = Upload a table and publish it
page-desk-tables-text = Look first, publish then: looking through a table publishes nothing.
page-desk-no-kinds = Your department publishes no kind of records that comes as a table.
page-desk-kind = Kind of records
page-desk-empty-xlsx = Empty table (XLSX)
page-desk-empty-csv = Empty table (CSV)
page-desk-table = Table
page-desk-table-help = CSV or XLSX, at most 8 MiB and 2,000 rows. Of a workbook, the sheet that holds such records is read; where several do, you choose.
page-desk-look = Look through
page-desk-confirm = I have looked through this. Once published, it can only be corrected, withdrawn or erased, and that leaves a trace, too.
page-desk-publish = Sign and publish
page-desk-duties = Due
page-desk-duties-all = All that is due and overdue
page-desk-how = How this works
page-desk-how-key = To sign you in, the server gives a random number, your browser signs it, and the server checks that with the public key in the log. The key never leaves your machine.
page-desk-how-once = Rows that were signed are kept in this browser: the same table sent again publishes nothing twice. Another browser, or one whose data was cleared, does not know of it.
page-desk-how-large = For larger tables, scheduled jobs, plans and draws use the gongshi command.
page-desk-how-lasting = You stay signed in for at most eight hours; a key that is revoked ends it at once.
