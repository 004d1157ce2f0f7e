"""What the scripts behind a page have to be as texts: fit to be joined into one, and with words for all that they say.

Reads static/, templates/ and the catalogues of this tree; opens no browser.
"""

import collections
import pathlib
import re

ROOT = pathlib.Path(__file__).parent.parent.parent
IMPORT = re.compile(r"^import \{[^}]+\} from '\./([a-z0-9-]+\.js)';$", re.MULTILINE)
NAMED = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) +(\w+)", re.MULTILINE)


def reached(name, found=None):
    """The script and what it imports, each behind what it needs: names and sources."""
    found = {} if found is None else found
    source = (ROOT / "static" / name).read_text()
    for other in IMPORT.findall(source):
        if other not in found:
            reached(other, found)
    found[name] = source
    return found


def joinable(name):
    """What is in the way of putting a script and its imports behind one another into one."""
    problems, names = [], collections.defaultdict(list)
    for script, source in reached(name).items():
        for declared in NAMED.findall(source):
            names[declared].append(script)
        rest = IMPORT.sub("", source)
        problems += [f"{script}: {line}" for line in re.findall(r"^import .*", rest, re.MULTILINE)]
        problems += [f"{script}: {line}" for line in re.findall(r"^export (?!(?:async )?function |const \w|class ).*", rest, re.MULTILINE)]
        problems += [f"{script}: {line}" for line in re.findall(r"^(?:const|let) *[\[{].*", rest, re.MULTILINE)]
    return problems + [f"{declared} stands in {', '.join(scripts)}" for declared, scripts in names.items() if len(scripts) > 1]


def words(name, template):
    """Texts that the scripts name and the template lacks, and those it has that nobody says."""
    catalogue = (ROOT / "templates" / "locales" / "en" / "checks.ftl").read_text()
    known = set(re.findall(r"^page-check-([a-z0-9-]+) = ", catalogue, re.MULTILINE))
    there = set(re.findall(r'"page-check-([a-z0-9-]+)"', (ROOT / "templates" / template).read_text()))
    code = "\n".join(line for source in reached(name).values() for line in source.split("\n") if not re.match(r" *(//|/?\*)", line))
    literals = set(re.findall(r"'([a-z0-9-]+)'", code))
    # Put together by the scripts: outcomes, verdicts, and the steps with what came of them.
    made = {f"{begin}{one}" for begin in ("outcome-", "verdict-", "step-") for one in literals}
    made |= {f"{one}{end}" for one in literals for end in ("-pass", "-unchecked")}
    lacks = {text for text in literals & known if text not in there}
    return [f"{template} lacks {text}" for text in sorted(lacks)] + [f"nobody says {text}" for text in sorted(there - literals - made)]
