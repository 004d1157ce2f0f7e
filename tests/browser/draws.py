"""The draw in the reader's browser: the modules beside answers of the library, and the parts of pages that use them, in Chromium.

Usage: draws.py URL PARTS EXAMPLES PICTURES [CHROMIUM]. URL: a running portal, whose scripts and headers are used; PARTS: the pages that
the test `parts_about_draws_are_whole_in_both_languages` writes; EXAMPLES: where draw_cases and draw_files are. What the API will
answer is made here, and served beside the portal's files.
"""

import http.server
import json
import pathlib
import re
import statistics
import subprocess
import sys
import threading
import urllib.parse
import urllib.request

from check import AUDIT, FAMILIES, LANGUAGES, Tally
from chromium import launched

HERE = pathlib.Path(__file__).parent
PROBE = (HERE / "draws.js").read_text()
VECTORS = HERE.parent.parent / "verify" / "tests" / "data" / "draw.json"
KEY = "610323-SCJG/2026-03/07"
WIDTHS = (320, 390, 1280)


class Stage:
    """A server with the portal's scripts and headers, pages of the parts, and answers of our making."""

    def __init__(self, portal, parts):
        self.portal, self.parts, self.answers, self.asked, self.replaced = portal, parts, {}, [], {}
        with urllib.request.urlopen(portal + "/", timeout=60) as answer:
            self.policy = answer.headers["Content-Security-Policy"]
        stage = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = urllib.parse.urlsplit(self.path).path
                stage.asked.append(self.path)
                status, kind, body = stage.answer(path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", stage.policy)
                self.send_header("X-Content-Type-Options", "nosniff")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, path):
        if path.startswith("/static/"):
            try:
                with urllib.request.urlopen(self.portal + path, timeout=60) as answer:
                    return 200, answer.headers["Content-Type"], answer.read()
            except urllib.error.HTTPError as error:
                return error.code, "text/plain", b""
        if path.startswith("/page/"):
            text = (self.parts / f"{path[6:]}.html").read_text()
            for old, new in self.replaced.items():
                text = text.replace(old, new)
            return 200, "text/html; charset=utf-8", text.encode()
        if path in self.answers:
            body = self.answers[path]
            kind = "text/plain" if isinstance(body, bytes) else "application/json"
            return 200, kind, body if isinstance(body, bytes) else json.dumps(body).encode()
        return 404, "application/json", b"{}"


def modules(portal, page):
    """Where the modules are: found as a browser finds them, from the page."""
    found, waiting = {}, re.findall(r'<script type="module" src="/static/([^"]+)"', page)
    while waiting:
        name = waiting.pop()
        stem = name.split(".")[0]
        if stem in found:
            continue
        found[stem] = "/static/" + name
        with urllib.request.urlopen(portal + found[stem], timeout=60) as answer:
            waiting += re.findall(r"'\./([^']+\.js)'", answer.read().decode())
    return found


def audit(browser, lang, width):
    return browser.run(f"({AUDIT})({json.dumps(lang)}, {width}, {json.dumps(FAMILIES)})")


def probe(browser, tally, part, where):
    """A part of draws.js; what it says."""
    names = json.dumps([where["draw"], where["draw-file"], where["draw-target"]])
    result = browser.run(f"({PROBE})({json.dumps(part)}, {names})")
    tally.check(part, result["problems"])
    if isinstance(result["said"], str):
        print(f"{part}: {result['said']}")
    return result["said"]


# Resolves with how many milliseconds after the deed the results of the page are as the condition says.
WAIT = """(deed, done) => new Promise((resolve, reject) => {
  const start = performance.now();
  const part = document.querySelector('[data-results]');
  const look = () => {
    if (!done(part)) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
  };
  const observer = new MutationObserver(look);
  observer.observe(part, { childList: true, subtree: true });
  setTimeout(() => reject(new Error('nothing came of it: ' + part.textContent)), 50000);
  deed();
  look();
})"""
FINISHED = "(part) => part.querySelector('.notice:not(.plain), h3')"
STEPS = "Object.fromEntries([...document.querySelectorAll('[data-step]')].map((one) => [one.dataset.step, one.dataset.outcome]))"
SAID = "document.querySelector('[data-results]').textContent"


def type_in(browser, field, text):
    """As a reader does: the field, the text, Enter. How long until there is a result."""
    browser.run(f"document.querySelector({json.dumps(field)}).focus()")
    browser.run(f"document.querySelector({json.dumps(field)}).select()")
    browser.call("Input.insertText", text=text)
    browser.run(f"void (window.waited = ({WAIT})(() => {{}}, {FINISHED}))")
    for kind in ("rawKeyDown", "char", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)
    return browser.run("window.waited")


def clear(browser):
    browser.run("document.querySelector('[data-results]').replaceChildren()")


def word(lang, key, part=0):
    """A text of the catalogue, up to what is put into it; or another part of it."""
    source = HERE.parent.parent / "templates" / "locales" / lang / "checks.ftl"
    text = re.search(rf"^page-check-{key} = (.*)$", source.read_text(), re.MULTILINE)[1]
    return re.split(r"\[[a-z]+\]", text)[part]


def clock(times):
    """What was measured; other work on the machine makes it longer, never shorter."""
    return f"{min(times):.0f} ms at best, {statistics.median(times):.0f} ms in the middle, {max(times):.0f} ms at worst"


def looked(browser, tally, what, lang, width, more=()):
    problems = audit(browser, lang, width) + list(more) + browser.complaints()
    problems += [url for url in browser.requests() if not url.startswith(("http://127.0.0.1:", "data:"))]
    tally.check(f"{what} {lang} {width}", problems)


def one_target(browser, stage, tally, large, pictures):
    """The check of one target, typed in and asked for by the page."""
    targets = f"/api/v1/plans/{KEY}/targets/"
    for id, document in large["docs"].items():
        stage.answers[targets + id] = document
    times = []
    for lang, _ in LANGUAGES:
        for width in WIDTHS:
            browser.screen(width, 844, scripts=True)
            browser.open(f"{stage.url}/page/one.{lang}")
            looked(browser, tally, "the form", lang, width)
            for id, end, kind in [(large["drawn"], "end-drawn", "good"), (large["next"].lower(), "end-not", "good"), ("0", "end-absent", "good")]:
                clear(browser)
                times.append(type_in(browser, "#check-id", id))
                said = browser.run(SAID)
                steps = browser.run(STEPS)
                more = [] if word(lang, end) in said else [f"{end} is not said: {said[:200]}"]
                more += [f"{step}: {outcome}" for step, outcome in steps.items() if outcome == "fail"]
                looked(browser, tally, end, lang, width, more)
                browser.picture(pictures / f"check-{end}.{lang}.{width}.png")
            clear(browser)
            type_in(browser, "#check-id", "?")
            said = browser.run(SAID)
            tally.check("what is no code is said", [] if word(lang, "id-form", -1) in said else [said])
        browser.screen(390, 844, dark=True, scripts=True)
        browser.settle(0.05)
        tally.check(f"one target {lang} dark", audit(browser, lang, 390))
    stage.replaced = {"91A": large["drawn"]}
    browser.screen(390, 844, scripts=True)
    browser.open(f"{stage.url}/page/one-id.en")
    browser.run(f"({WAIT})(() => {{}}, {FINISHED})")
    tally.check("a target named by the address is checked at once", [] if word("en", "end-drawn") in browser.run(SAID) else [browser.run(SAID)])

    def changed(what, change, step):
        document = json.loads(json.dumps(large["docs"][large["drawn"]]))
        change(document)
        stage.answers[targets + large["drawn"]] = document
        clear(browser)
        type_in(browser, "#check-id", large["drawn"])
        outcome = browser.run(STEPS).get(step)
        ends = browser.run("document.querySelector('[data-results] .notice').className")
        tally.check(f"seen on the page: {what}", [] if outcome == "fail" and ends == "notice bad" else [f"{outcome}, {ends}"])

    changed("another leaf", lambda one: one["leaf"].update(line=one["leaf"]["line"].replace("food", "gas")), "library")
    changed("another place", lambda one: one["leaf"].update(index=one["leaf"]["index"] ^ 1), "library")
    changed("another randomness", lambda one: one["randomness"].update(value="0" * 64), "randomness")
    changed("another seed", lambda one: one.update(seed="0" * 64), "seed")
    changed("another count", lambda one: one["rules"][0].update(drawn=120), "rule")
    changed("another target", lambda one: one.update(id="A"), "document")
    browser.picture(pictures / "check-fail.en.390.png")
    # Of a plan that was called off nothing is waited for.
    early = json.loads(json.dumps(large["docs"][large["drawn"]]))
    early.update(randomness=None, seed=None, draw_index=None)
    for rule in early["rules"]:
        rule.update(eligible=None, drawn=None, last_ticket=None)
    stage.answers[targets + large["drawn"]] = early
    for page, key in [("one-early", "end-not-yet"), ("ended", "end-cancelled")]:
        browser.open(f"{stage.url}/page/{page}.en")
        type_in_plain(browser, "#check-id", large["drawn"])
        tally.check(f"{key} is said", [] if word("en", key) in browser.run(SAID) else [browser.run(SAID)])
    stage.answers[targets + large["drawn"]] = large["docs"][large["drawn"]]
    print(f"one enterprise checked: {clock(times)} from Enter to the shown result (to be under 200)")


def with_card(browser, stage, tally, sealed, pictures):
    """Sealed strata: by typing the card's code, and by its link."""
    stage.replaced = {"a" * 64: sealed["root"]}
    for id, document in sealed["docs"].items():
        stage.answers[f"/api/v1/plans/{KEY}/targets/{id}"] = document
    for id, card in sealed["cards"].items():
        stage.answers[f"/api/v1/cards/{id}"] = card
    id, token = next(iter(sealed["tokens"].items()))
    for lang, _ in LANGUAGES:
        for width in WIDTHS:
            browser.screen(width, 844, scripts=True)
            browser.open(f"{stage.url}/page/sealed.{lang}")
            clear(browser)
            type_in_plain(browser, "#check-id", id)
            said = browser.run(SAID)
            looked(browser, tally, "a sealed target", lang, width, [] if word(lang, "end-needs-card") in said else [said[:200]])
            clear(browser)
            type_in_plain(browser, "#check-card", token.lower())
            steps = browser.run(STEPS)
            more = [f"{step}: {steps.get(step)}" for step in ("library", "card", "ticket", "rule") if steps.get(step) != "pass"]
            looked(browser, tally, "a card", lang, width, more)
            browser.picture(pictures / f"check-card.{lang}.{width}.png")
    stage.asked.clear()
    browser.screen(390, 844, scripts=True)
    browser.open("about:blank")
    browser.open(f"{stage.url}/page/card.en#{token}")
    browser.run(f"({WAIT})(() => {{}}, {FINISHED})")
    steps = browser.run(STEPS)
    hidden = browser.run("location.hash") == "" and not any(token in path for path in stage.asked)
    tally.check("a card's link is checked", [] if steps.get("rule") == "pass" else [str(steps), browser.run(SAID)])
    tally.check("a card's code stays in the browser", [] if hidden else [browser.run("location.href"), *stage.asked])
    for typed, key in [("ABC", "card-length"), ("U" * 26, "card-character"), ("0" * 25 + "1", "card-last"), ("0" * 26, "card-unknown")]:
        clear(browser)
        type_in(browser, "#check-card", typed)
        tally.check(f"{key} is said", [] if word("en", key) in browser.run(SAID) else [browser.run(SAID)])


def type_in_plain(browser, field, text):
    """Like `type_in`, where what is said may be neither good nor bad."""
    browser.run(f"document.querySelector({json.dumps(field)}).value = {json.dumps(text)}")
    return browser.run(f"({WAIT})(() => document.querySelector({json.dumps(field)}).form.requestSubmit(), (part) => part.querySelector('h3, .bad'))")


PRESS = f"({WAIT})(() => document.querySelector('[data-draw-recompute] button').click(), (part) => part.querySelector('[role=status] .notice:not(.plain)'))"


def whole_draw(browser, stage, tally, files, large, officers, pictures):
    """The button that repeats a draw."""
    address = f"/api/v1/draws/{KEY}"
    stage.answers[address] = large.encode()
    times = []
    for lang, _ in LANGUAGES:
        for width in WIDTHS:
            browser.screen(width, 844, scripts=True)
            browser.open(f"{stage.url}/page/all.{lang}")
            looked(browser, tally, "the button", lang, width)
            times.append(browser.run(PRESS))
            steps = browser.run(STEPS)
            passed = [step for step, outcome in steps.items() if outcome == "pass"]
            right = ["entries", "order", "libraries", "randomness", "targets", "officers"]
            unchecked = {step for step, outcome in steps.items() if outcome == "unchecked"}
            more = [] if passed == right and unchecked == {"signatures", "beacon", "omissions"} else [str(steps)]
            looked(browser, tally, "a whole draw", lang, width, more)
            browser.picture(pictures / f"recompute.{lang}.{width}.png")
    print(f"open draw of 25,394 objects, 119 targets x 3 departments x 2 of 256 officers, repeated: {clock(times)} "
          "from the click to the end (to be under 5,000)")
    stage.answers[address] = officers.encode()
    print(f"the same with 500 targets x 3 departments x 2 of 600 officers: {browser.run(PRESS):.0f} ms")
    forged = next(one for one in files if one["fails"] == "targets")
    stage.answers[address] = forged["file"].encode()
    browser.run(PRESS)
    steps = browser.run(STEPS)
    kind = browser.run("document.querySelector('[role=status] .notice').className")
    tally.check("a forged draw is seen on the page", [] if steps.get("targets") == "fail" and kind == "notice bad" else [str(steps), kind])
    looked(browser, tally, "a forged draw", "en", 1280)
    browser.picture(pictures / "recompute-forged.en.1280.png")
    for body, what in [(b"{}", "no file of a draw"), (None, "no answer")]:
        stage.answers.pop(address, None)
        if body:
            stage.answers[address] = body
        browser.run(PRESS)
        kind = browser.run("document.querySelector('[role=status] .notice').className")
        tally.check(f"{what} is said", [] if kind == "notice bad" else [kind])


def without(browser, stage, tally, pictures):
    """Without scripts the parts say what to do instead; without WebCrypto nothing is checked."""
    for lang, _ in LANGUAGES:
        for page, off, instead in [("one", "one-off", "sha256sum"), ("all", "all-off", "gongshi-verify draw "), ("card", "one-off", "")]:
            for width in WIDTHS:
                browser.screen(width, 844)
                browser.open(f"{stage.url}/page/{page}.{lang}")
                text = browser.run("document.querySelector('main').innerText")
                whole = browser.run("document.querySelector('main').textContent")
                more = [] if word(lang, off) in text and instead in whole else [text[:300]]
                more += ["a button that does nothing"] if browser.run("document.querySelector('[data-draw-recompute] button, form[data-card] button')?.checkVisibility()") else []
                looked(browser, tally, f"{page} without scripts", lang, width, more)
                browser.picture(pictures / f"off-{page}.{lang}.{width}.png")
    script = "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })"
    planted = browser.call("Page.addScriptToEvaluateOnNewDocument", source=script)["identifier"]
    browser.screen(390, 844, scripts=True)
    browser.open(f"{stage.url}/page/one.zh-CN")
    type_in(browser, "#check-id", "A")
    tally.check("no WebCrypto is said", [] if word("zh-CN", "no-webcrypto") in browser.run(SAID) and not browser.run(STEPS) else [browser.run(SAID)])
    browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=planted)


# What the page says is left, each time it changes, until it says that it is time.
COUNTED = """new Promise((resolve, reject) => {
  const part = document.querySelector('[data-countdown]');
  const timer = part.querySelector('[role=timer]');
  const said = [];
  const note = () => {
    if (timer?.isConnected && said.at(-1) !== timer.textContent) said.push(timer.textContent);
    if (part.querySelector('[role=status] a')) resolve([...said, part.querySelector('[role=status]').textContent]);
  };
  new MutationObserver(note).observe(part, { childList: true, subtree: true, characterData: true });
  setTimeout(() => reject(new Error('it does not end: ' + said)), 20000);
  note();
})"""
LEFT = "document.querySelector('[data-countdown] [role=timer]')?.textContent"


def countdown(browser, stage, tally, pictures):
    """What is left until the moment that a plan waits for: by the log's clock, to the second, and once it is over."""
    clock = "/api/v1/log"

    def until(pattern):
        for _ in range(100):
            if re.fullmatch(pattern, browser.run(LEFT) or ""):
                return []
            browser.settle(0.05)
        return [f"{browser.run(LEFT)!r} where {pattern!r} should be"]

    for lang, left in (("zh-CN", "还有 1 天 8 小时 0 分"), ("en", "in 1 d 8 h 0 min")):
        page = f"{stage.url}/page/countdown.{lang}"
        second = "秒" if lang == "zh-CN" else "s"
        for width in WIDTHS:
            browser.screen(width, 844, scripts=True)
            stage.answers[clock] = {"simulated_time": "2026-02-28T23:59:30Z"}
            browser.open(page)
            looked(browser, tally, "a countdown", lang, width, until(rf"{left} [1-3]?\d {second}"))
            stage.answers[clock] = {"simulated_time": "2026-03-02T07:59:56Z"}
            browser.open(page)
            said = browser.run(COUNTED)
            numbers = [int(re.search(r"\d+", one)[0]) for one in said[:-1] if re.search(rf"\d+ {second}", one)]
            more = [] if len(numbers) > 1 and numbers == sorted(set(numbers), reverse=True) and numbers[0] <= 4 else [str(said)]
            more += [] if browser.run(LEFT) is None else ["it goes on after its end"]
            more += [] if browser.run("document.querySelector('[data-countdown] [role=status] a').href") else ["no way to load it again"]
            looked(browser, tally, "the end of a countdown", lang, width, more)
            browser.picture(pictures / f"countdown.{lang}.{width}.png")
        stage.answers[clock] = {"simulated_time": "2026-03-02T09:00:00Z"}
        browser.open(page)
        tally.check(f"a moment that is over {lang}", [] if len(browser.run(COUNTED)) <= 2 else ["it counts"])
        stage.answers[clock] = {"simulated_time": "2026-02-28T23:59:30Z"}
        browser.screen(390, 844, scripts=True, calm=True)
        browser.open(page)
        tally.check(f"seconds are left out for who asked for calm {lang}", until(left))
        # No answer: what the page was made with; it is the server's own word without scripts.
        del stage.answers[clock]
        browser.screen(390, 844, scripts=True)
        browser.open(page)
        ends = until({"zh-CN": r"还有 (2 小时 0 分 0|1 小时 59 分 5\d) 秒", "en": r"in (2 h 0 min 0|1 h 59 min 5\d) s"}[lang])
        tally.check(f"a countdown without the log's answer {lang}", ends)
        browser.screen(390, 844)
        browser.open(page)
        browser.settle(0.3)
        tally.check(f"no countdown without scripts {lang}", [] if browser.run(LEFT) == "2 h" else [browser.run(LEFT)])


def made(examples, name, *arguments):
    return subprocess.run([examples / name, *map(str, arguments)], check=True, capture_output=True).stdout


def main(portal, parts, examples, pictures, binary=None):
    parts, examples, pictures = pathlib.Path(parts), pathlib.Path(examples), pathlib.Path(pictures)
    pictures.mkdir(parents=True, exist_ok=True)
    stage = Stage(portal, parts)
    large = made(examples, "draw_files", 7, 1, 25394, 256, 119)
    officers = made(examples, "draw_files", 7, 1, 25394, 600, 500)
    files = b"".join(made(examples, "draw_files", seed, 141) for seed in (1, 2, 3))
    cases = b"".join(made(examples, "draw_cases", seed, 100) for seed in (1, 2, 3))
    for name, body in [("draw.json", VECTORS.read_bytes()), ("cases", cases), ("files", files), ("large", large)]:
        stage.answers["/test/" + name] = body
    pages = [(parts / f"{name}.en.html").read_text() for name in ("one", "all")]
    where = modules(portal, "".join(pages))
    tally = Tally()
    with launched(binary) as browser:
        browser.screen(390, 844, scripts=True)
        browser.open(f"{stage.url}/page/all.en")
        for part in ("hashes", "vectors", "grammar", "cases", "officers", "files", "flips"):
            probe(browser, tally, part, where)
        browser.open(f"{stage.url}/page/one.en")
        probe(browser, tally, "targets", where)
        sealed = probe(browser, tally, "sealed", where)
        of_large = probe(browser, tally, "large", where)
        one_target(browser, stage, tally, of_large, pictures)
        with_card(browser, stage, tally, sealed, pictures)
        texts = [json.loads(line) for line in files.decode().splitlines()]
        file_of = lambda line: json.loads(line)["file"]
        whole_draw(browser, stage, tally, texts, file_of(large), file_of(officers), pictures)
        without(browser, stage, tally, pictures)
        countdown(browser, stage, tally, pictures)
    sys.exit(1 if tally.tell("the draw in the browser") else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
