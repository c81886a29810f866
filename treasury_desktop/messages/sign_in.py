"""Texts: Sign-In with Ethereum (EIP-4361), which has a form, and all others, which have none.

A text that begins as a sign-in and does not go on as one is no text but an imitation.
"""

import re
from datetime import datetime
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.errors import Malformed
from treasury_desktop.messages.meaning import NOT_READ_WHOLE, Flaw, Kind, Meaning, Said
from treasury_desktop.messages.text_message import TextMessage

SIGN_IN_ELSEWHERE: Final = "SIGN_IN_ELSEWHERE"
_OPENING = re.compile(r"wants\s+you\s+to\s+sign\s+in\s+with\s+your\s+ethereum", re.IGNORECASE)
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)"
_FORM = re.compile(
    r"(?:[a-zA-Z][a-zA-Z0-9+.-]*://)?(?P<domain>[^\s/?#]+) wants you to sign in with your Ethereum "
    r"account:\n(?P<address>0x[0-9a-fA-F]{40})\n\n"
    r"(?:(?P<statement>[^\n]+)\n)?\n"
    r"URI: (?P<uri>\S+)\n"
    r"Version: 1\n"
    r"Chain ID: (?P<chain>[1-9][0-9]{0,30})\n"
    r"Nonce: (?P<nonce>[a-zA-Z0-9]{8,})\n"
    rf"Issued At: (?P<issued>{_TIME})"
    rf"(?:\nExpiration Time: (?P<expires>{_TIME}))?"
    rf"(?:\nNot Before: (?P<begins>{_TIME}))?"
    r"(?:\nRequest ID: (?P<request>[^\s]*))?"
    r"(?:\nResources:(?P<resources>(?:\n- \S+)*))?",
    re.ASCII,
)
_AUTHORITY = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#]*)", re.ASCII)


def text_meaning(message: TextMessage) -> Meaning:
    """What a text is: a sign-in with its facts, or words that are what they say."""
    text = message.text
    form = _FORM.fullmatch(text)
    if form is not None:
        return _sign_in(form)
    imitates = Flaw(
        NOT_READ_WHOLE,
        "The text speaks of signing in with an Ethereum account and has not the form of EIP-4361.",
    )
    return Meaning(
        kind=Kind.TEXT,
        title="Text",
        statements=("Says what it says; what it leads to is decided by whoever asks for it.",),
        texts=(Said("text", text),),
        flaws=(imitates,) if _OPENING.search(text) else (),
    )


def _sign_in(form: re.Match[str]) -> Meaning:
    domain, uri = form["domain"], form["uri"]
    resources = (form["resources"] or "").replace("\n- ", " ").split()
    statements = [f"Signs in to {plain(domain, limit=NAME_LIMIT)} as this Safe."]
    if resources:
        named = ", ".join(plain(each, limit=NAME_LIMIT) for each in resources)
        statements.append(f"Asks for: {named}.")
    try:
        account = Address.parse(form["address"])
        begins, expires = _seconds(form["begins"]), _seconds(form["expires"])
        _seconds(form["issued"])
    except (Malformed, ValueError):
        flaw = Flaw(NOT_READ_WHOLE, "The sign-in names an address or a time that is none.")
        return Meaning(
            kind=Kind.SIGN_IN, title="Sign-in (EIP-4361)",
            texts=(Said("text", form.string),), flaws=(flaw,),
        )  # fmt: skip
    return Meaning(
        kind=Kind.SIGN_IN,
        title="Sign-in (EIP-4361)",
        account=account,
        chain_id=int(form["chain"]),
        begins=begins,
        expires=expires,
        statements=tuple(statements),
        texts=(Said("text", form.string),),
        flaws=_elsewhere(domain, uri),
    )


def _elsewhere(domain: str, uri: str) -> tuple[Flaw, ...]:
    """Whether the place it signs in to is not the one that is told of."""
    authority = _AUTHORITY.match(uri)
    if authority is not None and authority.group(1).casefold() == domain.casefold():
        return ()
    sentence = (
        f"The sign-in is for {plain(uri, limit=NAME_LIMIT)}, not for "
        f"{plain(domain, limit=NAME_LIMIT)}, which asks for it."
    )
    return (Flaw(SIGN_IN_ELSEWHERE, sentence),)


def _seconds(time: str | None) -> int | None:
    return None if time is None else int(datetime.fromisoformat(_six_places(time)).timestamp())


def _six_places(time: str) -> str:
    """A time with at most the six decimals that the standard library reads."""
    return re.sub(r"(\.\d{6})\d+", r"\1", time)
