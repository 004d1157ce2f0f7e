"""The draw once more, from docs/DRAW.md alone and with Python's standard library: tickets, seeds, commits, delays, open draws,
opened lists of sealed ones, and who is in a library, under a multi-proof.

Reads cases as verify/examples/draw_cases.rs writes them, one JSON object to a line, and says where it comes to another result.
    cargo run -p gongshi-verify --example draw_cases -- SEED COUNT | python3 tests/foreign/draw.py
"""

import base64
import hashlib
import json
import re
import sys


def H(text):
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def tree(lines):
    """RFC 6962, 2.1."""
    if not lines:
        return hashlib.sha256(b"").digest()
    if len(lines) == 1:
        return hashlib.sha256(b"\0" + lines[0].encode("ascii")).digest()
    half = 1
    while half * 2 < len(lines):
        half *= 2
    return hashlib.sha256(b"\1" + tree(lines[:half]) + tree(lines[half:])).digest()


def commitment(case, contributor, secret):
    return H(f"ddraw/1|commit|{case['plan_key']}|{contributor}|{secret}")


def randomness(case):
    secrets = [f"|{one['contributor']}:{one['secret'] or '-'}" for one in case["contributors"]]
    joined = H(f"ddraw/1|reveal|{case['plan_key']}" + "".join(secrets))
    if case["mode"] == "drand":
        value = hashlib.sha256(bytes.fromhex(case["signature"])).hexdigest()
        return H(f"ddraw/1|mix|{joined}|{value}") if secrets else value
    if case["mode"] == "lottery":
        groups = ("".join(f"{number}." for number in sorted(group)) + "/" for group in case["numbers"])
        return H(f"ddraw/1|mix|{joined}|{''.join(groups)}")
    value = bytes.fromhex(joined)
    for _ in range(2 ** case["delay_log2"]):
        value = hashlib.sha256(value).digest()
    return value.hex()


def drawn(seed, leaves, rule):
    covered = []
    for leaf in leaves:
        _, _, id, stratum, departments, exclusion = leaf.split("|")
        of = departments.split(",") if departments else []
        if stratum == rule["stratum"] and exclusion == "0" and all(one in of for one in rule["departments"]):
            covered.append((H(f"ddraw/1|ticket|{seed}|{id}"), id))
    covered.sort()
    share = -(-len(covered) * rule["num"] // rule["den"])
    return len(covered), [id for _, id in covered[: min(len(covered), max(rule["minimum"], share))]]


def shows(document, root):
    """Whether the document about a library proves what it says of each id."""
    count = document["count"]
    leaves = [(leaf["index"], leaf["line"]) for leaf in document["leaves"]]
    places = [index for index, _ in leaves]
    if places != sorted(set(places)) or any(not 0 <= index < count for index in places) or (count > 0) != bool(leaves):
        return False
    hashes = [base64.b64decode(one, validate=True) for one in document["hashes"]]
    known = [(index, hashlib.sha256(b"\0" + line.encode("ascii")).digest()) for index, line in leaves]
    width = count
    while width > 1:
        above, at = [], 0
        while at < len(known):
            place, own = known[at]
            at += 1
            if place % 2 == 0 and place == width - 1:
                above.append((place // 2, own))
                continue
            if place % 2 == 0 and at < len(known) and known[at][0] == place + 1:
                other = known[at][1]
                at += 1
            elif hashes:
                other = hashes.pop(0)
            else:
                return False
            left, right = (own, other) if place % 2 == 0 else (other, own)
            above.append((place // 2, hashlib.sha256(b"\1" + left + right).digest()))
        known, width = above, (width + 1) // 2
    found = known[0][1] if known else hashlib.sha256(b"").digest()
    if hashes or found != root:
        return False

    held = [line.split("|")[2] for _, line in leaves]
    ids = [one["id"] for one in document["ids"]]
    if not ids or any(later <= one for texts in (held, ids) for one, later in zip(texts, texts[1:])):
        return False
    needed = set()
    for one in document["ids"]:
        before = max((index for (index, _), id in zip(leaves, held) if id < one["id"]), default=None)
        after = min((index for (index, _), id in zip(leaves, held) if id > one["id"]), default=None)
        if one["id"] in held:
            place = leaves[held.index(one["id"])][0]
            if one != {"id": one["id"], "leaf": place}:
                return False
            needed.add(place)
            continue
        gap = (0 if before is None else before + 1) == (count if after is None else after)
        if not gap or one != {"id": one["id"], "before": before, "after": after}:
            return False
        needed |= {before, after} - {None}
    return needed == set(places)


LINE = re.compile(r"ddraw/1\|sdrawn\|([0-9A-Z]{1,32})\|([0-9A-Z]{1,32}(?:,[0-9A-Z]{1,32})*)\|[0-9a-f]{64}", re.ASCII)


def is_opening(list_, count, root, library):
    """Whether a text is the list that a sealed draw has committed to, of objects that can be drawn."""
    if list_ and not list_.endswith("\n"):
        return False
    lines = list_.split("\n")[:-1]
    found = [LINE.fullmatch(line) for line in lines]
    if not all(found):
        return False
    teams = [one[2].split(",") for one in found]
    ids = [one[1] for one in found]
    if any(later <= one for texts in (ids, *teams) for one, later in zip(texts, texts[1:])):
        return False
    drawable = {line.split("|")[2] for line in library if line.split("|")[3] == "0"}
    return len(ids) == count and tree(lines).hex() == root and drawable.issuperset(ids)


def forged(document):
    """The document with something changed, in every way that is tried."""
    def with_(**members):
        return {**document, **members}

    hashes, leaves, ids = document["hashes"], document["leaves"], document["ids"]
    junk = base64.b64encode(bytes(32)).decode()
    for at in range(len(hashes) + 1):
        yield with_(hashes=hashes[:at] + [junk] + hashes[at:])
    for at in range(len(hashes)):
        yield with_(hashes=hashes[:at] + hashes[at + 1 :])
        yield with_(hashes=hashes[:at] + [junk] + hashes[at + 1 :])
        if at:
            yield with_(hashes=hashes[: at - 1] + [hashes[at], hashes[at - 1]] + hashes[at + 1 :])
    for at, leaf in enumerate(leaves):
        yield with_(leaves=leaves[:at] + leaves[at + 1 :])
        yield with_(leaves=leaves[: at + 1] + leaves[at:])
        for changed in ({"index": leaf["index"] + 1}, {"index": leaf["index"] - 1}, {"line": leaf["line"] + "1"}):
            yield with_(leaves=leaves[:at] + [{**leaf, **changed}] + leaves[at + 1 :])
    for at, one in enumerate(ids):
        other = {"id": one["id"], "before": None, "after": 0} if "leaf" in one else {"id": one["id"], "leaf": 0}
        yield with_(ids=ids[:at] + [other] + ids[at + 1 :])
        yield with_(ids=ids[: at + 1] + ids[at:])


def problems(case, forge):
    for one in case["contributors"]:
        if one["secret"] and commitment(case, one["contributor"], one["secret"]) != one["commitment"]:
            yield f"the commitment of {one['contributor']}"
    value = randomness(case)
    if value != case["randomness"]:
        yield f"the randomness of mode {case['mode']}"
    seed = H(f"ddraw/1|seed|{case['origin']}|{case['plan_key']}|{value}")
    if seed != case["seed"]:
        yield "the seed"
    if tree(case["leaves"]).hex() != case["root"]:
        yield "the root of the library"
    root = bytes.fromhex(case["root"])
    if not shows(case["shown"], root):
        yield "who is in the library"
    if forge and any(shows(document, root) for document in forged(case["shown"])):
        yield "the refusal of what does not show who is in the library"
    opened = case["opened"]
    if is_opening(opened["list"], opened["count"], opened["root"], opened["library"]) != opened["right"]:
        yield "the opened list"
    for rule in case["rules"]:
        if drawn(seed, case["leaves"], rule) != (rule["eligible"], rule["drawn"]):
            yield f"who is drawn of {rule['stratum']}"


count = targets = wrong = shown = 0
lists = {True: 0, False: 0}
for line in sys.stdin:
    case = json.loads(line)
    count += 1
    targets += sum(len(rule["drawn"]) for rule in case["rules"])
    shown += len(case["shown"]["ids"])
    lists[case["opened"]["right"]] += 1
    # All that can be changed in a document is much: every tenth will do.
    for problem in problems(case, forge=count % 10 == 0):
        wrong += 1
        print(f"case {count}, {case['plan_key']}: {problem} differs", file=sys.stderr)
if not targets:
    sys.exit("nobody was drawn in any case: nothing was compared")
if not all(lists.values()):
    sys.exit("no opened list was right, or none was wrong: nothing was compared")
print(f"{count} draws repeated, {targets} targets drawn, {shown} ids found or missing under multi-proofs, {lists[True]} opened lists right and {lists[False]} wrong: {wrong} differences")
sys.exit(1 if wrong else 0)
