"""Other people's verifiers against a running server: proofbundle on downloaded proofs, and ours beside it.

Usage: check.py URL GONGSHI_VERIFY WORKDIR, with the Python that has proofbundle. Every byte of a proof and of its entry
is changed once: proofbundle's functions are asked about each, its command about one byte in every line.
"""

import base64
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import urllib.request

from proofbundle.tlogproof import parse_tlog_proof, verify_tlog_proof

COMMAND = pathlib.Path(sys.executable).with_name("proofbundle")


class Tally:
    """Counts checks, and says each one that failed."""

    def __init__(self):
        self.passed, self.failed = 0, 0

    def check(self, what, good):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {what}")

    def tell(self, about):
        print(f"{about}: {self.passed} passed, {self.failed} failed")
        return self.failed


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read()


def bundle_entry(url, index, size):
    """The entry as everybody downloads it, from its bundle."""
    number, offset = divmod(index, 256)
    width = min(256, size - number * 256)
    path = f"{number:03}" if number < 1000 else f"x{number // 1000:03}/{number % 1000:03}"
    partial = "" if width == 256 else f".p/{width}"
    bundle = fetch(f"{url}/log/tile/entries/{path}{partial}")
    for _ in range(offset):
        bundle = bundle[2 + int.from_bytes(bundle[:2], "big") :]
    return bundle[2 : 2 + int.from_bytes(bundle[:2], "big")]


class Log:
    """What one has to know of a log to check its proofs."""

    def __init__(self, url, verify, work):
        state = json.loads(fetch(f"{url}/api/v1/log"))
        self.vkey, self.size, self.origin = state["vkey"], state["size"], state["origin"]
        self.verify, self.work = verify, work
        self.policy = work / "policy"
        self.policy.write_text(f"log {self.vkey}\nquorum none\n")

    def library(self, proof, entry):
        """Whether proofbundle's functions accept these bytes."""
        try:
            text = proof.decode()
        except UnicodeDecodeError:
            return False
        return verify_tlog_proof(text, entry, self.vkey, expected_origin=self.origin)["ok"]

    def command(self, proof, entry):
        """Whether proofbundle's command accepts them, called as its users call it."""
        file, payload = self.work / "command.tlog-proof", self.work / "command.payload"
        file.write_bytes(proof)
        payload.write_bytes(entry)
        call = [COMMAND, "verify-proof", file, "--payload-file", payload]
        call += ["--log-vkey", self.vkey, "--expected-origin", self.origin]
        return subprocess.run(call, capture_output=True).returncode == 0

    def ours(self, proof, name="ours"):
        """The exit code of gongshi-verify."""
        file = self.work / f"{name}.tlog-proof"
        file.write_bytes(proof)
        call = [self.verify, "proof", file, "--policy", self.policy]
        return subprocess.run(call, capture_output=True).returncode


def changed(data, position):
    copy = bytearray(data)
    copy[position] ^= 1
    return bytes(copy)


def same_bits(before, after, position):
    """Whether base64 around this position stands for the same bytes in both. The last character before the padding has
    two or four bits that stand for nothing; RFC 4648, section 3.5, leaves it to the reader whether they may be set.
    proofbundle lets them; gongshi-verify refuses them, and is asked about these positions too."""
    begin = max(before.rfind(b" ", 0, position), before.rfind(b"\n", 0, position)) + 1
    end = before.find(b"\n", begin)
    if not begin <= position < end:
        return False
    words = before[begin:end], after[begin:end]
    if not all(word.endswith(b"=") for word in words):
        return False
    try:
        one, other = (base64.b64decode(word, validate=True) for word in words)
    except ValueError:
        return False
    return one == other


def accepted(log, url):
    """Proofs from all over the log, with the entry as the payload. Returns the last one and its entry."""
    tally = Tally()
    for index in sorted({0, 1, 63, 64, 255, 256, 4095, 4096, log.size // 2, log.size - 2, log.size - 1}):
        if not 0 <= index < log.size:
            continue
        proof = fetch(f"{url}/api/v1/proof/{index}")
        entry = json.loads(parse_tlog_proof(proof.decode())["extra"])["entry"].encode()
        tally.check(f"{index}: the entry in the proof is the one in the bundle", entry == bundle_entry(url, index, log.size))
        tally.check(f"{index}: proofbundle's functions", log.library(proof, entry))
        tally.check(f"{index}: proofbundle's command", log.command(proof, entry))
        tally.check(f"{index}: gongshi-verify", log.ours(proof) == 0)
    return tally.tell("proofs accepted"), proof, entry


def refused(log, proof, entry):
    """proofbundle gets the payload apart and ignores `extra`, which C2SP leaves unauthenticated; there our own verifier,
    which reads the entry from it, has to refuse."""
    failed = 0
    begin = proof.index(b"extra ")
    extra = range(begin, proof.index(b"\n", begin))
    tally = Tally()
    for position in range(len(proof)):
        other = changed(proof, position)
        if position not in extra and not same_bits(proof, other, position):
            tally.check(f"byte {position} of the proof", not log.library(other, entry))
    for position in range(len(entry)):
        tally.check(f"byte {position} of the entry", not log.library(proof, changed(entry, position)))
    failed += tally.tell("one byte changed, proofbundle's functions refuse")

    tally, start = Tally(), 0
    for line in proof.splitlines(keepends=True):
        middle = start + len(line) // 2
        other = changed(proof, middle)
        if middle not in extra and not same_bits(proof, other, middle):
            tally.check(f"byte {middle} of the proof", not log.command(other, entry))
        start += len(line)
    tally.check("the entry", not log.command(proof, changed(entry, len(entry) // 2)))
    failed += tally.tell("one byte in every line changed, proofbundle's command refuses")

    tally = Tally()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        codes = pool.map(lambda at: log.ours(changed(proof, at), f"changed-{at}"), range(len(proof)))
        for position, code in enumerate(codes):
            tally.check(f"byte {position} of the proof: exit {code}", code in (1, 2))
    return failed + tally.tell("one byte changed, gongshi-verify refuses")


def main(url, verify, work):
    work = pathlib.Path(work) / "proofs"
    work.mkdir()
    log = Log(url, verify, work)
    failed, proof, entry = accepted(log, url)
    sys.exit(1 if failed + refused(log, proof, entry) else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
