"""The department's desk as an officer uses it: the key file, a table with a faulty row, publishing, and doing it again.

Usage: desk.py URL KEYS PICTURES [CHROMIUM]. URL: a running demonstration; KEYS: the folder with its departments' key files.
"""

import base64
import json
import pathlib
import re
import sys
import tempfile
import time

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
    return browser.run("[...document.querySelectorAll('.sheet tbody [data-state]')].map((one) => one.textContent.trim())")


def table(day, mark):
    """Three permits: a good one, one with a wrong code and a wrong date, another good one."""
    head = "统一社会信用代码,主体名称,行政区划代码,许可名称,许可编号,许可类别,许可内容,决定日期"
    row = "91000000MA00000900,示例食品店,000000,食品经营许可证,{number},普通,热食类食品制售,{day}"
    lines = [row.format(number=f"台{mark}-1", day=day), row.format(number=f"台{mark}-2", day="2026-13-40").replace("MA00000900", "MA00000901"), row.format(number=f"台{mark}-3", day=day)]
    return "\r\n".join([head, *lines]) + "\r\n"


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
    wants("a strange key", "bad" in said, said)
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
    browser.run("document.querySelector('#desk-kind').value = 'permit'; document.querySelector('#desk-kind').dispatchEvent(new Event('change'))")
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
    marked = browser.run("[...document.querySelectorAll('.sheet td.faulty')].map((one) => one.textContent)")
    wants("its cells are marked", "2026-13-40" in marked and "91000000MA00000901" in marked, marked)
    wants("and told at the top", browser.run("document.querySelectorAll('[data-found] .notice.bad a').length") == 1)
    looked("faulty")
    size = json.loads(fetch(f"{base}/api/v1/log")[2])["size"]
    said = press(browser, "publish", "published")
    wants("not without a word", "bad" in said and json.loads(fetch(f"{base}/api/v1/log")[2])["size"] == size, said)
    browser.run("document.querySelector('#desk-confirm').click()")
    said = press(browser, "publish", "published")
    links = browser.run("[...document.querySelectorAll('.sheet [data-state] a')].map((one) => one.getAttribute('href'))")
    wants("published", len(links) == 2 and all(re.fullmatch(prefix + r"/record/\d+", link) for link in links), f"{links} {said} {rows(browser)}")
    looked("published")
    for link in links:
        wants("its page is there", f"台{mark}-" in fetch(base + link)[2].decode())
    # The same table again, after a reload: nothing twice.
    size = json.loads(fetch(f"{base}/api/v1/log")[2])["size"]
    browser.open(f"{base}{prefix}/desk")
    choose(browser, "#desk-key", keys / f"{DEPARTMENT}.key")
    press(browser, "sign-in", "sign-in-told", quiet=True)
    browser.run("document.querySelector('#desk-kind').value = 'permit'; document.querySelector('#desk-kind').dispatchEvent(new Event('change'))")
    choose(browser, "#desk-table", folder / "permits.csv")
    press(browser, "look", "look-told", quiet=True)
    browser.run("document.querySelector('#desk-confirm').click()")
    said = press(browser, "publish", "published")
    again = browser.run("[...document.querySelectorAll('.sheet [data-state] a')].map((one) => one.getAttribute('href'))")
    wants("the same again", again == links, f"{again} {links} {said}")
    wants("nothing twice", json.loads(fetch(f"{base}/api/v1/log")[2])["size"] == size)
    browser.run("document.querySelector('[data-sign-out]').click()")
    wants("signed out", browser.run("document.querySelector('[data-inside]').hidden"))
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
