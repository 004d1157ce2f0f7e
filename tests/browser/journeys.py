"""What each kind of user comes for, walked through with clicks and keys on a running demonstration, in Chromium.

Usage: journeys.py URL PICTURES [CHROMIUM]. A reading journey is walked with scripts and without, one that checks something with scripts, and the
words for readers without them are looked for; each on a phone and on a desktop, in both languages. Departments' own page has desk.py.
A journey fails at its first step that does not lead where it should: what comes after it would mean nothing.
"""

import base64
import json
import pathlib
import re
import sys
import urllib.parse

from check import LANGUAGES, SCREENS, Tally, audit, fetch, find, strangers
from chromium import launched
from proofs import press


class Lost(Exception):
    """A step did not lead where it should."""


class Walk:
    """One reader on one screen, in one language, with scripts or without."""

    def __init__(self, browser, base, lang, prefix, width, scripts):
        self.browser, self.base, self.lang, self.prefix, self.width, self.scripts = browser, base, lang, prefix, width, scripts

    def start(self, path="/"):
        self.browser.open(self.base + self.prefix + path)
        self.arrived(None)

    def arrived(self, want):
        """Where the reader is now: there, in their language, with a page that is laid out and keeps to itself."""
        at = self.browser.run("location.pathname + location.search")
        if want and not re.fullmatch(re.escape(self.prefix) + want, urllib.parse.unquote(at)):
            raise Lost(f"at {at}, not {want}")
        problems = audit(self.browser, self.lang, self.width)
        problems += [f"asks another host: {url}" for url in strangers(self.browser, self.base)]
        problems += self.browser.complaints()
        if problems:
            raise Lost(f"{at}: {problems[0]}" + (f" and {len(problems) - 1} more" if len(problems) > 1 else ""))

    def click(self, pattern, want, within="main"):
        """Follows the first link, or presses the first button, whose address or words fit: with the mouse, where it is on the screen."""
        spot = self.browser.run(
            f"""(() => {{
              const fits = (one) => new RegExp({json.dumps(pattern)}).test(decodeURIComponent(one.getAttribute('href') ?? one.textContent));
              const one = [...document.querySelectorAll({json.dumps(within)} + ' a, ' + {json.dumps(within)} + ' button')]
                .find((one) => fits(one) && one.checkVisibility());
              if (!one) return null;
              one.scrollIntoView({{ block: 'center', behavior: 'instant' }});
              const box = one.getClientRects()[0];
              return [box.left + box.width / 2, box.top + box.height / 2];
            }})()"""
        )
        if not spot:
            raise Lost(f"nothing to click like {pattern} on {self.browser.run('location.pathname')}")
        self.browser.events.clear()
        for kind in ("mousePressed", "mouseReleased"):
            self.browser.call("Input.dispatchMouseEvent", type=kind, x=spot[0], y=spot[1], button="left", clickCount=1)
        if want is not None:
            self.browser.loaded()
            self.arrived(want)

    def type(self, field, text, want):
        """Types into a field and presses Enter."""
        self.browser.run(f"document.querySelector({json.dumps(field)}).focus(); document.querySelector({json.dumps(field)}).select(); 0")
        self.browser.call("Input.insertText", text=text)
        self.browser.events.clear()
        for kind in ("rawKeyDown", "char", "keyUp"):
            self.browser.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)
        if want is not None:
            self.browser.loaded()
            self.arrived(want)

    def in_the_other_language(self, want):
        """Follows the switch: the same page, in the other language."""
        self.click(r".", None, within="header li:has(.switch)")
        self.browser.loaded()
        other, prefix = next((lang, prefix) for lang, prefix in LANGUAGES if lang != self.lang)
        Walk(self.browser, self.base, other, prefix, self.width, self.scripts).arrived(want)

    def sees(self, *selectors):
        for selector in selectors:
            if not self.browser.run(f"[...document.querySelectorAll({json.dumps(selector)})].some((one) => one.checkVisibility() && one.textContent.trim())"):
                raise Lost(f"{self.browser.run('location.pathname')} shows no {selector}")

    def value(self, script):
        return self.browser.run(script)


def citizen(walk, known):
    """Looks for a trade, narrows, reads a record and the enterprise's page, and looks who is on a list."""
    walk.start()
    walk.type("#q", "餐饮", r"/search\?q=餐饮")
    walk.sees("table.records tbody tr", "[role=status]")
    walk.click(r"/search\?.*kind=", r"/search\?.*kind=.*q=餐饮.*")
    walk.click(r"^(/en)?/record/\d+$", r"/record/\d+", within="table.records")
    walk.sees("h1", "dl.facts")
    walk.click(r"^(/en)?/enterprise/\w{18}$", r"/enterprise/\w{18}")
    walk.sees(".standing li")
    walk.click(r"\?as_of=\d+$", r"/enterprise/\w{18}\?as_of=\d+", within="main")
    walk.sees("aside.then")
    walk.click(r"^(/en)?/enterprise/\w{18}$", r"/enterprise/\w{18}", within="aside.then")
    walk.start()
    walk.click(r"/list/abnormal$", r"/list/abnormal", within="header")
    walk.click(r"/list/abnormal\?after=", r"/list/abnormal\?after=\w{18}")
    walk.click(r"^(/en)?/statistics$", r"/statistics", within="footer")
    walk.click(r"/statistics/\w+", r"/statistics/\w+.*")
    walk.sees("table")
    walk.click(r"^(/en)?/help$", r"/help", within="footer")
    walk.in_the_other_language(r"/help")


def enterprise(walk, known):
    """Types its code, reads its status, asks whether and why it was drawn, and what may be repaired and when."""
    walk.start()
    walk.type("#q", known["drawn"], f"/enterprise/{known['drawn']}")
    walk.sees(".standing li", "#draws")
    walk.click(r"/draws/.*/target/", r"/draws/.*/target/\w{18}")
    walk.sees(".notice.now h2")
    if walk.scripts:
        part = "document.querySelector('[data-draw-check] [data-results]')"
        settled(walk, part)
        outcomes = walk.value(f"[...{part}.querySelectorAll('[data-outcome]')].map((one) => one.dataset.outcome)")
        if "pass" not in outcomes or "fail" in outcomes:
            raise Lost(f"the check in the browser says {outcomes}")
    else:
        walk.sees("[data-draw-check] [data-off]")
        if walk.value("document.querySelectorAll('[data-outcome=pass]').length"):
            raise Lost("a tick without a check")
    walk.start(f"/enterprise/{known['listed']}")
    walk.sees(".standing li.on")
    walk.click(r"^(/en)?/repair$", r"/repair", within="footer")
    walk.sees("main h2")
    walk.click(r"^(/en)?/receipts$", r"/receipts", within="footer")
    walk.type("#code", known["receipt"], r"/receipts/.*")
    walk.sees("h1")
    walk.click(r"/print$", r"/receipts/.*/print")


def settled(walk, part):
    """Waits until a check in the browser has come to its end."""
    script = f"""new Promise((done, never) => {{
      const part = {part};
      const look = () => {{ if (part.querySelector('.notice:not(.plain)')) {{ observer.disconnect(); done(true); }} }};
      const observer = new MutationObserver(look);
      observer.observe(part, {{ childList: true, subtree: true }});
      setTimeout(() => never(new Error('nothing came of it: ' + part.textContent)), 60000);
      look();
    }})"""
    walk.browser.run(script)


def packed(extra):
    """What stands behind a proof's word `extra`."""
    text = json.dumps(extra, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return base64.b64encode(text.encode()).decode()


def tampered(proof):
    """A proof, and three more of which one part each was changed: the path, the record, the checkpoint."""
    lines = proof.split("\n")
    extra = json.loads(base64.b64decode(lines[1][6:]))
    path = next(at for at, line in enumerate(lines) if at > 2 and len(line) == 44)
    changed = lines[:]
    changed[path] = ("B" if lines[path][0] != "B" else "C") + lines[path][1:]
    yield "path", "inclusion", "\n".join(changed)
    body = extra["record"]["body"]
    name = next(name for name, value in body.items() if name in ("subject_name", "title", "name", "content") and isinstance(value, str))
    body[name] += "改"
    changed = lines[:]
    changed[1] = "extra " + packed(extra)
    yield "record", "fingerprint", "\n".join(changed)
    head = lines.index("", path)
    changed = lines[:]
    root = changed[head + 3]
    changed[head + 3] = ("B" if root[0] != "B" else "C") + root[1:]
    yield "checkpoint", "head", "\n".join(changed)


def third_party(walk, known):
    """Takes a record's proof, checks it, sees that changed ones do not pass, and recomputes a whole draw."""
    walk.start(f"/record/{known['record']}")
    walk.sees("#paper", "a[href$='.tlog-proof'], a[download]")
    walk.click(r"^(/en)?/verify(\?|$)", r"/verify(\?.*)?")
    if walk.scripts:
        verdict, steps = press(walk.browser, {"proof": known["proof"]})
        if verdict != "verified" or "fail" in steps.values():
            raise Lost(f"a proof that holds: {verdict} {steps}")
        for what, step, changed in known["changed"]:
            verdict, steps = press(walk.browser, {"proof": changed})
            ticks = walk.value("document.querySelectorAll('form[data-check=proof] .notice.good').length")
            if verdict != "not-verified" or steps.get(step) != "fail" or ticks:
                raise Lost(f"a changed {what}: {verdict} {steps}, {ticks} ticks")
        walk.arrived(None)
    else:
        walk.sees("[data-verify] [data-off]")
    walk.start(known["draw"])
    walk.sees("#origins", "#draw-again", "pre code")
    part = "document.querySelector('[data-draw-recompute] [data-results]')"
    if walk.scripts:
        for change in (False, True):
            walk.start(known["draw"])
            recompute(walk, change)
            settled(walk, part)
            outcomes = walk.value(f"[...{part}.querySelectorAll('[data-outcome]')].map((one) => one.dataset.outcome)")
            good = walk.value(f"{part}.querySelectorAll('.notice.good').length")
            if change != ("fail" in outcomes) or bool(good) == change:
                raise Lost(f"a {'changed' if change else 'sound'} draw: {outcomes}, {good} good notices")
    walk.start("/plans")
    walk.click(r"/fairness$", r"/fairness")
    walk.sees("table")
    walk.start("/log-state")
    walk.sees("dl.facts", "pre code, .mono")


def recompute(walk, change):
    """Presses the button, and changes what the server sends where asked to: one of those drawn becomes another."""
    browser = walk.browser
    if not change:
        walk.click(r".", None, within="[data-draw-recompute] [data-on]")
        return
    browser.call("Fetch.enable", patterns=[{"urlPattern": "*/api/v1/draws/*", "requestStage": "Response"}])
    walk.click(r".", None, within="[data-draw-recompute] [data-on]")
    asked = browser.wait("Fetch.requestPaused")["params"]
    answer = browser.call("Fetch.getResponseBody", requestId=asked["requestId"])
    text = base64.b64decode(answer["body"]).decode() if answer["base64Encoded"] else answer["body"]
    file = json.loads(text)
    lines = file["draw"].split("\n")
    extra = json.loads(base64.b64decode(lines[1][6:]))
    first = extra["record"]["body"]["drawn"][0]
    first["target_id"] = first["target_id"][:8] + ("0" if first["target_id"][8] != "0" else "1") + first["target_id"][9:]
    lines[1] = "extra " + packed(extra)
    text = json.dumps({**file, "draw": "\n".join(lines)}, ensure_ascii=False, separators=(",", ":"))
    headers = [one for one in asked["responseHeaders"] if one["name"].lower() not in ("content-encoding", "content-length")]
    body = base64.b64encode(text.encode()).decode()
    browser.call("Fetch.fulfillRequest", requestId=asked["requestId"], responseCode=200, responseHeaders=headers, body=body)
    browser.call("Fetch.disable")


def department(walk, known):
    """Follows its duties, its officers' tasks and its page, and draws up a bulletin; without its key, all this is to be read."""
    walk.start(f"/authority/{known['department']}")
    walk.sees("h1")
    walk.click(r"/authorities/.*/duties$", r"/authorities/.*/duties")
    walk.sees("h1", "table, .linked, p")
    walk.start(known["plan"])
    walk.click(r"/tasks/", r"/plans/.*/tasks/.*")
    walk.sees("ol.tasks li h2")
    walk.start("/bulletins")
    walk.value("document.querySelector('#period').value = '2026-Q2'")
    walk.click(r".", r"/bulletins/draft\?.*period=2026-Q2.*", within="form:has(#period)")
    walk.sees("table")


def operator(walk, known):
    """Looks at the state of the log, the rules that are in force, and what a program is told."""
    walk.start()
    walk.click(r"^(/en)?/log-state$", r"/log-state", within="header")
    walk.sees("dl.facts")
    walk.click(r"^(/en)?/rules$", r"/rules", within="footer")
    walk.click(r"^(/en)?/rules/[a-z-]+$", r"/rules/[a-z-]+")
    walk.sees("table.records tbody tr")
    walk.click(r"^(/en)?/duties$", r"/duties", within="footer")
    walk.click(r"^(/en)?/developers$", r"/developers", within="footer")
    walk.sees("h2", "pre code")
    walk.click(r"^(/en)?/accessibility$", r"/accessibility", within="footer")
    for path, sign in (("/healthz", "ok"), ("/readyz", ""), ("/metrics", "gongshi_log_entries")):
        status, _, body = fetch(walk.base + path)
        if status != 200 or sign not in body.decode():
            raise Lost(f"{path}: {status}")


JOURNEYS = [citizen, enterprise, third_party, department, operator]


def known_of(base):
    """What the users know when they come: their codes and papers."""
    drawn = find(base, "/plans?stage=drawn&authority=000000-SCJG", r"/plans/[0-9A-Z-]+/2026/\d+")
    draw = find(base, drawn, r"/draws/[0-9A-Z-]+/2026/\d+")
    record = find(base, "/list/penalty", r"/record/\d+")
    index = record.rsplit("/", 1)[1]
    proof = fetch(f"{base}/api/v1/proof/{index}")[2].decode()
    application = find(base, "/list/repair_application", r"/record/\d+")
    receipt = find(base, application, r"/receipts/[^/]+")
    return {
        "plan": drawn,
        "draw": draw,
        "drawn": find(base, draw, r"/enterprise/\w{18}").rsplit("/", 1)[1],
        "listed": find(base, "/list/abnormal", r"/enterprise/\w{18}").rsplit("/", 1)[1],
        "record": index,
        "proof": proof,
        "changed": list(tampered(proof)),
        "receipt": urllib.parse.unquote(receipt.rsplit("/", 1)[1]),
        "department": find(base, record, r"/authority/[0-9A-Z-]+").rsplit("/", 1)[1],
    }


def main(base, pictures, binary=None):
    pictures = pathlib.Path(pictures)
    pictures.mkdir(parents=True, exist_ok=True)
    tally, known = Tally(), known_of(base)
    with launched(binary) as browser:
        for journey in JOURNEYS:
            for lang, prefix in LANGUAGES:
                for width, height in SCREENS:
                    for scripts in (True, False):
                        browser.screen(width, height, scripts=scripts)
                        what = f"{journey.__name__} {lang} {width} {'with' if scripts else 'without'} scripts"
                        try:
                            journey(Walk(browser, base, lang, prefix, width, scripts), known)
                            tally.check(what, [])
                        except (Lost, RuntimeError, TimeoutError) as lost:
                            tally.check(what, [str(lost)])
                            browser.picture(pictures / f"lost-{journey.__name__}.{lang}.{width}.png")
    sys.exit(1 if tally.tell("journeys") else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
