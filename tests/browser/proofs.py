"""Proof files in the reader's browser: the modules beside gongshi-verify, case by case, and the page that uses them, in Chromium.

Usage: proofs.py URL VERIFIER PICTURES [CHROMIUM]. URL: a running demonstration, whose proofs are tried and whose page is opened;
VERIFIER: the command gongshi-verify. The modules come from static/ of this tree, the cases from proof-*.js, known answers from
verify/tests. A case counts when both verifiers come to the same verdict, step by step, and to what its maker wanted.
"""

import base64
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

from check import AUDIT, FAMILIES, LANGUAGES, Tally
from chromium import launched
from draws import Stage, WIDTHS
from scripts import joinable, words

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
DATA = ROOT / "verify" / "tests" / "data"
GROUPS = ("chains", "spellings", "jsons", "policies", "consistencies", "bits")
MODULES = {
    "verify": "verify", "curve": "ed25519", "entry": "entry", "json": "strict-json", "merkle": "merkle", "records": "record", "shown": "shown",
}
# Proofs of the running log that are changed in every part: as many of each kind, and of those without a record.
EACH = 2
BATCH = 100
ARGUMENTS = {
    "proof": lambda files: ["proof", files[0]],
    "record": lambda files: ["record", files[0], "--proof", files[1]],
    "consistency": lambda files: ["consistency", files[0], files[1]],
    "between": lambda files: ["consistency", files[0], files[2], "--new", files[1]],
}
# The verifier's titles of the steps, and what the modules call them.
TITLES = {
    "fingerprint of the record": "fingerprint", "said by the authority": "authority", "inside the log": "inclusion",
    "signed by the log": "head", "seen by witnesses": "witnesses", "later revocation of the key": "revocation",
    "truth of the content": "truth", "older checkpoint": "old", "newer checkpoint": "new", "same log and trees": "same",
    "nothing removed or changed": "consistency",
}
OUTCOMES = {"pass": "pass", "FAIL": "fail", "not checked": "unchecked"}
# What verify/tests/json.rs calls the reasons.
REASONS = {
    "UnexpectedEnd": "end", "UnexpectedCharacter": "character", "TrailingData": "more", "MemberName": "name", "DuplicateName": "twice",
    "NotInteger": "fraction", "NumberForm": "number", "IntegerRange": "range", "ControlCharacter": "control", "Escape": "escape",
    "LoneSurrogate": "surrogate",
}


class Shelf(Stage):
    """The modules as they lie in the tree, the tests' own, and an empty page, under the portal's policy for content."""

    def __init__(self, portal):
        super().__init__(portal, None)

    def answer(self, path):
        folder, name = path[1:].partition("/")[::2]
        source = {"static": ROOT / "static", "test": HERE}.get(folder)
        if source and re.fullmatch(r"[a-z0-9-]+\.js", name) and (source / name).exists():
            return 200, "text/javascript", (source / name).read_bytes()
        return (200, "text/html", b"<!doctype html><title>-</title>") if path == "/" else (404, "text/plain", b"")


def get(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()


def asked(verifier, case, folder):
    """What the command says of a case: verdict and steps."""
    files = []
    for at, data in enumerate([*case["files"], case["policy"]]):
        files.append(folder / str(at))
        files[at].write_bytes(base64.b64decode(data))
    command = [verifier, *ARGUMENTS[case["command"]](files), "--policy", files[-1]]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode == 2:
        return "unusable", []
    lines = done.stdout.decode().strip().split("\n")
    steps = [re.match(r"(pass|FAIL|not checked) +([a-z ]+): ", line).groups() for line in lines[1:-1]]
    steps = [[TITLES[title], OUTCOMES[outcome]] for outcome, title in steps]
    if done.returncode == 0:
        return "verified", steps
    return ("entry-only" if lines[-1].startswith("ENTRY ONLY") else "not-verified"), steps


def compared(browser, tally, verifier, group, given, folder, texts):
    """A group of cases, made and checked in the browser and then by the command."""
    count = browser.run(f"proofs.make({json.dumps(group)}, {json.dumps(given)})")
    verdicts, failed = collections.Counter(), collections.Counter()
    folders = [folder / str(at) for at in range(os.cpu_count() or 1)]
    for each in folders:
        each.mkdir(exist_ok=True)
    free = list(folders)

    def ask(case):
        mine = free.pop()
        try:
            return asked(verifier, case, mine)
        finally:
            free.append(mine)

    with concurrent.futures.ThreadPoolExecutor(len(folders)) as pool:
        for start in range(0, count, BATCH):
            cases = browser.run(f"proofs.batch({start}, {start + BATCH})")
            for case, (verdict, steps) in zip(cases, pool.map(ask, cases)):
                problems = [case["problem"]] if case["problem"] else []
                if (verdict, steps) != (case["verdict"], case["steps"]):
                    problems.append(f"here {case['verdict']} {case['steps']} {case['texts']}, the verifier {verdict} {steps}")
                tally.check(f"{group}: {case['what']}", problems)
                verdicts[verdict] += 1
                failed[next((step for step, outcome in steps if outcome == "fail"), None)] += 1
                texts.update(case["texts"])
    where = ", ".join(f"{step} {number}" for step, number in failed.items() if step)
    print(f"{group}: {count} cases; " + ", ".join(f"{verdict} {number}" for verdict, number in verdicts.items()) + f"; first failed: {where}")


def refusals():
    """The texts that verify/tests/json.rs refuses, with byte and reason."""
    source = (ROOT / "verify" / "tests" / "json.rs").read_text()
    found = []
    for text, offset, reason in re.findall(r'\("((?:[^"\\]|\\.)*)", (\d+), (\w+)\)', source):
        text = re.sub(r"\\u\{(\w+)\}", lambda code: chr(int(code[1], 16)), text)
        text = re.sub(r"\\(.)", lambda letter: {"n": "\n"}.get(letter[1], letter[1]), text)
        found.append([text, int(offset), "json-" + REASONS[reason]])
    assert len(found) > 30, "verify/tests/json.rs is written otherwise"
    return found


def chosen(portal):
    """Proofs of the running log: the first entries, some of every kind, some without their records."""
    size = json.loads(get(portal + "/api/v1/log"))["size"]
    proofs, kinds = {}, collections.Counter()
    for index in [0, 1, *range(2, size, max(1, size // 400))]:
        proof = get(f"{portal}/api/v1/proof/{index}").decode()
        extra = json.loads(base64.b64decode(proof.split("\n")[1][6:]))
        kind = json.loads(extra["entry"])["kind"], "record" in extra
        if index < 2 or kinds[kind] < EACH:
            kinds[kind] += 1
            proofs[index] = proof
    print(f"{len(proofs)} proofs of the running log, of {len({kind for kind, _ in kinds})} kinds, "
          f"{sum(number for (_, whole), number in kinds.items() if not whole)} without their records")
    return proofs


RESULTS = "document.querySelector('form[data-check={form}] [data-results]')"
# Presses the button and waits for what comes of it.
PRESS = """(() => new Promise((resolve, reject) => {{
  const part = {results};
  part.replaceChildren();
  const look = () => {{
    if (!part.querySelector('.notice:not(.plain)')) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(part.querySelector('.notice').dataset.verdict ?? part.textContent)));
  }};
  const observer = new MutationObserver(look);
  observer.observe(part, {{ childList: true, subtree: true }});
  setTimeout(() => reject(new Error('nothing came of it: ' + part.textContent)), 50000);
  document.querySelector('form[data-check={form}]').requestSubmit();
}}))()"""
# Whether the browser does what it would without the page.
DROP = """(() => {{
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([{text}], '1.tlog-proof'));
  const kinds = ['dragover', 'drop'].map((kind) => new DragEvent(kind, {{ bubbles: true, cancelable: true, dataTransfer }}));
  return kinds.map((event) => document.querySelector('{target}').dispatchEvent(event)).some((taken) => taken);
}})()"""
STEPS = "Object.fromEntries([...document.querySelectorAll('form[data-check={form}] [data-step]')].map((one) => [one.dataset.step, one.dataset.outcome]))"


def press(browser, fields, form="proof"):
    """Puts texts into fields and presses the button: the verdict shown and the steps."""
    for name, text in fields.items():
        browser.run(f"document.querySelector('#verify-{name}').value = {json.dumps(text)}")
    verdict = browser.run(PRESS.format(form=form, results=RESULTS.format(form=form)))
    return verdict, browser.run(STEPS.format(form=form))


def looked(browser, tally, what, lang, width, more=()):
    problems = browser.run(f"({AUDIT})({json.dumps(lang)}, {width}, {json.dumps(FAMILIES)})") + list(more) + browser.complaints()
    tally.check(f"{what} {lang} {width}", problems)


def both(browser, tally, right, changed, whole, where, looks, pictures):
    """A proof that holds, with all its steps, and one that does not, on a page that is open."""
    lang, width = looks
    verdict, steps = press(browser, {"proof": right})
    looked(browser, tally, f"a proof in the {where} page", lang, width, [] if (verdict, steps) == ("verified", whole) else [f"{verdict} {steps}"])
    browser.picture(pictures / f"{where}-right.{lang}.{width}.png")
    verdict, steps = press(browser, {"proof": changed})
    more = [] if verdict == "not-verified" and steps["inclusion"] == "fail" else [f"{verdict} {steps}"]
    looked(browser, tally, f"a changed proof in the {where} page", lang, width, more)
    browser.picture(pictures / f"{where}-changed.{lang}.{width}.png")


def page(browser, portal, tally, proofs, texts, pictures):
    """The page: what a reader puts in and sees, with the keyboard, without scripts, and without Ed25519."""
    right = proofs[100] if 100 in proofs else next(iter(proofs.values()))
    whole = {step: "pass" for step in ("fingerprint", "authority", "inclusion", "head")}
    whole |= {step: "unchecked" for step in ("witnesses", "revocation", "truth")}
    lines = right.split("\n")
    changed = "\n".join([lines[0], lines[1], "index 1", *lines[3:]])
    for lang, prefix in LANGUAGES:
        for width in WIDTHS:
            browser.screen(width, 844, scripts=True)
            browser.open(f"{portal}{prefix}/verify")
            looked(browser, tally, "the form of proofs", lang, width)
            before = len(browser.requests())
            both(browser, tally, right, changed, whole, "served", (lang, width), pictures)
            verdict, steps = press(browser, {"proof": "x"})
            looked(browser, tally, "no proof", lang, width, [] if verdict == "unusable" and not steps else [f"{verdict} {steps}"])
            sent = [url for url in browser.requests()[before:] if not url.startswith(portal + "/static/")]
            tally.check(f"nothing is sent {lang} {width}", sent)
        browser.screen(390, 844, dark=True, scripts=True)
        press(browser, {"proof": right})
        browser.settle(0.05)
        looked(browser, tally, "a proof by night", lang, 390)
        there = set(browser.run("[...document.querySelector('template[data-texts]').content.querySelectorAll('[data-text]')].map((one) => one.dataset.text)"))
        steps = {f"step-{step}" for step in TITLES.values()}
        tally.check(f"every sentence has its words {lang}", sorted({f"page-check-{text}" for text in texts | steps} - there))

    browser.screen(390, 844, scripts=True)
    browser.open(portal + "/en/verify")
    verdict, _ = press(browser, {"proof": right, "policy": "quorum none"})
    tally.check("another policy", [] if verdict == "not-verified" else [verdict])
    verdict, _ = press(browser, {"proof": right, "policy": ""})
    tally.check("no policy", [] if verdict == "unusable" else [verdict])
    browser.open(portal + "/en/verify")
    extra = json.loads(base64.b64decode(lines[1][6:]))
    record = json.dumps(extra.pop("record"), ensure_ascii=False)
    bare = base64.b64encode(json.dumps(extra, ensure_ascii=False, separators=(",", ":")).encode()).decode()
    without = "\n".join([lines[0], f"extra {bare}", *lines[2:]])
    verdict, steps = press(browser, {"proof": without})
    tally.check("without a record", [] if verdict == "entry-only" else [f"{verdict} {steps}"])
    verdict, steps = press(browser, {"proof": without, "record": record})
    tally.check("with an own copy", [] if verdict == "verified" else [f"{verdict} {steps}"])
    # A file that is chosen, and the keyboard: from the field to the button with Tab, pressed with Enter.
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "1.tlog-proof"
        path.write_text(right)
        browser.open(portal + "/en/verify")
        document = browser.call("DOM.getDocument")["root"]["nodeId"]
        node = browser.call("DOM.querySelector", nodeId=document, selector="#verify-proof-file")["nodeId"]
        browser.call("DOM.setFileInputFiles", nodeId=node, files=[str(path)])
        browser.run("document.querySelector('#verify-proof-file').focus()")
        for _ in range(4):
            if browser.run("document.activeElement.type") == "submit":
                break
            for kind in ("rawKeyDown", "keyUp"):
                browser.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        for kind in ("rawKeyDown", "char", "keyUp"):
            browser.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)
        for _ in range(100):
            verdict = browser.run(RESULTS.format(form="proof") + ".querySelector('.notice')?.dataset.verdict")
            if verdict:
                break
            browser.settle(0.05)
        tally.check("a file and the keyboard", [] if verdict == "verified" else [str(verdict)])
    # Dropped into its field a file is taken, and beside it the page stays: a browser would show the file in its place.
    browser.open(portal + "/en/verify")
    left = [target for target in ("body", "h1") if browser.run(DROP.format(target=target, text=json.dumps(right)))]
    tally.check("a file dropped beside the field", [f"{target}: the browser takes it" for target in left])
    browser.run(DROP.format(target="#verify-proof", text=json.dumps(right)))
    verdict, _ = press(browser, {})
    tally.check("a file dropped into its field", [] if verdict == "verified" else [verdict])
    small = browser.run("[...document.querySelectorAll('form button, form input, form textarea, summary')].filter((one) => one.checkVisibility()"
                        " && one.getBoundingClientRect().height < 43.5).map((one) => one.outerHTML.slice(0, 80))")
    tally.check("what is pressed is 44 pixels high", small)
    browser.open(portal + "/verify?index=1")
    for _ in range(100):
        verdict = browser.run(RESULTS.format(form="proof") + ".querySelector('.notice:not(.plain)')?.dataset.verdict")
        if verdict:
            break
        browser.settle(0.05)
    tally.check("the entry that the address names", [] if verdict == "verified" else [str(verdict)])
    paper(browser, portal, tally)
    # Two states of the log.
    size = json.loads(get(portal + "/api/v1/log"))["size"]
    head = get(portal + "/log/checkpoint").decode()
    same = get(f"{portal}/api/v1/consistency/{size}/{size}").decode()
    verdict, steps = press(browser, {"old": head, "consistency": same}, "heads")
    tally.check("two states of the log", [] if verdict == "verified" and len(steps) == 4 else [f"{verdict} {steps}"])

    alone(browser, portal, tally, right, changed, whole, pictures)

    # Without Ed25519 nothing that is signed holds, and nothing fails for it.
    script = ("const known = SubtleCrypto.prototype.importKey; SubtleCrypto.prototype.importKey = function (form, key, algorithm, ...rest) {"
              " return algorithm.name === 'Ed25519' ? Promise.reject(new DOMException('', 'NotSupportedError')) : known.call(this, form, key, algorithm, ...rest); };")
    planted = browser.call("Page.addScriptToEvaluateOnNewDocument", source=script)["identifier"]
    browser.open(portal + "/en/verify")
    verdict, steps = press(browser, {"proof": right})
    unsigned = whole | {"authority": "unchecked", "head": "unchecked"}
    shown = browser.run(RESULTS.format(form="proof") + ".querySelector('.notice.good') === null")
    tally.check("no Ed25519 is said", [] if (verdict, steps, shown) == ("not-verified", unsigned, True) else [f"{verdict} {steps} {shown}"])
    browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=planted)
    for lang, prefix in LANGUAGES:
        browser.screen(390, 844)
        browser.open(f"{portal}{prefix}/verify")
        text = browser.run("document.querySelector('main').innerText")
        forms = browser.run("[...document.querySelectorAll('form')].some((one) => one.closest('main') && one.checkVisibility())")
        more = [] if "gongshi-verify proof" in text and not forms else [text[:300]]
        looked(browser, tally, "proofs without scripts", lang, 390, more)


def paper(browser, portal, tally):
    """What the code on a printed record leads to: the entry is checked, and the paper against it and the log of now."""
    record = json.loads(get(portal + "/api/v1/records/1"))
    size = json.loads(get(portal + "/api/v1/log"))["size"]
    old = json.loads(get(f"{portal}/api/v1/consistency/{size - 3}/{size}"))["old"]
    root = base64.b64decode(old["root"]).hex()
    first = base64.b64decode(json.loads(get(f"{portal}/api/v1/consistency/1/{size}"))["old"]["root"]).hex()
    leaf = record["leaf_hash"]
    other = f"{leaf[:-1]}{'1' if leaf[-1] == '0' else '0'}"
    far = f"{root[:-1]}{'1' if root[-1] == '0' else '0'}"
    # Each: what the paper says; the verdicts of the proof and of the paper; steps of the paper that fail.
    for name, said, verdicts, failed in [
        ("as printed", (leaf, old["size"], root), ["verified", "verified"], []),
        ("another fingerprint", (other, old["size"], root), ["verified", "not-verified"], ["paper-entry"]),
        ("another root", (leaf, old["size"], far), ["verified", "not-verified"], ["paper-head"]),
        ("another size", (leaf, old["size"] - 1, root), ["verified", "not-verified"], ["paper-head"]),
        ("a time before the entry", (leaf, 1, first), ["verified", "not-verified"], ["paper-entry"]),
        ("more entries than there are", (leaf, size + 5, root), ["verified", None], []),
        ("a code cut short", (leaf, old["size"], root[:40]), ["verified", None], []),
    ]:
        # Another query each time: what differs behind the # alone does not load a page again.
        browser.open(portal + f"/verify?index=1&case={abs(hash(said))}#leaf={said[0]}&size={said[1]}&root={said[2]}")
        shown = f"[...{RESULTS.format(form='proof')}.querySelectorAll('.notice:not(.plain)')].map((one) => one.dataset.verdict ?? null)"
        for _ in range(100):
            found = browser.run(shown)
            if len(found) == len(verdicts):
                break
            browser.settle(0.05)
        wrong = browser.run(f"[...{RESULTS.format(form='proof')}.querySelectorAll('li[data-outcome=fail]')].map((one) => one.dataset.step)")
        tally.check(f"paper: {name}", [] if (found, wrong) == (verdicts, failed) else [f"{found} {wrong}"])


def alone(browser, portal, tally, right, changed, whole, pictures):
    """The page saved as one file and opened from the disk: the same steps, and nothing is asked of anybody."""
    with tempfile.TemporaryDirectory() as folder:
        for lang, prefix in LANGUAGES:
            saved = pathlib.Path(folder) / f"gongshi-verify.{lang}.html"
            saved.write_bytes(get(f"{portal}{prefix}/verify.html"))
            for width in WIDTHS:
                browser.screen(width, 844, scripts=True)
                browser.open(saved.as_uri())
                # It has run: what is looked at is what readers see.
                browser.run("document.querySelector('script').remove()")
                looked(browser, tally, "the saved page", lang, width)
                before = len(browser.requests())
                both(browser, tally, right, changed, whole, "saved", (lang, width), pictures)
                tally.check(f"the saved page asks nobody {lang} {width}", browser.requests()[before:])


def main(portal, verifier, pictures, binary=None):
    pictures = pathlib.Path(pictures)
    pictures.mkdir(parents=True, exist_ok=True)
    shelf = Shelf(portal)
    vectors, merkle = [json.loads((DATA / name).read_text()) for name in ("record.json", "merkle.json")]
    proofs = chosen(portal)
    tally, texts = Tally(), set()
    tally.check("the scripts can be joined into one", joinable("verify-page.js"))
    tally.check("the scripts have their words", words("verify-page.js", "parts/verify.html"))
    with launched(binary) as browser:
        browser.screen(390, 844, scripts=True)
        browser.open(shelf.url + "/")
        modules = json.dumps({name: f"/static/{stem}.js" for name, stem in MODULES.items()})
        browser.run(f"import('/test/proofs.js').then(async (loaded) => {{ window.proofs = loaded; await loaded.load({modules}); }})")
        lax = re.search(r'let scalar = "([0-9a-f]{64})"', (ROOT / "verify" / "src" / "keys.rs").read_text())[1]
        known = {"record": vectors, "merkle": merkle, "refusals": refusals(), "lax": lax}
        tally.check("known answers", browser.run(f"proofs.known({json.dumps(known)})"))
        over = {"proofs": proofs, "policy": get(portal + "/log/policy").decode()}
        with tempfile.TemporaryDirectory() as folder:
            for group, given in [*((group, {"vectors": vectors}) for group in GROUPS), ("a running log", over)]:
                compared(browser, tally, verifier, group, given, pathlib.Path(folder), texts)
        page(browser, portal, tally, proofs, texts, pictures)
    sys.exit(1 if tally.tell("proof files in the browser") else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
