"""Proves that the frozen folder works: it signs, brings up its own chain, and does the whole job.

Runs with our source and the development environment, but everything it starts is the executable.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.errors import Unavailable
from treasury_desktop.keys.child_process import ChildProcess
from treasury_desktop.keys.hardening import signer_environment
from treasury_desktop.keys.jobs import job_text, parse_answer
from treasury_desktop.keys.key_jobs import CreateKey, ImportDemonstration, ImportKeystore
from treasury_desktop.keys.secret import Secret

CHAIN_ID: Final = 31337
FIRST_ACCOUNT: Final = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
"""Account 1 of the public mnemonic "test test … junk"."""
PUBLIC_PASSPHRASE: Final = b"a passphrase everybody may know"
WORDS: Final = 12
KEYSTORE: Final = json.dumps({
    "crypto": {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "83dbcc02d8ccb40e466191a123791e0e"},
        "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
        "kdf": "scrypt",
        "kdfparams": {
            "dklen": 32, "n": 262144, "r": 1, "p": 8,
            "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19",
        },
        "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097",
    },
    "version": 3,
})  # fmt: skip
KEYSTORE_ADDRESS: Final = "0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b"
SECONDS_TO_BUILD: Final = 180
UNEXPECTED: Final = "failed unexpectedly"
"""What the program logs of a bug of ours, such as a module that the folder lacks."""
NO_BUSINESS_IN_SIGNER: Final = ("libQt6", "sqlite3", "duckdb", "_ssl")


def main() -> int:
    """Proves one step after the other; the exit status."""
    executable = Path(sys.argv[1]).resolve()
    scratch = executable.parent.parent / "proof"
    shutil.rmtree(scratch, ignore_errors=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _step("starts", lambda: _version(executable))
    _step("signer encrypts a key", lambda: _signer(executable))
    _step("signer makes words", lambda: _words(executable))
    _step("signer opens an old keystore", lambda: _keystore(executable))
    _step("demonstration is built and lives", lambda: _demonstration(executable, scratch))
    _step("demonstration starts again", lambda: _demonstration(executable, scratch))
    _step("the whole job, as pictures", lambda: _tour(executable, scratch / "tour"))
    return 0


def _step(name: str, prove: Callable[[], str]) -> None:
    begun = time.perf_counter()
    said = prove()
    print(f"proof: {name}: {said} ({time.perf_counter() - begun:.2f} s)", flush=True)  # noqa: T201  a script


def _version(executable: Path) -> str:
    return subprocess.run(  # noqa: S603  our own program
        [executable, "--version"], check=True, capture_output=True, text=True
    ).stdout.strip()


def _signer(executable: Path) -> str:
    """The frozen signer encrypts a public key; neither Qt nor a store is in its process."""
    job = ImportDemonstration(label="Proof", role="owner", index=1, chain_id=CHAIN_ID)
    passphrase = Secret(bytearray(PUBLIC_PASSPHRASE))
    with ChildProcess([str(executable), "signer"], signer_environment(os.environ)) as signer:
        answer = parse_answer(signer.ask(job_text(job), (passphrase,)))
        maps = Path(f"/proc/{signer.process_id}/maps")
        mapped = maps.read_text() if os.access(maps, os.R_OK) else ""
    if answer.get("address") != FIRST_ACCOUNT:
        raise SystemExit(f"proof: the signer made another key: {answer.get('address')}")
    if found := [name for name in NO_BUSINESS_IN_SIGNER if name in mapped]:
        raise SystemExit(f"proof: the signer's process has loaded {', '.join(found)}")
    return f"{FIRST_ACCOUNT}, with no Qt in its process" if mapped else FIRST_ACCOUNT


def _words(executable: Path) -> str:
    """The lists of words came along; the words themselves are said to nobody."""
    with ChildProcess([str(executable), "signer"], signer_environment(os.environ)) as signer:
        answer = parse_answer(signer.ask(job_text(CreateKey(label="Proof", role="owner")), ()))
    count = len(str(answer["words"]).split())
    if count != WORDS:
        raise SystemExit(f"proof: the signer made {count} words")
    return f"{count} words"


def _keystore(executable: Path) -> str:
    """A file whose scrypt OpenSSL would refuse, from the public test vectors of the definition."""
    job = ImportKeystore(label="Proof", role="owner", keystore=KEYSTORE)
    with ChildProcess([str(executable), "signer"], signer_environment(os.environ)) as signer:
        (found,) = parse_answer(  # type: ignore[misc]  a list of one address
            signer.ask(job_text(job), (Secret(bytearray(b"testpassword")),))
        )["addresses"]
    if found["address"] != KEYSTORE_ADDRESS:
        raise SystemExit("proof: the signer read another key from the keystore")
    return KEYSTORE_ADDRESS


def _demonstration(executable: Path, scratch: Path) -> str:
    """The window opens, and behind it the chain that its own folder brought along."""
    command = [str(executable), "demo", "--data", str(scratch / "data")]
    with subprocess.Popen(command) as program:  # noqa: S603  our own program
        try:
            block = _living_block(scratch / "data" / "endpoint", program)
        finally:
            program.terminate()
    return f"block {block}"


def _living_block(endpoint: Path, program: "subprocess.Popen[bytes]") -> int:
    """What the chain answers, once the window has brought it up and no longer builds."""
    ready = endpoint.parent / "second-desk" / "ready"
    until = time.monotonic() + SECONDS_TO_BUILD
    while program.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
        if ready.exists() and endpoint.exists() and (url := endpoint.read_text("ascii")):
            rpc = JsonRpc(url)
            try:
                return int(str(rpc.ask("eth_blockNumber")), 16)
            except Unavailable:
                continue  # left behind by the building, or not up yet
            finally:
                rpc.close()
    raise SystemExit(f"proof: no chain answered; the program's status is {program.poll()}")


def _tour(executable: Path, folder: Path) -> str:
    """The tour signs twice, executes, and writes what it saw."""
    tour = subprocess.run(  # noqa: S603  our own program
        [executable, "demo", "--tour", folder], check=False, stderr=subprocess.PIPE, text=True
    )
    if tour.returncode or UNEXPECTED in tour.stderr:
        raise SystemExit(f"proof: the tour failed:\n{tour.stderr}")
    told = json.loads((folder / "tour.json").read_bytes())
    if not told["execution_success"] or told["safe_tx_hash"] != told["contract_hash"]:
        raise SystemExit("proof: the tour did not execute what was signed")
    return f"{len(told['screenshots'])} pictures, {len(told['signers'])} signers"


if __name__ == "__main__":
    sys.exit(main())
