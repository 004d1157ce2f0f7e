### Words of the pages about plans, draws, self-check, task cards and fairness. A number n chooses the plural; n_text is the same with its thousands set apart.
page-time-in = in { $span }
page-time-ago = { $span } ago
page-span-days = { $large } d { $small } h
page-span-hours = { $large } h { $small } min
page-span-minutes = { $large } min
page-span-moment = less than a minute
page-countdown-d = [n] d
page-countdown-h = [n] h
page-countdown-m = [n] min
page-countdown-s = [n] s
page-countdown-due = It is time now.
page-countdown-reload = Load the page again to see what follows
page-colon = :
page-paren-open = {" "}(
page-paren-close = )
page-sealed = Sealed classes
page-department-name = Department

## Stages of a plan, and what comes next
plan-stage-preparing = Preparing
plan-stage-revealing = Secrets being revealed
plan-stage-waiting = Waiting for the randomness
plan-stage-due = Ready to be drawn
plan-stage-late = Overdue, not drawn
plan-stage-void = Void
plan-stage-lapsed = Randomness never came
plan-stage-drawn = Drawn
plan-stage-cancelled = Cancelled
plan-next-preparing = The plan is public; whom it will draw nobody knows. Until commits end, contributors commit to their secrets and the plan may still be cancelled. After that nothing can be changed.
plan-next-revealing = The plan is fixed and can no longer be cancelled. Contributors are revealing their secrets. One that is not revealed in time does not count, and the draw goes ahead.
plan-next-waiting = Everything is fixed; only the randomness agreed on beforehand is missing. Until it appears nobody can compute the result.
plan-next-due = The randomness is there. The server is computing, and the result will be in the log next.
plan-next-due-round = The round agreed on should be out, but nobody has handed it in. Anyone can do so below: it carries its own signature, and a forged one is refused.
plan-next-due-lottery = The drawing agreed on should have taken place. The authority of the plan records the numbers, and anyone can compare them with the official announcement.
plan-next-due-sealed = The randomness is there. With sealed classes the department that holds the openings draws on its own machine and records the signed result.
plan-next-late = This should have been drawn long ago, but no result is in the log. It still follows from what is fixed and from the randomness agreed on: drawing late does not change it.
plan-next-drawn = The result is in the log, and anyone can recompute it.
plan-next-void = No independent contributor revealed a secret, so the delay protects nothing. This plan has no draw.
plan-next-lapsed = The round agreed on did not appear within 72 hours, and the operator has given notice of that. If it ever appears, it still decides.
plan-next-cancelled = This plan was cancelled before commits ended and will not be drawn. Its number is not used again.

## The list of plans
page-plans-title = Random inspections
page-plans-lede = The terms of every plan are public before its randomness exists. A formula decides who is drawn, and anyone can recompute it on their own machine.
page-plans-stages = By stage
page-plans-departments = By department
page-plans-total = { $n ->
    [one] 1 plan.
   *[other] { $n_text } plans.
}
page-plans-order = Newest first.
page-plans-cut = Only the newest { $n_text } are listed here.
page-plans-all = Remove filters
page-plans-time = Time
page-plans-drawn-count = Targets drawn
page-plans-empty = There is no such plan.
page-plans-until-t0 = Commits end
page-plans-until-t1 = Reveals end
page-plans-until-known = Ready
page-plans-drawn = Drawn
page-plans-cancelled = Cancelled
page-plans-void = Reveals ended
page-plans-lapsed = Randomness was due

## One plan
page-plan-to-draw = See the draw
page-plan-record = Plan record
page-plan-cancel-reason = Reason: { $reason }.
page-plan-replaced = Another plan takes its place:
page-plan-course = Course
page-plan-clock = All times are the log's: time asserted by the operator only, for there are no witnesses at present.
page-time-operator = Time asserted by the operator only
page-plan-secrets = Secrets
page-plan-secrets-text = Each contributor first publishes a fingerprint of its secret (the commit) and, once commits have ended, the secret itself. As long as one of them is honest, nobody can compute the result in advance.
page-plan-contributor = Contributor
page-plan-independent = Has no part in the draw
page-plan-uncommitted = No commit in time
page-plan-unrevealed = Not revealed in time; does not count
page-plan-nothing-to-reveal = Nothing to reveal
page-plan-not-yet = Not yet
page-plan-what = What is inspected
page-plan-kind = Manner
page-plan-items = Inspection items
page-plan-window = Inspections from – to
page-plan-rules = Rules of the draw
page-plan-rules-open = Each rule draws the lowest tickets of its stratum. A ticket follows from the seed and the code, and from nobody else's data.
page-plan-rules-sealed = The class of each target is sealed. Whoever has a ticket below the threshold is drawn, so within a class all have the same chance.
page-rule-open = { $name }, supervised by { $departments }: { $rate } drawn.
page-rule-open-minimum = { $name }, supervised by { $departments }: { $rate } drawn, at least { $minimum }.
page-rule-all = { $name }, supervised by { $departments }: all inspected.
page-rule-sealed = { $name }, inspected by { $departments }: each has a chance of { $rate }.
page-rule-sealed-minimum = { $name }, inspected by { $departments }: each has a chance of { $rate }; at least { $minimum } drawn.
page-rule-sealed-all = { $name }, inspected by { $departments }: all inspected.
page-stratum-unnamed = Stratum { $token }
page-class-unnamed = Class { $token }
page-rule-token = Code
page-rule-targeted = Targeted, not random
page-rule-drawn = { $n_text } drawn of { $eligible_text }.
page-rule-drawn-all = Nothing in this stratum was left to chance.
page-rule-chance = Each had a chance of { $drawn_text }/{ $eligible_text }, which is { $share }.
page-rule-chance-about = Each had a chance of { $drawn_text }/{ $eligible_text }, about { $share }.
page-plan-libraries = The two libraries
page-plan-libraries-text = Libraries are frozen before the plan: who is in them, and in which stratum, cannot be changed after that. The root is a fingerprint of all entries.
page-library-objects = Library of objects
page-library-officers = Library of officers
page-library-since = Frozen at
page-library-count = Entries
page-library-file = Download the list
page-library-root = Root
page-plan-officers = Officers
page-plan-officers-text = Officers follow from the same seed. The log knows them by pseudonyms only.
page-plan-seats = Sent to each target
page-plan-lead = Lead department
page-plan-tasks = Task cards
page-seats-any = { $n ->
    [one] 1 officer
   *[other] { $n } officers
}
page-seats-qualified = { $n ->
    [one] 1 officer
   *[other] { $n } officers
} qualified for: { $qualification }
page-plan-recusals = { $n ->
    [one] 1 pair of officer and target was declared beforehand.
   *[other] { $n_text } pairs of officer and target were declared beforehand.
}
page-plan-rotation = { $n ->
    [one] Officers who visited a target in the authority's last draw do not visit it again this time.
   *[other] Officers who visited a target in the authority's last { $n_text } draws do not visit it again this time.
}
page-plan-no-rotation = No rotation.
page-plan-randomness = Where the randomness comes from
page-plan-fallback = Should it never come, the fallback:
page-plan-lead-time = All is fixed { $lead } before it, where the plan asks for { $least } at least.
page-lottery-issue = { $game }, issue { $issue }.
page-plan-substitutes = Substitutions
page-plan-substitutes-text = { $n ->
    [one] There was 1 substitution. The published order decides who takes a place; nobody chooses.
   *[other] There were { $n_text } substitutions. The published order decides who takes a place; nobody chooses.
}
page-substitute-target = Target { $from } is replaced by { $to }.
page-substitute-officer = { $department }: at { $target } officer { $from } is replaced by { $to }.
page-substitute-reason = Reason: { $reason }.
page-substitute-evidence = Evidence
page-plan-asked = Am I in it?
page-plan-asked-text = Enter a credit code or library ID to see whether it is in the library, whether it was drawn, and why.
page-plan-ask = Look it up
page-plan-asked-card = You have a self-check card? Check with its code
page-plan-files = Records and files

## Points of the course
page-course-objects = Library of objects frozen
page-course-officers = Library of officers frozen
page-course-library = Objections were heard until { $until }; plans may use it after that.
page-course-plan = Plan in the log
page-course-plan-text = From here on its terms are public.
page-course-t0 = Commits end (t0)
page-course-t0-text = { $there } of { $of } contributors have committed. After this the plan cannot be cancelled.
page-course-t0-alone = After this the plan cannot be cancelled. Nobody contributes: the randomness from outside decides alone.
page-course-t1 = Reveals end (t1)
page-course-t1-text = { $there } of { $of } contributors have revealed their secrets.
page-course-round = drand round { $round }
page-course-round-text = A public beacon that organisations around the world produce together: when a round comes is known beforehand, its value is not.
page-course-delay = Delay
page-course-delay-text = SHA-256 is applied 2^{ $log2 } times to what the secrets make. That takes longer than the time of reveals, so the last to reveal cannot see the result first.
page-course-delay-short = SHA-256 is applied 2^{ $log2 } times to what the secrets make. This is a demonstration with a short delay. A real log asks for 2^34 or more, which takes longer than the time of reveals, so that the last to reveal cannot see the result first.
page-course-lottery = Drawing of the welfare lottery
page-course-lapsed = The round agreed on did not appear within 72 hours.
page-course-drawn = { $n ->
    [one] 1 target drawn.
   *[other] { $n } targets drawn.
}
page-course-deadline = Results due
page-course-deadline-text = By then a result of every target has to be public.
page-course-deadline-sealed = By then a result of every target has to be public; after it the list of the drawn is opened.
page-course-opened = List of the drawn opened

## A round handed in
page-round-heading = Hand in drand round { $round }
page-round-text = Anyone may, without an account. The signature proves itself: a wrong one is refused, and who is first makes no difference.
page-round-answer = Paste here all that a relay answers
page-round-send = Hand in
page-round-help = Any drand relay has the round; open for instance
page-handed-taken = Thank you: this is the right round, and it is handed in.
page-handed-known = This is the right round, and it had been handed in already. Nothing more is needed.
page-handed-format = Nothing was handed in: the text is not what a relay answers, {"{"}"round": …, "signature": "…"{"}"}. Copy all of it, from the first brace to the last.
page-handed-signature = Nothing was handed in: a signature has 96 hexadecimal digits, and this one has others. Part of it may be missing.
page-handed-round = Nothing was handed in: this is another round than the one this plan waits for.
page-handed-wrong = Nothing was handed in: this is not the signature of the round. Copy it again from a relay of the chain quicknet, whole and unchanged.
page-handed-over = Nothing was handed in: this plan waits for no round, for it is called off or does not draw by the beacon.
page-handed-long = Nothing was handed in: the text is far longer than what a relay answers.
page-handed-busy = Nothing was handed in: the server is checking too many rounds at the moment. Try again in a few seconds.

## Progress of the inspections
page-progress = Progress of the inspections
page-progress-drawn = { $n ->
    [one] 1 target to inspect.
   *[other] { $n_text } targets to inspect.
}
page-progress-inspected = { $n_text } with a result.
page-progress-published = { $n_text } with results of every department.
page-progress-overdue = { $n_text } overdue.
page-progress-late = { $n ->
    [one] 1 result came after the deadline.
   *[other] { $n_text } results came after the deadline.
}
page-progress-col-drawn = To inspect
page-progress-col-published = Published
page-progress-col-overdue = Overdue
page-undrawn = { $n ->
    [one] One result was published for an object that was not drawn.
   *[other] { $n_text } results were published for objects that were not drawn.
}
page-undrawn-text = Until its list is opened, the log cannot tell whom a sealed draw has drawn, and takes a result of any object of its library. These say that they were drawn, and the list says that they were not. They do not count in the progress of the inspections.
page-undrawn-more = The first { $n_text } are linked here; the plan's JSON document has all.
page-replaced = { $n ->
    [one] There is { $n_text } inspection result of a target that was replaced although the result was published.
   *[other] There are { $n_text } inspection results of targets that were replaced although the results were published.
}
page-replaced-text = These targets were drawn and inspected, and somebody else took their places afterwards. The results stand in the log; they do not count in the progress of the inspections. A result that is itself the reason of the replacement is not counted here.
page-progress-text = Counted from the inspection results in the log, with substitutes in the places of those they replace.

## One draw
page-draw-title = Draw of { $name } ({ $key })
page-draw-lede = { $n ->
    [one] 1 target was drawn.
   *[other] { $n_text } targets were drawn.
}
page-draw-lede-sealed = { $n ->
    [one] 1 target was drawn; the list is sealed for now.
   *[other] { $n_text } targets were drawn; the list is sealed for now.
}
page-draw-recorded = Logged
page-draw-by = , recorded by
page-draw-late = This draw was recorded late.
page-draw-late-by = This draw came late: it was logged { $span } after its randomness could be known. The result follows from what was fixed before, so being late does not change it; recompute it to be sure.
page-draw-plan = The plan
page-draw-record = Draw record
page-draw-counts = How many of each stratum
page-draw-counts-open = Counts and chances as recorded; recomputing the draw checks them.
page-draw-counts-sealed = How many each class has, and how many of it were drawn, is sealed. Only the rules are public.
page-draw-list = The drawn
page-draw-list-text = By ticket, lowest first: that is the order of the draw.
page-draw-nobody = Nobody was drawn.
page-draw-opened = The list has been opened by
page-draw-unopened = For now only the root (fingerprint) of the list is public. The list that the department opens later has to match it and cannot be exchanged.
page-draw-opens = The list opens at
page-draw-unopened-late = It should be open by now and is not.
page-draw-people = Officers
page-seat-empty = (seat empty: nobody may take it)
page-draw-substitute = Substitute
page-draw-officers = Officers (pseudonyms)
page-draw-why = Why it was drawn
page-draw-replaced-by = Replaced by
page-draw-replaces = In the place of
page-draw-first = Randomness, recomputation and checks are on the first page
page-draw-origins = How the randomness came about
page-draw-origins-text = Every line below can be recomputed with sha256sum. The server made this page, so it shows no tick: only your browser or the offline command can.
page-origins-secrets = Secrets of the contributors
page-origins-secrets-text = { $n } of { $of } secrets count. For one that was not committed and revealed in time “-” stands.
page-origins-secret-missing = Does not count
page-origins-joined = Joined
page-origins-joined-text = Put in a row, in the plan's order, and hashed:
page-origins-round = drand round { $round }
page-origins-round-text = The plan named this round beforehand. Below is its signature; only the offline command can verify it, since browsers lack the algorithm.
page-origins-round-due = It was due at
page-origins-round-hash = Fingerprint of the 48 bytes of the signature:
page-origins-lottery = Welfare lottery numbers
page-origins-delay = Delay
page-origins-delay-text = SHA-256 was applied { $steps } times (2^{ $log2 }) to the value above. { $segments } checkpoints on the way allow the stretches to be rechecked side by side.
page-origins-value = Random value R
page-origins-mixed = The two values above in a row, hashed:
page-origins-value-delay = The value with which the delay ended:
page-origins-value-alone = Nobody contributed, so it is the fingerprint of the signature:
page-origins-seed = Seed
page-origins-seed-text = The seed also holds the name of the log and the plan key, so that the same randomness gives another result in another plan:
page-origins-tickets = Tickets
page-origins-tickets-open = The ticket of a target follows from the seed and its code. Whoever joins or leaves the library moves nobody else's ticket:
page-origins-tickets-sealed = The ticket of a target follows from the seed, its code and a sealed salt; whoever has the self-check card can check it:
page-origins-unreadable = The records cannot be read here; use the offline command.
page-recipe = Recompute with sha256sum
page-recipe-text = Download the list and run this in a terminal in the same folder. What it prints last are the drawn:
page-recipe-omitted = { $n ->
    [one] 1 more rule is not written out; it works the same way.
   *[other] { $n_text } more rules are not written out; they work the same way.
}
page-draw-not-sealed = That a sealed draw took the right ones: the public can check only the root of the list, each business itself, and a supervisor who holds the openings all of it.
page-draw-not-library = That nobody is missing from the library, or in it wrongly. Its count can be compared with what the register publishes.
page-draw-not-visited = That officers went, or that they looked closely.
page-draw-not-true = That a result is true; only who said it and when.
page-draw-not-time = When it was logged: without witnesses the time is asserted by the operator only.
page-draw-not-tip = That nobody was tipped off after the draw.

## The answer about one target
page-target-title = { $id } in { $name }
page-target-eyebrow = Was it drawn, and why?
page-target-server = This is what the server says, so it has no tick. Below, your own browser computes it again.
page-target-check = Check in the browser
page-target-rests = What this rests on
page-target-leaf = Entry { $place_text } of the library
page-target-before = The entry before it ({ $place_text })
page-target-after = The entry after it ({ $place_text })
page-target-ticket = Its ticket
page-target-last = Last ticket drawn in { $name }
page-target-rule = Rule that covers it
plan-answer-substitute = Inspected as a substitute
plan-reason-substitute = It was not drawn at first. A target before it cannot be inspected, for a published reason, and by the published order it is next.
plan-answer-absent = Not drawn: not in the library
plan-reason-absent = The library is sorted by ID. The two entries between which it would stand are next to each other, so it is not there. Whoever should be in the library can object.
plan-answer-absent-edge = Not drawn: not in the library
plan-reason-absent-edge = The library is sorted by ID. It would stand before the first entry or after the last, where there is nothing. Whoever should be in the library can object.
plan-answer-excluded = Not drawn: excluded
plan-reason-excluded = It is in the library, but marked as not taking part: { $reason }.
plan-answer-no-draw = No draw
plan-reason-no-draw = This plan has no draw, so it drew nobody.
plan-answer-not-yet = Not drawn yet
plan-reason-not-yet = It is in the library and takes part. Who is drawn depends on randomness that does not exist yet.
plan-answer-sealed = Only the holder of its card can know
plan-reason-sealed = It is in the library. Classes are sealed in this plan: the code of the self-check card tells whether it was drawn. The list is opened at its time.
plan-answer-sealed-drawn = Drawn
plan-reason-sealed-drawn = It is on the opened list of the drawn. Its class and its ticket stay sealed; with its self-check card the business can check them.
plan-answer-sealed-not = Not drawn
plan-reason-sealed-not = It is in the library and not on the opened list of the drawn. With its self-check card the business can check that.
plan-answer-no-rule = Not drawn: no rule covers it
plan-reason-no-rule = It is in the library, but no rule of this plan covers its stratum and the departments that supervise it.
plan-answer-all = Drawn (targeted, not random)
plan-reason-all = It belongs to { $stratum }, of which all { $n_text } are inspected. Chance had no part in it.
plan-answer-drawn = Drawn
plan-reason-drawn = It belongs to { $stratum }: of { $n_text }, those with the lowest tickets are drawn, { $count_text } in all. Its ticket is not above the last one drawn.
plan-answer-not-drawn = Not drawn
plan-reason-not-drawn = It belongs to { $stratum }: of { $n_text }, those with the lowest tickets are drawn, { $count_text } in all. Its ticket is above the last one drawn.

## Self-check cards
page-card-title = Self-check card
page-card-lede = A business that has been given a self-check card can check here whether it was drawn, and why.
page-card-what = By law credit risk classes are not public, so some plans seal them. The code on the card opens the one entry of its business.
page-card-stays = The code does not leave this device: what follows # in the card's link is never sent to the server, which is asked only by another fingerprint of the code.
page-card-secret = Keep the card like a password: whoever has its code can learn the class of the business.
page-card-none = No plan has sealed classes at present, so there is nothing to open with a card.
page-card-open = No card? In open plans a credit code is enough

## Task cards
page-tasks-title = Task cards of { $department }: { $name }
page-tasks-total = Tasks
page-tasks-print = This page can be printed: one card for each target. Officers appear by pseudonyms; the department knows who they are.
page-tasks-own = Own officers
page-tasks-with = Together with
page-tasks-done = Day and signature
page-tasks-replaced = Replaced although a result was published:
page-tasks-none = The draw sends nobody of this department.
page-tasks-sealed = Until the list is opened, tasks stay within the departments.

page-error-plan = There is no such plan
page-error-plan-text = The log has no plan with the key “{ $given }”. A key is made of authority, period and serial, such as 610323-SCJG/2026/01.
page-error-department = The department has no part in this plan
page-error-department-text = The plan sends no officers of “{ $given }”.
page-error-id = This is no ID of a library
page-error-id-text = “{ $given }” is no library ID: at most 32 digits and capital letters, usually a credit code.

## Words on other pages
page-nav-plans = Draws
page-home-plans = All plans
page-enterprise-draws = Draws it was in
page-enterprise-draws-text = { $n ->
    [one] Drawn, or called as a substitute, once in this log. Being drawn says nothing against anyone.
   *[other] Drawn, or called as a substitute, { $n_text } times in this log. Being drawn says nothing against anyone.
}
page-enterprise-replaced = Replaced later
page-record-plan = The plan’s page

## Fairness
page-fairness-title = Fair over time?
page-fairness-of = Were the draws of { $year } fair?
page-fairness-lede = That one draw is fair follows from its formula, and anyone can recompute it. Here a year’s draws are put together: does the share drawn fit what was declared, are the same few drawn again and again, is the work of officers even, how often is somebody replaced?
page-fairness-authority = By planning authority
page-fairness-draws = { $n ->
    [one] 1 draw.
   *[other] { $n_text } draws.
}
page-fairness-sealed = { $n ->
    [one] 1 of them has sealed classes, so only its officers and substitutions are counted.
   *[other] { $n_text } of them have sealed classes, so only their officers and substitutions are counted.
}
page-fairness-left-out = { $n_text } earlier ones are too many and left out.
page-fairness-strata = Share drawn in each stratum
page-fairness-strata-text = “Declared” is the rate of the plans, weighted by targets; “found” is the share that was drawn. Rounding up and minimums make it higher. Rules that a minimum settled, or that take a whole stratum, are in the table and not in the test.
page-fairness-eligible = Took part (target draws)
page-fairness-drawn = Drawn (target draws)
page-fairness-expected = expected { $expected }
page-fairness-declared = Declared
page-fairness-found = Found
page-fairness-from = Made of these draws
page-fairness-more = { $n ->
    [one] 1 more is in the files below.
   *[other] { $n_text } more are in the files below.
}
page-fairness-test = Is that far from what was declared?
page-fairness-numbers = Chi-square { $statistic }, degrees of freedom { $degrees }, p-value { $p }.
page-fairness-no-test = There is too little to test yet.
page-fairness-none = No draw with open strata this year.
page-fairness-p-usual = The difference is ordinary: drawing exactly as declared would give one as large or larger in about { $n } of 1,000 cases.
page-fairness-p-small = The difference is on the large side: drawing exactly as declared would give it in only about { $n } of 1,000 cases. Worth asking why, but no sign of cheating by itself.
page-fairness-p-tiny = The difference is large: drawing exactly as declared would give it in fewer than 1 of 1,000 cases. The cause should be found; this alone proves nothing.
page-fairness-p-large = There is hardly any difference, less than chance alone would leave. That is as it should be where each stratum has a fixed number drawn.
page-fairness-meaning = What a p-value says and does not say
page-fairness-meaning-1 = It answers one question: had everything gone as declared, how often would luck alone give a difference this large or larger?
page-fairness-meaning-2 = A small one says that luck is an unlikely cause, so look for another: rounding, changed rules, or tampering. It does not say which.
page-fairness-meaning-3 = One that is not small proves nothing: no difference was seen, that is all. And whoever looks at many tables will meet a small one by chance.
page-fairness-meaning-4 = The proof is recomputation: the page of every draw lets you repeat it, and a single wrong digit shows.
page-fairness-times = Are the same few drawn again and again?
page-fairness-times-text = The libraries have { $n_text } targets together. “By chance” is what independent draws would give.
page-fairness-how-often = Times drawn
page-fairness-targets = Targets
page-fairness-by-chance = By chance
page-fairness-never = Never
page-fairness-once = Once
page-fairness-twice = Twice
page-fairness-thrice = Three times or more
page-fairness-repeated = Drawn twice or more
page-fairness-so-often = { $n } times
page-fairness-too-many = The libraries are too large for this to be computed here.
page-fairness-officers = How the work lies on officers
page-fairness-officers-text = A seat is one officer at one target. Fewest, middle and most should be close; rotation, recusals and qualifications pull them apart a little.
page-fairness-people = Officers
page-fairness-seats = Seats
page-fairness-load = Fewest / middle / most
page-fairness-each = How many have how many
page-fairness-people-with = { $n ->
    [one] 1 officer with { $seats_text } seats
   *[other] { $n_text } officers with { $seats_text } seats
}
page-fairness-substitutes-text = A substitution needs a published reason and evidence. A department with a much higher rate is worth a question.
page-fairness-officers-replaced = Officers replaced
page-fairness-targets-replaced = Targets replaced
page-fairness-of-so-many = { $part_text }/{ $whole_text }
page-fairness-list = Draws of the year
page-fairness-cap = At most { $cap } targets for each officer.
page-fairness-tables = Files
page-fairness-untested = : { $n ->
    [one] 1 rule is not tested: its minimum decided the number, or the whole of its stratum was drawn.
   *[other] { $n_text } rules are not tested: their minimum decided the number, or the whole of their stratum was drawn.
}
page-fairness-certain = { $n_text } target draws are not in the table: all of their stratum were drawn, so chance had no part in it.
page-fairness-sum = One enterprise under many plans
page-fairness-sum-text = Rates hold for all plans of a year together. Here the chances of one enterprise in every draw are added up, so that many small plans cannot hide that the same few are drawn again and again.
page-fairness-highest = The highest sum this year is { $sum } draws; { $n_text } targets have it.
page-fairness-sum-id = Credit code, or the ID in the library
page-fairness-sum-show = Add up
page-fairness-sum-open = Open draws that could draw it: { $open_text }. By its chances { $expected } draws were to be expected; it was drawn { $drawn_text } times.
page-fairness-sum-sealed = Sealed draws: { $sealed_text }. Its class is not public, so between { $from } and { $to } were to be expected; lists opened by now name it { $drawn_text } times.
page-fairness-sum-none = No draw of this year could draw it.
page-fairness-chance = Chance
page-fairness-was-drawn = Drawn
page-fairness-yes = Yes
page-fairness-no = No
page-fairness-not-open = List not open yet
page-enterprise-chances = How often was that to be expected? Its chances of this year added up
page-error-year = This is no year
page-error-year-text = “{ $given }” is no year. Write four digits, such as 2026.
