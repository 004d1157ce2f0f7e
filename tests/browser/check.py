"""What a reader meets: the pages of a running demonstration in a real browser, on a phone and on a desktop, in both languages.

Usage: check.py URL PICTURES [CHROMIUM]. Scripts are off in the browser, as the pages promise to need none. Before
anything is believed, faults are planted in a page: an audit that does not see them is itself the finding.
"""

import collections
import concurrent.futures
import html.parser
import json
import pathlib
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

from chromium import launched

HERE = pathlib.Path(__file__).parent
AUDIT = (HERE / "audit.js").read_text()
LOCALES = HERE.parent.parent / "templates" / "locales"
WORDS = "\n".join(source.read_text() for source in sorted((LOCALES / "zh-CN").glob("*.ftl")))
FAMILIES = sorted(set(re.findall(r"^([a-z_]+)-", WORDS, re.MULTILINE)))
LANGUAGES = [("zh-CN", ""), ("en", "/en")]
SCREENS = [(390, 844), (1280, 900)]
# Addresses followed, and how many that differ in numbers and codes only.
MOST_LINKS = 1500
MOST_ALIKE = 40


class Page(html.parser.HTMLParser):
    """Links, ids, language and headings of a page, read as a program reads it."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.lang, self.h1 = [], set(), None, 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.add(attrs["id"])
        if tag == "html":
            self.lang = attrs.get("lang")
        if tag == "h1":
            self.h1 += 1
        # What is sent there is no page.
        posts = tag == "form" and attrs.get("method") == "post"
        for name in ("href", "src", "action"):
            if attrs.get(name) and not posts:
                self.links.append(attrs[name])


class Tally:
    """Counts checks, and says each one that failed."""

    def __init__(self):
        self.passed, self.failed = 0, 0

    def check(self, what, problems):
        problems = list(problems)
        if problems:
            self.failed += 1
            print(f"FAILED {what}")
            for problem in problems[:8]:
                print(f"       {problem}")
            if len(problems) > 8:
                print(f"       and {len(problems) - 8} more")
        else:
            self.passed += 1

    def tell(self, about):
        print(f"{about}: {self.passed} passed, {self.failed} failed")
        return self.failed


def fetch(url):
    """Status, type and body; an error's page as well."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), error.read()


def find(base, path, pattern):
    """The first link on a page that fits."""
    for link in Page(fetch(base + path)[2].decode()).links:
        if re.fullmatch(pattern, link):
            return link
    raise SystemExit(f"{path} has no link like {pattern}")


def pages(base):
    """Name, path without the language, status: the pages looked at in the browser."""
    kinds = sorted(set(re.findall(r'href="/list/([a-z_]+)"', fetch(base + "/")[2].decode())) - {"abnormal", "serious"})
    listed = find(base, "/list/abnormal", r"/enterprise/\w{18}")
    authority = find(base, "/log-state", r"/authority/[0-9A-Z-]+")
    department = find(base, find(base, "/list/penalty", r"/record/\d+"), r"/authority/[0-9A-Z-]+")
    name = urllib.parse.quote("餐饮")
    drawn = find(base, "/plans?stage=drawn&authority=000000-SCJG", r"/plans/[0-9A-Z-]+/2026/\d+")
    called_off = find(base, "/plans?stage=cancelled", r"/plans/[0-9A-Z-]+/2026/\d+")
    draw = find(base, drawn, r"/draws/[0-9A-Z-]+/2026/\d+")
    sealed = next(plan for plan in json.loads(fetch(base + "/api/v1/plans?limit=200")[2])["plans"] if plan["sealed"])["key"]
    yield from [
        ("home", "/", 200),
        ("search", f"/search?q={name}", 200),
        ("search-all", "/search?sort=newest", 200),
        ("search-narrow", f"/search?q={name}&kind=permit&from=2026-02-01&to=2026-12-31", 200),
        ("search-nothing", "/search?q=qzxqzxqzx", 200),
        ("search-wrong", "/search?q=a&from=2026-13-01&to=x&kind=y", None),
        ("search-long", "/search?q=" + "W" * 190, 200),
        ("abnormal", "/list/abnormal", 200),
        ("serious", "/list/serious", 200),
        ("enterprise", listed, 200),
        ("enterprise-unknown", "/enterprise/91000000MA00000900", None),
        ("enterprise-wrong", "/enterprise/" + "9" * 60, None),
        ("operator", authority, 200),
        ("authority", department, 200),
        ("log-state", "/log-state", 200),
        ("not-found", "/no/such/page", 404),
        ("no-entry", "/record/99999999", 404),
        ("no-authority", "/authority/X-" + "Y" * 60, 404),
        ("no-page", "/list/permit?page=999999", 400),
        ("pager", "/list/permit?page=2", 200),
        ("problem", "/problems/overloaded", 200),
        ("referrers", "/record/0?before=1000", 200),
        ("plans", "/plans", 200),
        ("plans-narrow", "/plans?authority=000000-SCJG&stage=drawn", 200),
        ("plan", drawn, 200),
        ("plan-cancelled", called_off, 200),
        ("plan-sealed", f"/plans/{sealed}", 200),
        ("draw", draw, 200),
        ("draw-sealed", f"/draws/{sealed}", 200),
        ("target", find(base, draw, r"/draws/.*/target/\w{18}"), 200),
        ("target-absent", draw + "/target/0", 200),
        ("target-sealed", find(base, f"/draws/{sealed}", r"/draws/.*/target/\w{18}"), 200),
        ("tasks", find(base, drawn, r"/plans/.*/tasks/.*"), 200),
        ("card", "/check", 200),
        ("desk", "/desk", 200),
        ("verify", "/verify", 200),
        ("help", "/help", 200),
        ("developers", "/developers", 200),
        ("bulletins", "/bulletins", 200),
        ("bulletin-draft", "/bulletins/draft?period=2026-H1", 200),
        ("bulletin-wrong", "/bulletins/draft?period=2026-Q5", 400),
        ("double", "/double", 200),
        ("statistics", "/statistics", 200),
        ("statistics-wrong", "/statistics?year=x", 400),
        ("figure", "/statistics/in_time_share", 200),
        ("figure-codes", "/statistics/promises", 200),
        ("figure-strata", "/statistics/problem_rate_by_stratum", 200),
        ("accessibility", "/accessibility", 200),
        ("rules", "/rules", 200),
        ("rules-file", find(base, "/rules", r"/rules/[a-z-]+"), 200),
        ("repair", "/repair", 200),
        ("receipts", "/receipts", 200),
        ("receipts-wrong", "/receipts?code=4127", None),
        ("promises", "/promises", 200),
        ("duties", "/duties", 200),
        ("duties-of", find(base, "/duties", r"/authorities/[0-9A-Z-]+/duties"), 200),
        ("fairness", "/fairness", 200),
        ("enterprise-drawn", find(base, draw, r"/enterprise/\w{18}"), 200),
        ("no-plan", "/plans/000000-SCJG/2026/9999", 404),
        ("enterprise-then", listed + "?as_of=30000", 200),
        ("enterprise-not-yet", listed + "?as_of=1", 404),
        ("abnormal-then", "/list/abnormal?as_of=30000", 200),
        ("list-then", "/list/permit?as_of=9000&page=2", 200),
        ("record-then", find(base, "/list/permit?page=40", r"/record/\d+") + "?as_of=32000", 200),
        ("no-size", "/record/0?as_of=99999999", 404),
        ("only-now", "/plans?as_of=9000", 400),
    ]
    for kind in kinds:
        yield f"list-{kind}", f"/list/{kind}", 200
        yield f"record-{kind}", find(base, f"/list/{kind}", r"/record/\d+"), 200


def audit(browser, lang, width):
    return browser.run(f"({AUDIT})({json.dumps(lang)}, {width}, {json.dumps(FAMILIES)})")


def strangers(browser, base):
    """Requests that leave the server."""
    return [url for url in browser.requests() if not url.startswith((base + "/", "data:"))]


def looks(browser, base, pictures, tally):
    """Every page on every screen in every language, and its colours by night."""
    for name, path, status in pages(base):
        for lang, prefix in LANGUAGES:
            for width, height in SCREENS:
                what = f"{name} {lang} {width}"
                browser.screen(width, height)
                browser.open(base + prefix + path)
                got = browser.status()
                problems = [] if got == status or (status is None and got in (200, 400, 404)) else [f"status {got}"]
                problems += audit(browser, lang, width)
                problems += [f"asks another host: {url}" for url in strangers(browser, base)]
                # That the page itself is an error's is what the console says of it.
                problems += [text for text in browser.complaints() if got == 200 or base + prefix + path not in text]
                browser.picture(pictures / f"{name}.{lang}.{width}.png")
                tally.check(what, problems)
            browser.screen(390, 844, dark=True)
            browser.settle(0.05)
            tally.check(f"{name} {lang} dark", audit(browser, lang, 390))
            if name in ("home", "search", "enterprise", "record-penalty"):
                browser.picture(pictures / f"{name}.{lang}.dark.png")


def use(browser, base, tally):
    """The first steps of a reader without scripts: type, go, open, change the language."""
    browser.screen(390, 844)
    browser.open(base + "/")
    browser.run("document.querySelector('#q').focus()")
    browser.call("Input.insertText", text="餐饮")
    browser.events.clear()
    for kind in ("rawKeyDown", "char", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)
    browser.loaded()
    at = browser.run("location.pathname + ' ' + document.querySelector('#q').value")
    rows = browser.run("document.querySelectorAll('table.records tbody tr').length")
    tally.check("typing in the box and Enter search", [] if at == "/search 餐饮" and rows else [f"{at}: {rows} rows"])
    for what, link, want in [
        ("a result opens", "table.records td.lead a", r"/record/\d+"),
        ("the language changes and the record stays", ".switch", r"/en/record/\d+"),
    ]:
        browser.run(f"document.querySelector({json.dumps(link)}).scrollIntoView({{block: 'center', behavior: 'instant'}})")
        spot = browser.run(
            f"(() => {{ const box = document.querySelector({json.dumps(link)}).getClientRects()[0];"
            " return [box.left + box.width / 2, box.top + box.height / 2]; })()"
        )
        browser.events.clear()
        for kind in ("mousePressed", "mouseReleased"):
            browser.call("Input.dispatchMouseEvent", type=kind, x=spot[0], y=spot[1], button="left", clickCount=1)
        browser.loaded()
        at = browser.run("location.pathname")
        tally.check(what, [] if re.fullmatch(want, at) else [f"at {at}"])


def suggested(browser, base, tally):
    """With scripts: what may be meant stands under the box while it is typed in, and a key takes it; nothing is sent."""
    browser.screen(390, 844, scripts=True)
    browser.open(base + "/")
    browser.run("document.querySelector('#q').focus()")
    browser.call("Input.insertText", text="canyin")
    browser.settle(1.5)
    state = (
        "(() => { const box = document.querySelector('#q'), list = document.querySelector('#q-list');"
        " return [box.getAttribute('aria-expanded'), list.children.length, list.firstElementChild?.dataset.text ?? '',"
        " document.querySelector('.suggest [role=status]').textContent]; })()"
    )
    opened, many, first, told = browser.run(state)
    good = opened == "true" and 0 < many <= 8 and "餐饮" in first and str(many) in told
    tally.check("suggestions stand under the box", [] if good else [f"{opened} {many} {first!r} {told!r}"])
    tally.check("suggestions are laid out", audit(browser, "zh-CN", 390))
    for key, code in (("ArrowDown", 40), ("Enter", 13)):
        browser.call("Input.dispatchKeyEvent", type="rawKeyDown", key=key, code=key, windowsVirtualKeyCode=code)
        browser.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)
    taken = browser.run("[document.querySelector('#q').value, location.pathname, document.querySelector('#q-list').hidden]")
    tally.check("a key takes a suggestion and sends nothing", [] if taken == [first, "/", True] else [str(taken)])


# What is planted in a page, and what of it must be found.
FAULTS = [
    ("document.documentElement.lang = 'fr'", "lang is"),
    ("document.body.append(document.createElement('h1'))", "2 h1"),
    ("document.querySelector('label[for=q]').remove()", "unlabelled"),
    ("document.querySelector('.brand img').removeAttribute('alt')", "without alt"),
    ("document.querySelector('main').insertAdjacentHTML('beforeend', '<p>page-no-such</p>')", "message's id"),
    ("document.querySelector('main').insertAdjacentHTML('beforeend', '<p>{ $n } x</p>')", "without its arguments"),
    ("Object.assign(document.querySelector('.lede').style, {whiteSpace: 'nowrap', maxWidth: '9em'})", "wider than its box"),
    ("document.querySelector('.lede').style.whiteSpace = 'nowrap'", "pixels wide"),
    ("Object.assign(document.querySelector('.lede').style, {position: 'relative', left: '-30px'})", "beyond the screen"),
    ("document.querySelector('h1').style.color = '#999'", "contrast"),
    ("document.querySelector('.lede').style.fontSize = '10px'", "letters of"),
    ("document.querySelector('.links a').style.cssText = 'display: block; min-height: 0; height: 10px; overflow: hidden'", "pixels high"),
    ("document.body.insertAdjacentHTML('beforeend', '<p id=\"main\">x</p>')", "two elements"),
    ("document.querySelector('main').insertAdjacentHTML('beforeend', '<a href=\"/\"></a>')", "no words"),
    ("document.head.append(document.createElement('script'))", "a script"),
]


def planted(browser, base, tally):
    """Each check of the audit fails where it should."""
    for fault, sign in FAULTS:
        browser.screen(390, 844)
        browser.open(base + "/")
        browser.run(f"void ({fault})")
        found = audit(browser, "zh-CN", 390)
        tally.check(f"sees {sign!r}", [] if any(sign in text for text in found) else [f"found only {found}"])
    browser.screen(390, 844, scripts=True)
    browser.open(base + "/")
    browser.run("new Image().src = 'http://127.0.0.2:9/x.png'; console.error('planted'); 0")
    browser.settle(0.5)
    tally.check("sees another host", [] if strangers(browser, base) else ["no request seen"])
    seen = browser.complaints()
    tally.check("sees the console", [] if any("planted" in text for text in seen) else [str(seen)])


def shape(path):
    return re.sub(r"[0-9A-Z]{2,}|\d", "N", urllib.parse.unquote(path).split("?")[0]) + "?".join(
        sorted(re.findall(r"[?&](\w+)=", path))
    )


def crawl(base, tally):
    """Follows links from both homes, breadth first, and reads each page: every target is there."""
    waiting = collections.deque([("/", ""), ("/en/", "")])
    known, alike, ids, fragments = {"/", "/en/"}, collections.Counter(), {}, []
    before = tally.passed + tally.failed
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        while waiting:
            batch = [waiting.popleft() for _ in range(min(16, len(waiting)))]
            answers = pool.map(lambda item: fetch(base + item[0]), batch)
            for (path, origin), (status, kind, body) in zip(batch, answers):
                problems = [] if status == 200 else [f"status {status}, linked on {origin}"]
                if kind == "text/html":
                    page = Page(body.decode())
                    ids[path] = page.ids
                    lang = "en" if path.startswith("/en/") else "zh-CN"
                    if page.lang != lang:
                        problems.append(f"lang is {page.lang}")
                    if page.h1 != 1:
                        problems.append(f"{page.h1} h1")
                    for link in page.links:
                        url = urllib.parse.urljoin(base + path, link)
                        target, _, fragment = url.partition("#")
                        if not target.startswith(base + "/"):
                            if not url.startswith(("https://", "tel:")):
                                problems.append(f"links to {url}")
                            continue
                        to = target[len(base) :]
                        if fragment:
                            fragments.append((path, to, fragment))
                        if to not in known and len(known) < MOST_LINKS and alike[shape(to)] < MOST_ALIKE:
                            known.add(to)
                            alike[shape(to)] += 1
                            waiting.append((to, path))
                tally.check(path, problems)
    for path, to, fragment in set(fragments):
        if to in ids and fragment not in ids[to]:
            tally.check(f"{path} to {to}#{fragment}", ["no such id"])
    print(f"{tally.passed + tally.failed - before} addresses followed, {len(alike)} kinds of them")


def main(base, pictures, binary=None):
    pictures = pathlib.Path(pictures)
    pictures.mkdir(parents=True, exist_ok=True)
    failed = 0
    with launched(binary) as browser:
        for about, part in [
            ("faults planted and seen", lambda tally: planted(browser, base, tally)),
            ("a reader's steps", lambda tally: use(browser, base, tally)),
            ("suggestions", lambda tally: suggested(browser, base, tally)),
            ("pages looked at", lambda tally: looks(browser, base, pictures, tally)),
            ("links", lambda tally: crawl(base, tally)),
        ]:
            tally = Tally()
            part(tally)
            failed += tally.tell(about)
    print(f"pictures are in {pictures}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
