"""Other people's verifiers against a running server: proofbundle on downloaded proofs, and ours beside it.

Usage: check.py URL GONGSHI_VERIFY WORKDIR. Exits non-zero with the first thing that is not as it must be.
"""

import base64
import json
import pathlib
import subprocess
import sys
import urllib.request

from proofbundle.tlogproof import parse_tlog_proof, verify_tlog_proof


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read()


def main(url, verify, work):
    work = pathlib.Path(work)
    log = json.loads(fetch(f"{url}/api/v1/log"))
    vkey, size, origin = log["vkey"], log["size"], log["origin"]
    policy = work / "policy"
    policy.write_text(f"log {vkey}\nquorum none\n")
    checked = 0
    for index in sorted({0, 1, 63, 64, 255, 256, size // 2, size - 1}):
        if index >= size:
            continue
        text = fetch(f"{url}/api/v1/proof/{index}").decode()
        entry = json.loads(parse_tlog_proof(text)["extra"])["entry"].encode()
        # The entry in the proof is the entry in the bundle that everybody downloads.
        assert entry == bundle_entry(url, index, size), f"entry {index} differs between proof and bundle"
        result = verify_tlog_proof(text, entry, vkey, expected_origin=origin)
        assert result["ok"], f"proofbundle refuses the proof of {index}: {result}"
        proof = work / f"{index}.tlog-proof"
        proof.write_text(text)
        command(work, proof, entry, vkey, origin)
        done = subprocess.run([verify, "proof", proof, "--policy", policy], capture_output=True, text=True)
        assert done.returncode == 0, f"gongshi-verify refuses the proof of {index}: {done.stdout}{done.stderr}"
        checked += 1
    tampered = tamper(text, entry, vkey, origin, verify, policy, work)
    print(f"{checked} proofs accepted, {tampered} changed files refused")


def command(work, proof, entry, vkey, origin):
    """The command line as its users call it."""
    payload = work / "payload"
    payload.write_bytes(entry)
    call = [sys.executable, "-m", "proofbundle", "verify-proof", proof, "--payload-file", payload]
    done = subprocess.run([*call, "--log-vkey", vkey, "--expected-origin", origin], capture_output=True, text=True)
    assert done.returncode == 0, f"proofbundle verify-proof: {done.stdout}{done.stderr}"


def bundle_entry(url, index, size):
    number, offset = divmod(index, 256)
    width = min(256, size - number * 256)
    path = f"{number:03}" if number < 1000 else f"x{number // 1000:03}/{number % 1000:03}"
    partial = "" if width == 256 else f".p/{width}"
    bundle = fetch(f"{url}/log/tile/entries/{path}{partial}")
    for _ in range(offset):
        bundle = bundle[2 + int.from_bytes(bundle[:2], "big") :]
    return bundle[2 : 2 + int.from_bytes(bundle[:2], "big")]


def tamper(text, entry, vkey, origin, verify, policy, work):
    """Changes one byte at a time. proofbundle gets the payload apart and ignores `extra`, which C2SP leaves
    unauthenticated; there our own verifier, which reads the entry from it, must refuse."""
    count = 0
    begin = text.index("extra ")
    end = text.index("\n", begin)
    raw = text.encode()
    begin, end = len(text[:begin].encode()), len(text[:end].encode())
    for position in range(len(raw)):
        if begin <= position < end:
            continue
        changed = bytearray(raw)
        changed[position] ^= 1
        try:
            result = verify_tlog_proof(changed.decode(), entry, vkey, expected_origin=origin)
        except UnicodeDecodeError:
            result = {"ok": False}
        assert not result["ok"], f"proofbundle accepts a proof with byte {position} changed"
        count += 1
    for position in range(len(entry)):
        changed = bytearray(entry)
        changed[position] ^= 1
        assert not verify_tlog_proof(text, bytes(changed), vkey, expected_origin=origin)["ok"], position
        count += 1
    step = max(1, (end - begin) // 200)
    for position in range(begin, end, step):
        changed = bytearray(raw)
        changed[position] ^= 1
        proof = work / "changed.tlog-proof"
        proof.write_bytes(changed)
        done = subprocess.run([verify, "proof", proof, "--policy", policy], capture_output=True)
        assert done.returncode in (1, 2), f"gongshi-verify accepts a proof with byte {position} changed"
        count += 1
    return count


if __name__ == "__main__":
    main(*sys.argv[1:])
