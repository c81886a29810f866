"""Where in a TOML text a field stands, for sentences that tell people where to look.

The standard library's reader forgets the lines. This looks for table headers and keys as people
write them; where they write otherwise there is no line to tell, or that of the table around it.
"""

import re

_HEADER = re.compile(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?\s*(?:#.*)?", re.ASCII)
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*[=.]""", re.ASCII)
_STRING_OR_COMMENT = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}|"(?:[^"\\\n]|\\.)*"|'''
    r"""'{3}.*?'{3,5}|'[^'\n]*'|(\#[^\n]*)""",
    re.DOTALL,
)
_STEP = re.compile(r"([\w-]+)(?:\[(\d+)\])?", re.ASCII)


def line_of(text: str, field: str) -> int | None:
    """The line (from 1) of a field such as `tokens[2].feed`, or of its table, or `None`."""
    table, index, key = _split(field)
    current, seen, header_line = "", -1, None
    for number, line in enumerate(lines_of(text), start=1):
        if header := _HEADER.fullmatch(line):
            current = header.group(1)
            seen += current == table
            if current == table and seen == index:
                header_line = number
        elif (
            (found := _KEY.match(line))
            and found.group(1) == key
            and (current == table and (not table or seen == index))
        ):
            return number
    return header_line if table else None


def comments_of(text: str) -> list[str]:
    """The comments of a valid TOML text in their order; `#` in a string begins none."""
    found = _STRING_OR_COMMENT.finditer(text)
    return [each.group(1).strip() for each in found if each.group(1) is not None]


def lines_of(text: str) -> list[str]:
    """The lines as TOML counts them: a comment may hold what Python takes for the end of one."""
    return [line.removesuffix("\r") for line in text.split("\n")]


def _split(field: str) -> tuple[str, int, str]:
    """Table, which of its occurrences, and key; of `chain.endpoints[0].url` the key `endpoints`."""
    steps = _STEP.findall(field)
    if len(steps) < 2 and not (steps and steps[0][1]):  # noqa: PLR2004  a table and a key
        return "", 0, steps[0][0] if steps else ""
    table, index = steps[0]
    return table, int(index or 0), steps[1][0] if len(steps) > 1 else ""
