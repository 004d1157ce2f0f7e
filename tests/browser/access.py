"""Every page as people's aids, strict readers and slow lines take it: axe-core and the bytes of it in the browser, html-validate on the sources.

Usage: access.py URL TOOLS [CHROMIUM]. TOOLS is a folder whose node_modules hold axe-core and html-validate. Before a page is believed, a fault is
planted for each of the two: a tool that does not see it is itself the finding.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

from check import LANGUAGES, Tally, fetch, pages
from chromium import launched

# The narrowest screen that WCAG asks for (reflow), by day; a desktop by night.
SCREENS = [(320, 640, False), (1280, 900, True)]
# A page with all it needs.
MOST_BYTES = 100 * 1024
AXE = """axe.run(document, {resultTypes: ['violations']}).then(found =>
    found.violations.map(one => `${one.id}: ${one.nodes.length} times, first ${one.nodes[0].html.slice(0, 160)}`))"""
RULES = {
    "extends": ["html-validate:standard"],
    # A title says what the page is about, enterprises have long names; scripts and styles are the portal's own.
    "rules": {"long-title": "off", "require-sri": "off", "no-trailing-whitespace": "off", "no-inline-style": "error"},
}


def weight(browser):
    """What came over the line since the page was opened: itself, its style, pictures and scripts, nothing from a cache."""
    done = (event["params"] for event in browser.events if event.get("method") == "Network.loadingFinished")
    return sum(int(one["encodedDataLength"]) for one in done)


def violations(browser, axe):
    browser.run(f"{axe};0")
    return browser.run(AXE)


def seen_by_axe(browser, base, axe, tally):
    for width, height, dark in SCREENS:
        # axe is a script; the page itself stays as it is without.
        browser.screen(width, height, dark, scripts=True)
        browser.open(base + "/")
        browser.run("document.querySelector('label[for=q]').remove(); document.querySelector('.lede').style.cssText = 'color: #888; background: #999'; 0")
        found = [one.split(":")[0] for one in violations(browser, axe)]
        missing = {"color-contrast", "label"} - set(found)
        tally.check(f"axe sees faults at {width}", [f"only {found}"] if missing else [])
    for name, path, _ in pages(base):
        for lang, prefix in LANGUAGES:
            for width, height, dark in SCREENS:
                browser.screen(width, height, dark, scripts=True)
                browser.open(base + prefix + path)
                # Colours that fade in are judged when they are there.
                browser.settle(0.05)
                heavy = weight(browser)
                tally.check(f"weight {name} {lang} {width}", [f"{heavy} bytes"] if heavy > MOST_BYTES else [])
                tally.check(f"axe {name} {lang} {width}", violations(browser, axe))


def seen_by_validator(base, tools, folder, tally):
    (folder / "rules.json").write_text(json.dumps(RULES))
    (folder / "planted.html").write_text("<!doctype html><html lang=en><head><title>x</title></head><body><p><div></div></p></body></html>")
    names = {"planted.html": "planted"}
    for name, path, _ in pages(base):
        for lang, prefix in LANGUAGES:
            file = f"{len(names)}.html"
            (folder / file).write_bytes(fetch(base + prefix + path)[2])
            names[file] = f"{name} {lang}"
    (folder / "alone.html").write_bytes(fetch(base + "/verify.html")[2])
    names["alone.html"] = "verify.html"
    program = tools / "node_modules" / ".bin" / "html-validate"
    command = [program, "--config", folder / "rules.json", "--formatter", "json", folder]
    told = subprocess.run(command, capture_output=True, text=True)
    if not told.stdout.strip():
        raise SystemExit(f"html-validate: {told.stderr}")
    faults = {}
    for one in json.loads(told.stdout):
        said = [f"line {m['line']}: {m['message']} ({m['ruleId']})" for m in one["messages"] if m["severity"] == 2]
        faults[pathlib.Path(one["filePath"]).name] = said
    planted = faults.pop("planted.html", [])
    names.pop("planted.html")
    tally.check("html-validate sees a fault", [] if planted else ["it does not"])
    for file, name in names.items():
        tally.check(f"html {name}", faults.get(file, []))


def main(base, tools, binary=None):
    tools = pathlib.Path(tools)
    axe = (tools / "node_modules" / "axe-core" / "axe.min.js").read_text()
    failed = 0
    with launched(binary) as browser:
        tally = Tally()
        seen_by_axe(browser, base, axe, tally)
        failed += tally.tell("pages through axe-core")
    with tempfile.TemporaryDirectory() as folder:
        tally = Tally()
        seen_by_validator(base, tools, pathlib.Path(folder), tally)
        failed += tally.tell("pages through html-validate")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
