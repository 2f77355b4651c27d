"""Where each key of a TOML text stands, so that an error names its line, and one number can be changed without touching the rest.

Paths are those that errors name: ``kinds.work_case.checks[0].max``. The text must be valid TOML; keys inside of inline tables have no place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_PART: Final = r"""(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_KEY: Final = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_STATEMENT: Final = re.compile(
    rf"[ \t]*(?:\[\[[ \t]*(?P<row>{_KEY})[ \t]*\]\]|\[[ \t]*(?P<table>{_KEY})[ \t]*\]|(?P<key>{_KEY})[ \t]*=[ \t]*)"
)
_TOKEN: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"""+|'
    r"'''.*?'''+|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'[^'\n]*'|"
    r"#[^\n]*|[\[{]|[\]}]|\n",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A line, from 1 on, and the offsets of a value in the text; for a table those of its header."""

    line: int
    start: int
    end: int


def places(text: str) -> Mapping[str, Place]:
    r"""Return the place of every table and key by its path.

    >>> found = places('a = 1  # one\n[[t]]\nb = [\n  2,\n]\n[[t]]\nb = "x"\n')
    >>> {path: p.line for path, p in found.items()}
    {'a': 1, 't[0]': 2, 't[0].b': 3, 't[1]': 6, 't[1].b': 7}
    """
    found: dict[str, Place] = {}
    rows: dict[str, int] = {}
    ends = [m.end() for m in re.finditer("\n", text)]
    inside, at = "", 0
    while at < len(text):
        match = _STATEMENT.match(text, at)
        if match is None:  # a blank line or a comment
            at = _line_end(text, at)
            continue
        line = bisect_right(ends, at) + 1
        if match["key"]:
            path, (start, at) = _joined(inside, match["key"]), _value(text, match.end())
            found[path] = Place(line, start, at)
        else:
            path = _table(match["row"] or match["table"], rows, new=bool(match["row"]))
            inside, found[path] = path, Place(line, match.start(), match.end())
            at = match.end()
        at = _line_end(text, at)
    return found


def nearest(found: Mapping[str, Place], path: str) -> Place | None:
    """Return the place of a path, else of what it is in: the table of a key that is missing, the list of an item."""
    while path and path not in found:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return found.get(path)


def _parts(key: str) -> list[str]:
    return [p[1:-1] if p[0] in "\"'" else p for p in re.findall(_PART, key)]


def _joined(inside: str, key: str) -> str:
    return ".".join([*([inside] if inside else []), *_parts(key)])


def _table(key: str, rows: dict[str, int], *, new: bool) -> str:
    """Return a header's path: each part of it that is a list of tables means the last of them so far."""
    path, parts = "", _parts(key)
    for n, part in enumerate(parts, 1):
        path = f"{path}.{part}" if path else part
        if new and n == len(parts):
            rows[path] = rows.get(path, -1) + 1
        if path in rows:
            path = f"{path}[{rows[path]}]"
    return path


def _value(text: str, start: int) -> tuple[int, int]:
    depth, end = 0, start
    for token in _TOKEN.finditer(text, start):
        said = token[0]
        if said == "\n" and not depth:
            return start, start + len(text[start : token.start()].rstrip())
        if said[0] == "#" and not depth:
            return start, start + len(text[start : token.start()].rstrip())
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(said, 0)
        end = token.end()
    return start, max(end, start + len(text[start:].rstrip()))


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1
