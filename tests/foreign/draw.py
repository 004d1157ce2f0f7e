"""The draw once more, from docs/DRAW.md alone and with Python's standard library: tickets, seeds, commits, delays, open draws.

Reads cases as verify/examples/draw_cases.rs writes them, one JSON object to a line, and says where it comes to another result.
    cargo run -p gongshi-verify --example draw_cases -- SEED COUNT | python3 tests/foreign/draw.py
"""

import hashlib
import json
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


def problems(case):
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
    for rule in case["rules"]:
        if drawn(seed, case["leaves"], rule) != (rule["eligible"], rule["drawn"]):
            yield f"who is drawn of {rule['stratum']}"


count = targets = wrong = 0
for line in sys.stdin:
    case = json.loads(line)
    count += 1
    targets += sum(len(rule["drawn"]) for rule in case["rules"])
    for problem in problems(case):
        wrong += 1
        print(f"case {count}, {case['plan_key']}: {problem} differs", file=sys.stderr)
if not targets:
    sys.exit("nobody was drawn in any case: nothing was compared")
print(f"{count} draws repeated, {targets} targets drawn: {wrong} differences")
sys.exit(1 if wrong else 0)
