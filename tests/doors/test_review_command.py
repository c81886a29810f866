"""The review command as a whole: what it prints, how it ends, and that it never falls over."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.foreign import (
    PAYEE,
    SAFE,
    a_batch,
    a_bundle_json,
    a_call,
    eternal_safe_link,
    hashes_of,
    leaves,
    service_transaction,
    shown,
    typed_data,
)
from tests.shared_vectors import cases_of
from treasury_desktop import command_line
from treasury_desktop.assets.strict_json import MAX_BYTES
from treasury_desktop.command_line import main

ROOT = Path(__file__).parents[2]
Captured = pytest.CaptureFixture[bytes]
PROGRAM = (sys.executable, "-I", "-c", "from treasury_desktop.__main__ import main; exit(main())")
"""As the installed command starts, without the shell's environment."""


def run(arguments: Sequence[str], capfdbinary: Captured) -> tuple[int, Any, str]:
    """Status, JSON on standard output, and what stands on standard error."""
    status = main(["review", *arguments, "--json"])
    out, err = capfdbinary.readouterr()
    return status, json.loads(out), err.decode()


def saved(folder: Path, content: Any) -> str:
    """The name of a file with that JSON in it."""
    path = folder / "sent.json"
    path.write_text(json.dumps(content), "utf-8")
    return str(path)


# ── every format ─────────────────────────────────────────────────────────────────────────────────


def test_bundle(tmp_path: Path, capfdbinary: Captured) -> None:
    """0 for what is calm, 1 for what is not."""
    calm = saved(tmp_path, a_bundle_json(to=SAFE, value="0"))
    status, out, err = run([calm, "--offline"], capfdbinary)
    assert (status, out["verdict"], err) == (0, "ok", "")
    status, out, _ = run([saved(tmp_path, a_bundle_json())], capfdbinary)
    assert (status, out["verdict"]) == (1, "danger")


def test_other_programs_files(tmp_path: Path, capfdbinary: Captured) -> None:
    """Each kind under the same command, completed by the options."""
    options = ["--safe", f"eth:{SAFE}", "--safe-version", "1.3.0", "--nonce", "42"]
    kinds: list[Any] = [a_batch(a_call()), service_transaction(), typed_data()]
    for content in kinds:
        _, out, _ = run([saved(tmp_path, content), *options], capfdbinary)
        assert out["hashes"] == hashes_of()
        assert [call["to"] for call in leaves(out["calls"])] == [PAYEE]
    for link in (eternal_safe_link(), f"\n {eternal_safe_link()} "):
        _, out, _ = run([link, *options], capfdbinary)
        assert out["hashes"] == hashes_of()


@pytest.mark.parametrize("case", cases_of("multisend"))
def test_known_batches(case: Any, tmp_path: Path, capfdbinary: Captured) -> None:
    """The inner calls of every known batch, in order, or a block where it cannot be read."""
    carrier = "0xA238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761"
    bundle = a_bundle_json(to=carrier, value="0", data=case["data"], operation=1)
    _, out, _ = run([saved(tmp_path, bundle)], capfdbinary)
    (call,) = out["calls"]
    if not case["decodable"]:
        assert out["verdict"] == "block"
        return
    names = ["call", "delegatecall", "create"]
    inner = [(c["to"], c["value"], c["data"]) for c in call["calls"]]
    assert [names.index(c["operation"]) for c in call["calls"]] == [
        sub["operation"] for sub in case["subTransactions"]
    ]
    assert [(to.lower(), value, data) for to, value, data in inner] == [
        (sub["to"].lower(), sub["value"], sub["data"].lower()) for sub in case["subTransactions"]
    ]


@pytest.mark.parametrize("case", cases_of("safe_tx_hashes"))
def test_known_hashes(case: Any, tmp_path: Path, capfdbinary: Captured) -> None:
    """The three hashes of every known transaction; a claim that differs blocks."""
    bundle = a_bundle_json(case["version"], **case["transaction"])
    bundle["safe"].update(address=case["safe"], nonce=case["transaction"]["nonce"])
    bundle["chain_id"] = str(case["chain_id"])
    bundle["safe_tx_hash"] = case["claimed"]
    _, out, _ = run([saved(tmp_path, bundle)], capfdbinary)
    assert out["hashes"] == case["hashes"]
    is_refuted = "SAFE_TX_HASH_MISMATCH" in {f["code"] for f in out["findings"]}
    assert is_refuted is (case["claimed"] not in (None, case["hashes"]["safe_tx"]))


def test_standard_input(tmp_path: Path) -> None:
    """A pipe is read like a file, and the report is the same bytes."""
    content = json.dumps(a_batch(a_call(), a_call())).encode()
    path = tmp_path / "batch.json"
    path.write_bytes(content)
    piped = subprocess.run(
        [*PROGRAM, "review", "-", "--json"], input=content, capture_output=True, check=False
    )
    named = subprocess.run(
        [*PROGRAM, "review", str(path), "--json"], capture_output=True, check=False
    )
    assert piped.stdout == named.stdout
    assert piped.returncode == named.returncode == 1
    assert piped.stderr == b""


def test_picture(tmp_path: Path, capfdbinary: Captured) -> None:
    """A QR picture is what stands in it."""
    import zxingcpp  # noqa: PLC0415  for pictures only
    from PySide6.QtGui import QImage  # noqa: PLC0415  for pictures only

    made = zxingcpp.create_barcode(eternal_safe_link(), zxingcpp.BarcodeFormat.QRCode)
    grey = memoryview(zxingcpp.write_barcode_to_image(made, scale=4))
    height, width = grey.shape[0], grey.shape[1]
    image = QImage(bytes(grey), width, height, width, QImage.Format.Format_Grayscale8)
    path = tmp_path / "code.png"
    assert image.save(str(path))
    _, out, err = run([str(path)], capfdbinary)
    assert (out, err) == (shown(eternal_safe_link()), "")
    path.write_bytes(path.read_bytes()[:100])
    status, out, err = run([str(path)], capfdbinary)
    assert (status, out["error"]["field"], err) == (2, "picture", "")


# ── what cannot be read ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ([], ""),
        (["a", "b"], ""),
        (["a", "--bogus"], ""),
        (["a", "--js"], ""),
        (["--workspace"], ""),
        (["/nowhere/at/all"], "file"),
        (["a\0b"], "file"),
        (["."], "file"),
        (["https://x.invalid/"], "link"),
        (["ur:x"], "ur"),
        ([" https://x.invalid/ "], "link"),
        (["LARGE"], "file"),
        (["NO JSON"], "file"),
        (["SENT", "--safe", "0x12"], "--safe"),
        (["SENT", "--safe", f"nochain:{SAFE}"], "--safe"),
        (["SENT", "--safe-version", "latest"], "--safe-version"),
        (["SENT", "--nonce", "one"], "--nonce"),
        (["SENT", "--nonce", "-1"], "--nonce"),
        (["SENT", "--nonce", str(2**256)], "--nonce"),
        (["SENT", "--workspace", "/nowhere/at/all"], "workspace"),
        (["SENT", "--workspace", "SENT"], "workspace"),
    ],
)
def test_rejections(
    arguments: list[str], field: str, tmp_path: Path, capfdbinary: Captured
) -> None:
    """Always one JSON object that names the field, status 2, and nothing else anywhere."""
    (tmp_path / "large").write_bytes(b" " * (MAX_BYTES + 1))
    (tmp_path / "other").write_bytes(b"{")
    files = {
        "SENT": saved(tmp_path, a_batch(a_call())),
        "LARGE": str(tmp_path / "large"),
        "NO JSON": str(tmp_path / "other"),
    }
    given = [files.get(argument, argument) for argument in arguments]
    status, out, err = run(given, capfdbinary)
    assert status == 2
    assert set(out) == {"error"}
    assert set(out["error"]) == {"code", "field", "sentence"}
    assert (out["error"]["code"], out["error"]["field"]) == ("IMPORT_REJECTED", field)
    assert err == ""


def test_one_sentence_without_json(tmp_path: Path, capfdbinary: Captured) -> None:
    """The same refusals on standard error, with what a stranger wrote made visible."""
    hostile = json.dumps({**a_bundle_json(), "\x1b[2J\u202e": 1})
    path = tmp_path / "sent.json"
    path.write_text(hostile, "utf-8")
    for arguments in ([str(path)], ["/nowhere"], [], ["\x1b[31m", "b\u202e"]):
        assert main(["review", *arguments]) == 2
        out, err = capfdbinary.readouterr()
        assert out == b""
        assert err.decode().startswith("treasury-desktop: ")
        assert err.decode().count("\n") == 1
        assert not {"\x1b", "\u202e"} & set(err.decode())


def test_pipes_are_not_waited_for(tmp_path: Path, capfdbinary: Captured) -> None:
    """A named pipe nobody writes into is refused at once."""
    os.mkfifo(tmp_path / "pipe")
    status, out, _ = run([str(tmp_path / "pipe")], capfdbinary)
    assert (status, out["error"]["field"]) == (2, "file")


@pytest.mark.parametrize("case", cases_of("bundles"))
def test_known_bundles_through_the_command(
    case: Any, tmp_path: Path, capfdbinary: Captured
) -> None:
    """At least the verdict each deserves, and "ok" stays calm."""
    path = tmp_path / "sent.json"
    sent = case["input"]
    path.write_text(sent if isinstance(sent, str) else json.dumps(sent), "utf-8")
    status, out, _ = run([str(path)], capfdbinary)
    if case["findings"] == ["IMPORT_REJECTED"]:
        assert (status, out["error"]["code"]) == (2, "IMPORT_REJECTED")
        return
    verdicts = ("ok", "warn", "danger", "block")
    assert status == (0 if out["verdict"] in ("ok", "warn") else 1)
    if case["verdict"] == "ok":
        assert status == 0
    else:
        assert verdicts.index(out["verdict"]) >= verdicts.index(case["verdict"])


# ── a world that does not listen ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("redirect", [">&-", ">/dev/full", "| true"])
@pytest.mark.parametrize("option", ["--json", ""])
def test_nowhere_to_write(redirect: str, option: str, tmp_path: Path) -> None:
    """Closed, full or gone: one sentence, status 2, no trace of our insides."""
    sent = saved(tmp_path, a_bundle_json(data="0x" + "00" * 200_000))
    told = f"{PROGRAM[0]} -I -c '{PROGRAM[3]}' review {option} {sent} {redirect}"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {told}"], capture_output=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr


def test_no_standard_input() -> None:
    """A closed one is said to be closed."""
    told = f"{PROGRAM[0]} -I -c '{PROGRAM[3]}' review - --json <&-"
    done = subprocess.run(["bash", "-c", told], capture_output=True, check=False)
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["field"] == "file"


def test_endless_input() -> None:
    """More than 8 MiB are not read."""
    with Path("/dev/zero").open("rb") as endless:
        done = subprocess.run(
            [*PROGRAM, "review", "-", "--json"], stdin=endless, capture_output=True, check=False
        )
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert "at most 8,388,608" in error["sentence"]
    assert error["field"] == "file"


def test_our_own_fault() -> None:
    """Even a bug of ours prints one sentence, concludes nothing and does not end like a verdict."""
    broken = (
        "import sys; from treasury_desktop import command_line as c; "
        "c._input = lambda name: 1 / 0; sys.argv = ['p', 'review', 'f', '--json']; "
        "exit(c.main(sys.argv[1:]))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", broken], capture_output=True, check=False)
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "IMPORT_REJECTED"
    assert done.stderr == (
        b"treasury-desktop: A fault of this program (ZeroDivisionError): nothing was concluded.\n"
    )


def test_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who presses Ctrl-C gets the shell's status and no trace."""

    def interrupted(_name: str) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "_input", interrupted)
    assert main(["review", "f"]) == 130


@pytest.mark.parametrize("option", ["--json", "--offline"])
def test_no_text_of_a_stranger_steers_the_terminal(
    option: str, tmp_path: Path, capfdbinary: Captured
) -> None:
    """Names, groups, purposes and ABIs are made visible, on every line that repeats them."""
    hostile = "N\x1b[2J\u202e\n\u200bverdict: ok\x9b"
    strategy = {"name": hostile, "group": hostile, "venue": "transfer", "contracts": [PAYEE]}
    evidence = {
        "address_book": [{"address": PAYEE, "name": hostile, "chain_id": 1}],
        "contracts": [{"address": PAYEE, "name": hostile, "trusted": True}],
        "tokens": [{"address": PAYEE, "symbol": hostile, "name": hostile, "decimals": 6}],
        "quotes": [{"token": "native", "usd": "1.00", "kind": "feed", "source": hostile}],
        "disagreements": [{"field": hostile, "answers": {hostile: hostile, "b": "c"}}],
        "service": {"data_decoded": {"method": hostile}},
        "treasury": {"net_usd": "1"},
    }
    sent = {
        **a_bundle_json(value=str(10**18)),
        "purpose": hostile,
        "strategy": hostile,
        "strategies": [strategy],
        "evidence": evidence,
    }
    main(["review", saved(tmp_path, sent), option])
    out = capfdbinary.readouterr().out.decode()
    assert out.endswith("\n")
    assert not {"\x1b", "\u202e", "\u200b", "\x9b"} & set(out)
    assert not {line for line in out.splitlines() if line.startswith("verdict: ok")}


# ── what is loaded, and when ─────────────────────────────────────────────────────────────────────


def loaded_by(sent: str) -> set[str]:
    """Our own modules, and the heavy ones, that a review of a file loads."""
    told = (
        f"import sys; from treasury_desktop.command_line import main; "
        f"main(['review', {sent!r}, '--json']); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", told], capture_output=True, check=True)
    return set(done.stderr.decode().split())


def test_a_bundle_loads_no_other_reader(tmp_path: Path) -> None:
    """Neither those of other formats, nor Qt, nor a codec."""
    loaded = loaded_by(saved(tmp_path, a_bundle_json()))
    assert {name for name in loaded if name.startswith("treasury_desktop.files.")} == {
        "treasury_desktop.files.bundle_file"
    }
    assert not {"PySide6", "zxingcpp", "web3", "eth_abi", "numpy"} & loaded


def test_a_batch_loads_only_its_reader(tmp_path: Path) -> None:
    """One format at a time."""
    loaded = loaded_by(saved(tmp_path, a_batch(a_call())))
    assert "treasury_desktop.files.foreign_programs.safe_batch" in loaded
    others = {"links", "typed_data_file", "uniform_resource", "abi_writing", "qr", "cbor"}
    assert not others & {name.rpartition(".")[2] for name in loaded if ".files." in name}
    assert not {"PySide6", "zxingcpp", "web3", "eth_abi"} & loaded
