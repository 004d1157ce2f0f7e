"""The department's desk as an officer uses it: the key file, a table with a faulty row, publishing, and doing it again; and what may go wrong on the way.

Usage: desk.py URL KEYS PICTURES [CHROMIUM]. URL: a running demonstration; KEYS: the folder with its departments' key files.
"""

import base64
import json
import pathlib
import re
import sys
import tempfile
import time
import zipfile

from check import LANGUAGES, SCREENS, Tally, audit, fetch, strangers
from chromium import launched

DEPARTMENT = "000000-SCJG"
# Waits until a place of the desk says something that is not that it is at work.
TOLD = """new Promise((done, never) => {{
  const place = document.querySelector('[data-{place}]');
  const look = () => {{
    const said = place.querySelector('.notice:not(.plain)');
    if (said || ({quiet} && place.childElementCount === 0)) {{ observer.disconnect(); done(said ? said.className + ': ' + said.textContent : ''); }}
  }};
  const observer = new MutationObserver(look);
  observer.observe(place, {{ childList: true, subtree: true }});
  setTimeout(() => never(new Error('nothing came of it: ' + place.textContent)), 30000);
  setTimeout(look, 50);
}})"""


def choose(browser, selector, file):
    """Puts a file into a field, as the reader's own dialogue would."""
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    node = browser.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
    browser.call("DOM.setFileInputFiles", nodeId=node, files=[str(file)])


def press(browser, form, place, quiet=False):
    browser.run(f"document.querySelector('form[data-{form}]').requestSubmit()")
    return browser.run(TOLD.format(place=place, quiet="true" if quiet else "false"))


def rows(browser):
    """What the desk says of each row."""
    return browser.run("[...document.querySelectorAll('.rows tbody [data-state]')].map((one) => one.textContent.trim())")


def table(day, mark):
    """Three permits: a good one, one with a wrong code and a wrong date, another good one."""
    head = "统一社会信用代码,主体名称,行政区划代码,许可名称,许可编号,许可类别,许可内容,决定日期"
    row = "91000000MA00000900,示例食品店,000000,食品经营许可证,{number},普通,热食类食品制售,{day}"
    lines = [row.format(number=f"台{mark}-1", day=day), row.format(number=f"台{mark}-2", day="2026-13-40").replace("MA00000900", "MA00000901").replace("热食类", "-热食类"), row.format(number=f"台{mark}-3", day=day)]
    return "\r\n".join([head, *lines]) + "\r\n"


PROMISES = "subject_uscc,subject_name,region,promise_type,content,promised_on,fulfilment"


def promise(day, mark):
    return f"{PROMISES}\r\n91000000MA00000900,示例食品店,000000,credit_repair,\"改正, {mark}\",{day},pending\r\n"


def workbook(file, sheets):
    """A workbook of CSV texts by name, as spreadsheet programs write it, with nothing in it that a reader does not need."""
    space = "http://schemas.openxmlformats.org/"
    part = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    names = list(sheets)
    with zipfile.ZipFile(file, "w") as book:
        kinds = "".join(f'<Override PartName="/xl/s{at}.xml" ContentType="{part}worksheet+xml"/>' for at in range(len(names)))
        book.writestr("[Content_Types].xml", f'<Types xmlns="{space}package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{part}sheet.main+xml"/>{kinds}</Types>')
        office = f"{space}officeDocument/2006/relationships"

        def relations(targets):
            each = "".join(f'<Relationship Id="r{at}" Type="{office}/{kind}" Target="{target}"/>' for at, (kind, target) in enumerate(targets))
            return f'<Relationships xmlns="{space}package/2006/relationships">{each}</Relationships>'

        book.writestr("_rels/.rels", relations([("officeDocument", "xl/workbook.xml")]))
        book.writestr("xl/_rels/workbook.xml.rels", relations([("worksheet", f"s{at}.xml") for at in range(len(names))]))
        listed = "".join(f'<sheet name="{name}" sheetId="{at + 1}" r:id="r{at}"/>' for at, name in enumerate(names))
        book.writestr("xl/workbook.xml", f'<workbook xmlns="{space}spreadsheetml/2006/main" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>')
        for at, name in enumerate(names):
            rows = "".join(
                "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in line.split(",")) + "</row>" for line in sheets[name].split("\r\n") if line
            )
            book.writestr(f"xl/s{at}.xml", f'<worksheet xmlns="{space}spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>')


def size_of(base):
    return json.loads(fetch(f"{base}/api/v1/log")[2])["size"]


def kind_is(browser, kind):
    browser.run(f"document.querySelector('#desk-kind').value = '{kind}'; document.querySelector('#desk-kind').dispatchEvent(new Event('change'))")


def saved(browser, button):
    """The text of the file that a button saves."""
    return browser.run(f"""(async () => {{
      const make = URL.createObjectURL;
      let kept = null;
      URL.createObjectURL = (blob) => {{ kept = blob; return make.call(URL, blob); }};
      document.querySelector({json.dumps(button)}).click();
      URL.createObjectURL = make;
      return kept === null ? '' : new TextDecoder('utf-8', {{ ignoreBOM: true }}).decode(await kept.arrayBuffer());
    }})()""")


def interrupted(browser, pattern, stage, form, then):
    """Presses a form's button, and does something with the request that it makes."""
    browser.events.clear()
    browser.call("Fetch.enable", patterns=[{"urlPattern": pattern, "requestStage": stage}])
    browser.run(f"document.querySelector('form[data-{form}]').requestSubmit()")
    paused = browser.wait("Fetch.requestPaused")["params"]["requestId"]
    then(paused)
    browser.call("Fetch.disable")


def mishaps(browser, base, prefix, keys, folder, day, mark, wants):
    """What goes wrong on the way, and is told; each time the officer can go on."""
    browser.open(f"{base}{prefix}/desk")
    choose(browser, "#desk-key", keys / f"{DEPARTMENT}.key")
    press(browser, "sign-in", "sign-in-told", quiet=True)
    kind_is(browser, "credit_promise")
    (folder / "promises.csv").write_text(promise(day, mark))
    choose(browser, "#desk-table", folder / "promises.csv")
    press(browser, "look", "look-told", quiet=True)
    browser.run("document.querySelector('#desk-confirm').click()")
    wants("a promise", len(rows(browser)) == 1 and not browser.run("document.querySelectorAll('.rows .faults').length"), rows(browser))
    before = size_of(base)
    # A browser that keeps nothing publishes nothing.
    browser.run("window.keeps = indexedDB; Object.defineProperty(window, 'indexedDB', { configurable: true, value: { open() { throw new Error('private'); } } }); 0")
    said = press(browser, "publish", "published")
    wants("no journal", "bad" in said and "gongshi import" in said and size_of(base) == before, said)
    browser.run("Object.defineProperty(window, 'indexedDB', { configurable: true, value: window.keeps }); 0")
    # The line is cut after the server took it in: nobody knows, and sending again is safe.
    interrupted(browser, "*/api/v1/events", "Response", "publish", lambda it: browser.call("Fetch.failRequest", requestId=it, errorReason="ConnectionReset"))
    said = browser.run(TOLD.format(place="published", quiet="false"))
    taken = size_of(base)
    wants("cut off", "bad" in said and taken == before + 1, f"{said} {before} {taken}")
    wants("and not said to be in", not browser.run("document.querySelectorAll('.rows [data-state] a').length"))
    said = press(browser, "publish", "published")
    links = browser.run("[...document.querySelectorAll('.rows [data-state] a')].map((one) => one.getAttribute('href'))")
    wants("once", links == [f"{prefix}/record/{before}"] and size_of(base) == taken, f"{links} {said}")
    # Its receipt has a code that its subject can follow it by.
    text = saved(browser, "[data-published] button")
    code = re.search(rf"\b{before}-[0-9A-Z]{{4}}-[0-9A-Z]{{4}}\b", text)
    wants("a receipt", code and text.startswith("\ufeff") and f'"改正, {mark}"' in text and f"/record/{before}" in text, text)
    wants("that the log knows", code and fetch(f"{base}{prefix}/receipts/{code[0]}")[0] == 200, text)
    # An answer that is no receipt for the row is not taken for one.
    other = base64.b64encode((json.dumps({"index": 3, "proof": "c2sp.org/tlog-proof@v1\n"}) + "\n").encode()).decode()
    (folder / "other.csv").write_text(promise(day, f"{mark}x"))
    choose(browser, "#desk-table", folder / "other.csv")
    press(browser, "look", "look-told", quiet=True)
    browser.run("document.querySelector('#desk-confirm').click()")
    interrupted(browser, "*/api/v1/events", "Request", "publish", lambda it: browser.call("Fetch.fulfillRequest", requestId=it, responseCode=200, body=other))
    said = browser.run(TOLD.format(place="published", quiet="false"))
    wants("no receipt", "warn" in said and not browser.run("document.querySelectorAll('.rows [data-state] a').length"), said)
    # Which of two sheets is meant is asked.
    workbook(folder / "two.xlsx", {"一月": promise(day, f"{mark}a").replace('"', "").replace(", ", "、"), "二月": promise(day, f"{mark}b").replace('"', "").replace(", ", "、")})
    choose(browser, "#desk-table", folder / "two.xlsx")
    said = press(browser, "look", "look-told", quiet=True)
    wants("two sheets", browser.run("[...document.querySelectorAll('#desk-sheet option')].map((one) => one.textContent)") == ["–", "一月", "二月"], said)
    browser.run("document.querySelector('#desk-sheet').value = '二月'; document.querySelector('#desk-sheet').dispatchEvent(new Event('change')); 0")
    browser.run(TOLD.format(place="look-told", quiet="true"))
    wants("one is read", f"{mark}b" in browser.run("document.querySelector('.rows').textContent"))
    # The session has ended: signed out, and told so.
    gone = base64.b64encode(json.dumps({"type": "/problems/not-signed-in", "status": 401}).encode()).decode()
    interrupted(browser, "*/api/v1/desk/table*", "Request", "look", lambda it: browser.call("Fetch.fulfillRequest", requestId=it, responseCode=401, body=gone))
    said = browser.run(TOLD.format(place="sign-in-told", quiet="false"))
    wants("signed out", "bad" in said and browser.run("document.querySelector('[data-inside]').hidden"), said)


def officer(browser, base, keys, folder, pictures, lang, prefix, width, mark):
    """One officer at work; gives what went wrong."""
    problems = []

    def wants(what, holds, found=""):
        if not holds:
            problems.append(f"{what}: {found}")

    def looked(name):
        problems.extend(audit(browser, lang, width))
        problems.extend(f"asks another host: {url}" for url in strangers(browser, base))
        browser.picture(pictures / f"desk-{name}.{lang}.{width}.png")

    browser.open(f"{base}{prefix}/desk")
    looked("begin")
    # No key file, one that is none, a key that the log does not know.
    wants("no file", "bad" in press(browser, "sign-in", "sign-in-told"))
    (folder / "none.key").write_text("x\n")
    choose(browser, "#desk-key", folder / "none.key")
    said = press(browser, "sign-in", "sign-in-told")
    wants("no key file", "bad" in said and "gongshi-event-key/v1" in said, said)
    (folder / "strange.key").write_text(f"gongshi-event-key/v1\n{DEPARTMENT}\n{base64.b64encode(bytes(range(32))).decode()}\n")
    choose(browser, "#desk-key", folder / "strange.key")
    said = press(browser, "sign-in", "sign-in-told")
    wants("a strange key, in the officer's words", "bad" in said and ("现行" if lang == "zh-CN" else "key file of today") in said, said)
    wants("nobody is let in", browser.run("document.querySelector('[data-inside]').hidden"))
    choose(browser, "#desk-key", keys / f"{DEPARTMENT}.key")
    browser.events.clear()
    said = press(browser, "sign-in", "sign-in-told", quiet=True)
    wants("signed in", not browser.run("document.querySelector('[data-inside]').hidden"), said)
    wants("by name", DEPARTMENT in browser.run("document.querySelector('[data-name]').textContent"))
    browser.settle(0.5)
    wants("duties", browser.run("document.querySelector('[data-duties]').childElementCount") > 0)
    seed = (keys / f"{DEPARTMENT}.key").read_text().split("\n")[2]
    sent = [event["params"]["request"].get("postData", "") for event in browser.events if event.get("method") == "Network.requestWillBeSent"]
    wants("the key stays", sent and not any(seed in body for body in sent), sent)
    # A file that is no table, then one with a faulty row.
    kind_is(browser, "permit")
    (folder / "words.csv").write_text("a,b\n1,2\n")
    choose(browser, "#desk-table", folder / "words.csv")
    said = press(browser, "look", "look-told", quiet=True)
    wants("no table", "bad" in said and "/tmp" not in said, said)
    day = json.loads(fetch(f"{base}/api/v1/log")[2]).get("simulated_time", time.strftime("%Y-%m-%d"))[:10]
    (folder / "permits.csv").write_text(table(day, mark))
    choose(browser, "#desk-table", folder / "permits.csv")
    said = press(browser, "look", "look-told", quiet=True)
    found = rows(browser)
    wants("three rows", len(found) == 3, f"{found} {said}")
    wants("the faulty one", len(found) == 3 and "2026-13-40" in found[1] and "2026-13-40" not in found[0] + found[2], found)
    marked = browser.run("[...document.querySelectorAll('.rows td.faulty')].map((one) => one.textContent)")
    wants("its cells are marked", "2026-13-40" in marked and "91000000MA00000901" in marked, marked)
    wants("and told at the top", browser.run("document.querySelectorAll('[data-found] .notice.bad a').length") == 1)
    looked("faulty")
    # What will be signed can be seen; what is faulty is saved, to be mended and uploaded as it is.
    browser.run("document.querySelector('.rows details').open = true; 0")
    browser.settle(0.2)
    wants("what is signed", f'"permit_no": "台{mark}-1"' in browser.run("document.querySelector('.rows details pre').textContent"))
    text = saved(browser, "[data-found] .notice.bad button")
    wants("the faulty row", text.startswith("\ufeff") and text.count("\r\n") == 2 and f"台{mark}-2" in text and text.count("2026-13-40") == 2, text)
    wants("no formula in it", ",'-热食类" in text, text)
    (folder / "bad.csv").write_text(text)
    choose(browser, "#desk-table", folder / "bad.csv")
    press(browser, "look", "look-told", quiet=True)
    found = rows(browser)
    wants("is read as it was", len(found) == 1 and "2026-13-40" in found[0], found)
    cells = browser.run("[...document.querySelectorAll('.rows tbody td')].map((one) => one.textContent)")
    wants("without the mark", "-热食类食品制售" in cells, cells)
    choose(browser, "#desk-table", folder / "permits.csv")
    press(browser, "look", "look-told", quiet=True)
    size = size_of(base)
    said = press(browser, "publish", "published")
    wants("not without a word", "bad" in said and size_of(base) == size, said)
    browser.run("document.querySelector('#desk-confirm').click()")
    said = press(browser, "publish", "published")
    links = browser.run("[...document.querySelectorAll('.rows [data-state] a')].map((one) => one.getAttribute('href'))")
    wants("published", len(links) == 2 and all(re.fullmatch(prefix + r"/record/\d+", link) for link in links), f"{links} {said} {rows(browser)}")
    looked("published")
    for link in links:
        wants("its page is there", f"台{mark}-" in fetch(base + link)[2].decode())
    # The same table again, after a reload: nothing twice.
    size = size_of(base)
    browser.open(f"{base}{prefix}/desk")
    choose(browser, "#desk-key", keys / f"{DEPARTMENT}.key")
    press(browser, "sign-in", "sign-in-told", quiet=True)
    kind_is(browser, "permit")
    choose(browser, "#desk-table", folder / "permits.csv")
    press(browser, "look", "look-told", quiet=True)
    browser.run("document.querySelector('#desk-confirm').click()")
    said = press(browser, "publish", "published")
    again = browser.run("[...document.querySelectorAll('.rows [data-state] a')].map((one) => one.getAttribute('href'))")
    wants("the same again", again == links, f"{again} {links} {said}")
    wants("nothing twice", size_of(base) == size)
    browser.run("document.querySelector('[data-sign-out]').click()")
    wants("signed out", browser.run("document.querySelector('[data-inside]').hidden"))
    mishaps(browser, base, prefix, keys, folder, day, mark, wants)
    return problems


def main(base, keys, pictures, binary=None):
    pictures = pathlib.Path(pictures)
    pictures.mkdir(parents=True, exist_ok=True)
    tally = Tally()
    mark = int(time.time()) % 100000
    with launched(binary) as browser, tempfile.TemporaryDirectory() as folder:
        browser.call("DOM.enable")
        for lang, prefix in LANGUAGES:
            for width, height in SCREENS:
                browser.screen(width, height, scripts=True)
                mark += 1
                problems = officer(browser, base, pathlib.Path(keys), pathlib.Path(folder), pictures, lang, prefix, width, mark)
                tally.check(f"the desk {lang} {width}", problems)
                browser.screen(width, height, scripts=False)
                browser.open(f"{base}{prefix}/desk")
                shown = browser.run("!document.querySelector('[data-off]').hidden && document.querySelector('[data-sign-in]').hidden")
                tally.check(f"the desk without scripts {lang} {width}", [] if shown else ["says nothing"])
    sys.exit(1 if tally.tell("the desk") else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
