"""Services that keep us waiting, send without end, or are somebody else's."""

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.doors.safe_service.conftest import Opened, a_meter
from tests.doors.safe_service.loopback_service import LoopbackService
from tests.samples import SAFE, a_queued
from treasury_desktop.errors import Unavailable
from treasury_desktop.safe_service.address import ServiceAddress
from treasury_desktop.safe_service.meter import Budget
from treasury_desktop.safe_service.service import TransactionService

SOON = 5
"""Seconds: far fewer than a deaf service may take, and far more than an honest one does."""
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def ask(door: TransactionService) -> str:
    """The sentence in which asking ends."""
    try:
        door.queue(SAFE, 12, trusted=True, is_cancelled=lambda: False)
    except Unavailable as failure:
        return failure.sentence
    return ""


@pytest.mark.parametrize(
    ("beginning", "piece"),
    [
        (b"HTTP/1.1 200 O", b"K"),
        (b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (JSON + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a"),
        (JSON + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", b"X-T: a\r\n"),
        (JSON + b"Content-Length: 1000000\r\n\r\n", b" "),
        (JSON + b'\r\n{"results":[]}', b" "),
        (b"HTTP/1.1 500 Oh\r\n\r\n", b" "),
    ],
)
def test_an_answer_that_never_ends_has_its_time(
    served: LoopbackService, opened: Opened, beginning: bytes, piece: bytes
) -> None:
    """Wherever it drips: status, headers, body, between chunks or behind them."""
    served.raw, served.drip = beginning, piece
    began = time.monotonic()
    said = ask(opened(timeout_seconds=0.3))
    assert said == f"127.0.0.1:{served.port} did not answer within 0.3 seconds."
    assert time.monotonic() - began < SOON


def test_a_fast_answer_without_end_has_its_size(served: LoopbackService, opened: Opened) -> None:
    """Eight MiB, sent as fast as they come, long before the time is over."""
    served.raw, served.drip = JSON + b"\r\n", b" " * (1 << 20)
    assert ask(opened(timeout_seconds=60)).endswith("answered more than 8 MiB.")


def test_an_error_without_end_is_not_read_to_its_end(
    served: LoopbackService, opened: Opened
) -> None:
    """Of an error a few kilobytes are enough."""
    served.raw, served.drip = b"HTTP/1.1 500 Oh\r\n\r\n", b" " * (1 << 16)
    assert ask(opened(timeout_seconds=60)).endswith("answered with HTTP status 500.")


def test_a_lost_answer_to_a_proposal_is_not_called_failed(
    served: LoopbackService, opened: Opened
) -> None:
    """Nobody knows whether it arrived; the queue says."""
    queued = a_queued(signed_by=(1,))
    served.raw, served.drip = b"HTTP/1.1 2", b"0"
    with pytest.raises(Unavailable, match=r"within 0\.3 seconds\. It may have got it all the same"):
        opened(timeout_seconds=0.3).propose(SAFE, queued.tx, queued.confirmations[0])


def test_hanging_up_on_a_proposal_does_not_call_it_failed(
    served: LoopbackService, opened: Opened
) -> None:
    """It is turned off between the proposal and the answer: nobody knows what arrived."""
    queued = a_queued(signed_by=(1,))
    door = opened()
    honest = served.post

    def hung_up_meanwhile(path: str, body: Any) -> Any:
        door.hang_up()
        return honest(path, body)

    served.post = hung_up_meanwhile  # type: ignore[method-assign]  # the server calls what is there
    with pytest.raises(Unavailable, match=r"hung up\. It may have got it all the same"):
        door.propose(SAFE, queued.tx, queued.confirmations[0])


def test_hanging_up_ends_what_is_waited_for(served: LoopbackService, opened: Opened) -> None:
    """Whoever waits for an answer hears at once, and nothing is asked any more."""
    served.raw, served.drip = b"HTTP/1.1 200 OK\r\nX-A: ", b"a"
    door = opened(timeout_seconds=60)
    said: list[str] = []
    asking = threading.Thread(target=lambda: said.append(ask(door)))
    asking.start()
    while not door.is_asking:
        pass
    door.hang_up()
    asking.join(SOON)
    over = f"127.0.0.1:{served.port} is not asked any more: we hung up."
    assert said == [over]
    asked = len(served.requests)
    assert ask(door) == over
    assert len(served.requests) == asked


@pytest.fixture(name="silent_names")
def silent_names_fixture(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A name service that is silent until the test is over; the event says that it was asked."""
    asked, over = threading.Event(), threading.Event()

    def silent(*_arguments: object, **_more: object) -> list[object]:
        asked.set()
        over.wait()
        raise OSError("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    yield asked
    over.set()
    for thread in threading.enumerate():
        if thread.name == "name lookup":
            thread.join()


def test_a_silent_name_service_has_its_time(opened: Opened, silent_names: threading.Event) -> None:
    """The system's own call cannot be ended, and lasts half a minute: nobody waits for it."""
    door = opened(address=ServiceAddress.parse("https://silent.example"), timeout_seconds=0.3)
    began = time.monotonic()
    assert ask(door) == "silent.example did not answer within 0.3 seconds."
    assert silent_names.is_set()
    assert time.monotonic() - began < SOON


def test_hanging_up_ends_the_wait_for_a_name(opened: Opened, silent_names: threading.Event) -> None:
    """Turning the service off, or closing the window, is heard while its name is looked up."""
    door = opened(address=ServiceAddress.parse("https://silent.example"), timeout_seconds=60)
    said: list[str] = []
    asking = threading.Thread(target=lambda: said.append(ask(door)))
    asking.start()
    silent_names.wait()
    door.hang_up()
    asking.join(SOON)
    assert said == ["silent.example is not asked any more: we hung up."]


@pytest.mark.parametrize("host", ["a..example", "x" * 70 + ".example"])
def test_what_no_name_can_be_is_one_sentence(opened: Opened, host: str) -> None:
    """Such a name raises something else than a name that nobody has."""
    door = opened(address=ServiceAddress.parse(f"https://{host}"))
    assert ask(door) == f"{host} cannot be reached, or does not answer in HTTP."


def test_hanging_up_ends_the_wait_for_the_budget(served: LoopbackService, opened: Opened) -> None:
    """A request that is held back is not sent afterwards."""
    meter = a_meter(budget=Budget(requests_per_second=1), ticks=lambda: 0)
    for _ in range(600):
        meter.admit()
    door = opened(meter=meter)
    said: list[str] = []
    asking = threading.Thread(target=lambda: said.append(ask(door)))
    asking.start()
    while meter.use.requests == 600:
        pass
    door.hang_up()
    asking.join(SOON)
    assert "is not asked any more" in said[0]
    assert served.requests == []


def test_requests_are_held_back_as_the_budget_says(served: LoopbackService, opened: Opened) -> None:
    """Ten a second: the fourth is sent three tenths after the first."""
    door = opened(meter=a_meter(budget=Budget(requests_per_second=10)))
    began = time.monotonic()
    assert [ask(door) for _ in range(4)] == [""] * 4
    assert time.monotonic() - began > 0.29


def test_nobody_answers(opened: Opened) -> None:
    """A port that is closed is one sentence."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    door = opened(address=ServiceAddress.parse(f"http://127.0.0.1:{port}"))
    assert ask(door) == f"127.0.0.1:{port} cannot be reached, or does not answer in HTTP."


def test_localhost_is_this_computer(served: LoopbackService, opened: Opened) -> None:
    """Whatever a name service makes of that name."""
    address = f"http://localhost:{served.port}/tx-service/demo"
    assert ask(opened(address=ServiceAddress.parse(address))) == ""


def test_the_environment_is_not_asked_for_a_proxy(
    served: LoopbackService, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy named there would see the key."""
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask(opened()) == ""


# ── TLS ──────────────────────────────────────────────────────────────────────────────────────────


def a_certificate(host: str) -> tuple[bytes, bytes]:
    """A certificate that vouches for itself, and its key, both in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(tz=dt.UTC)
    day = dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return made.public_bytes(serialization.Encoding.PEM), secret


class TlsServer:
    """Answers each TLS connection with one page; `heard` is what was said inside of TLS."""

    def __init__(self, folder: Path, host: str) -> None:
        certificate, key = a_certificate(host)
        self.certificate = certificate.decode()
        both = folder / "both.pem"
        both.write_bytes(certificate + key)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(both)
        self.heard: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def close(self) -> None:
        """Ends it."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                try:
                    with self._context.wrap_socket(connection, server_side=True) as inside:
                        self.heard.append(inside.recv(65536))
                        inside.sendall(JSON + b'Content-Length: 14\r\n\r\n{"results":[]}')
                except OSError:  # the program did not like the certificate
                    continue


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[TlsServer]:
    """A server for the name localhost."""
    server = TlsServer(tmp_path, "localhost")
    yield server
    server.close()


def test_an_unknown_authority_is_not_told_the_key(tls: TlsServer, opened: Opened) -> None:
    """The handshake fails before anything is said."""
    door = opened(address=ServiceAddress.parse(f"https://localhost:{tls.port}"))
    assert "cannot be reached" in ask(door)
    assert tls.heard == []


def test_a_certificate_for_another_name_is_none(tls: TlsServer, opened: Opened) -> None:
    """Although its authority is known."""
    address = ServiceAddress.parse(f"https://127.0.0.1:{tls.port}")
    assert "cannot be reached" in ask(opened(address=address, authorities=tls.certificate))
    assert tls.heard == []


def test_a_service_may_have_its_own_authority(tls: TlsServer, opened: Opened) -> None:
    """A DAO's own service, with the certificate the person gave for it."""
    address = ServiceAddress.parse(f"https://localhost:{tls.port}")
    assert ask(opened(address=address, authorities=tls.certificate)) == ""
    assert b"Authorization: Bearer " in tls.heard[0]


def test_no_secrets_of_tls_are_written(
    tls: TlsServer, opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file named in the environment would let whoever reads it read the key."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "secrets"))
    address = ServiceAddress.parse(f"https://localhost:{tls.port}")
    assert ask(opened(address=address, authorities=tls.certificate)) == ""
    assert not (tmp_path / "secrets").exists()


def test_a_handshake_that_never_ends_has_its_time(served: LoopbackService, opened: Opened) -> None:
    """TLS has put its own socket in the place of the first one by then."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = ServiceAddress.parse(f"https://localhost:{deaf.getsockname()[1]}")
        began = time.monotonic()
        assert "did not answer within 0.3 seconds" in ask(
            opened(address=address, timeout_seconds=0.3)
        )
        assert time.monotonic() - began < SOON
