"""Many calls in one eth_call: a program of ours, run as the init code of a contract nobody keeps.

An eth_call without a receiver runs its data as init code and answers what that returns. Ours asks
each contract in turn and returns what they answered, so nothing has to be deployed or trusted on
any chain. Contracts are asked by STATICCALL, with so much gas and so much room each: none changes
what another sees, uses up its gas or crowds out its answer. What a contract refuses, cannot say in
its room or cannot work out with its gas is left open, and has to be asked on its own. So has what
is no longer reached when the node gives less gas than the calls need.

The program returns the byte 1 and then, for each call it reached, two bytes of length and the
answer; the length 0xffff stands for a call that is left open. It uses no instruction younger than
Constantinople. Sources: the Yellow Paper; EIP-170 (24,576 bytes may be returned), EIP-3541 (not
beginning with 0xef), EIP-3860 (49,152 bytes of init code).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from treasury_desktop.errors import Malformed

MOST_PROGRAM_BYTES = 49_152
MOST_ANSWER_BYTES = 24_576
MOST_CALL_BYTES = 4_096
"""What is longer is asked on its own, and so is what needs more room than this."""

GAS_OF_A_CALL = 1_000_000
"""Some twenty times what an honest read takes; whoever burns it all leaves the others theirs."""

GAS_OF_A_BYTE = 200
"""What returning a byte costs, as if it were a contract's code."""

GAS_TO_END = 100_000
"""For memory, for copying and for what a call costs beside its own gas."""

HEAD = 24
LENGTH = 2
LEFT_OPEN = 0xFFFF
_FORMAT = 1


class Call(NamedTuple):
    """Who is asked what, and how many bytes of an answer there is room for."""

    to: bytes
    data: bytes
    room: int

    @property
    def fits(self) -> bool:
        """Whether it may stand in a program at all."""
        return len(self.data) <= MOST_CALL_BYTES and 0 < self.room <= MOST_CALL_BYTES


def pieces(calls: Sequence[Call]) -> Iterator[slice]:
    """Runs of calls that one program can hold, whose answers it can always return."""
    start, program, answer = 0, _CODE_BYTES, 1
    for at, (_, data, room) in enumerate(calls):
        more_program, more_answer = HEAD + len(data), LENGTH + room
        program, answer = program + more_program, answer + more_answer
        if program > MOST_PROGRAM_BYTES or answer > MOST_ANSWER_BYTES:
            yield slice(start, at)
            start, program, answer = at, _CODE_BYTES + more_program, 1 + more_answer
    if start < len(calls):
        yield slice(start, len(calls))


def program(calls: Sequence[Call], *, gas: int = GAS_OF_A_CALL) -> bytes:
    """The init code that asks all of them; each behind the code as receiver, room, length, data.

    `gas` is what each of them may use up.
    """
    records = [to + (room << 16 | len(data)).to_bytes(4, "big") + data for to, data, room in calls]
    most = 1 + sum([LENGTH + room for _, _, room in calls])
    # A 64th of the gas stays with the caller (EIP-150), so a call needs a little more than it gets.
    needed = gas + gas // 32 + most * GAS_OF_A_BYTE + GAS_TO_END
    return _code(needed, gas) + b"".join(records)


def told_apart(answer: bytes, calls: Sequence[Call]) -> list[bytes | None]:
    """What each contract answered, `None` where that is left open; Malformed for anything else."""
    if answer[:1] != bytes([_FORMAT]):
        raise Malformed("gathered calls", "the answer is not in the form of our program")
    found: list[bytes | None] = []
    at, end = 1, len(answer)
    for _, _, room in calls:
        if at >= end:
            break
        length = int.from_bytes(answer[at : at + LENGTH], "big")
        at += LENGTH
        if length == LEFT_OPEN:
            found.append(None)
            continue
        if length > room:
            raise Malformed("gathered calls", "an answer is longer than its room")
        found.append(answer[at : at + length])
        at += length
    if at != end:
        raise Malformed("gathered calls", "the answer does not end where its parts do")
    return found + [None] * (len(calls) - len(found))


def _code(needed: int, gas: int) -> bytes:
    """The program itself; it begins a call only while more gas than `needed` is left."""
    lines = (line.partition(";")[0] for line in _LISTING.splitlines())
    digits = "".join(lines).format(needed=f"{needed:08x}", gas=f"{gas:06x}")
    return bytes.fromhex(digits)


# Behind each line: what it does, and what is on the stack then, the top last. The answer grows
# from memory 0 and ends at `out`; what a call needs is laid out from memory 0x6000 on.
_LISTING = """
    6001 6000 53             ; MSTORE8(0, 1): the answer's first byte
    6001 61007b              ; out position             the first record is behind the program
    5b                       ; 0x0a, next record:
    38 81 10                 ; position < CODESIZE      out position more
    63{needed} 5a 11         ; GAS > needed             out position more enough
    16 601d 57               ; if both, go to ask       out position
    50 6000 f3               ; RETURN(0, out)
    5b                       ; 0x1d, ask:
    6018 81 616000 39        ; CODECOPY(0x6000, position, 24)
    616000 51 6040 1c        ; the head                 out position head
    80 61ffff 16             ; head & 0xffff            out position head length
    80 83 6018 01 616000 39  ; CODECOPY(0x6000, position + 24, length)
    6000 80                  ; no room for output       out position head length 0 0
    82 616000                ; its data                 out position head length 0 0 length 0x6000
    85 6020 1c               ; head >> 32: the receiver … receiver
    62{gas} fa               ; STATICCALL               out position head length ok
    82 6010 1c 61ffff 16     ; head >> 16 & 0xffff      out position head length ok room
    3d 11 15                 ; RETURNDATASIZE <= room   out position head length ok fits
    16                       ;                          out position head length good
    80 3d 02                 ; its size, 0 if not good  out position head length good size
    90 15 61ffff 02          ; 0xffff if not good       out position head length size open
    81 17 60f0 1b            ; the first two bytes      out position head length size first
    85 52                    ; MSTORE(out, first)       out position head length size
    84 6002 01               ;                          out position head length size out+2
    81 6000 82 3e            ; RETURNDATACOPY(out+2, 0, size)
    01                       ;                          out position head length new_out
    93 50                    ;                          new_out position head length
    90 50                    ;                          new_out position length
    01 6018 01               ; the next record's place  new_out position
    600a 56                  ; go to next record
"""
_CODE_BYTES = len(_code(0, 0))
