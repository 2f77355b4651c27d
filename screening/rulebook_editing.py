"""Single values of a rulebook's TOML, changed where they stand: comments, order and everything else stay as they were."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from screening.rulebook_places import Place, places

Value = int | float | date | str | bool
_STEP: Final = re.compile(r"([^.\[\]]+)(?:\[(\d+)\])?")


def with_values(toml: str, values: Mapping[str, Value]) -> str:
    r"""Return the text with the values at these paths replaced; a key that its table does not have yet is put under the header.

    Raises :class:`ValueError` for a path whose table has no place of its own, or if anything but these values would change.

    >>> with_values('[a]\nb = 3 # why\n', {"a.b": 4, "a.c": "x"})
    '[a]\nc = "x"\nb = 4 # why\n'
    """
    found, wanted = places(toml), tomllib.loads(toml)
    changes: list[tuple[int, int, str]] = []
    for path, value in values.items():
        table, _, key = path.rpartition(".")
        if place := found.get(path):
            changes.append((place.start, place.end, literal(value)))
        else:
            changes.append(_new_line(toml, found.get(table), path, key, value))
        _table(wanted, table)[key] = value
    text = toml
    for start, end, said in sorted(changes, reverse=True):
        text = text[:start] + said + text[end:]
    if tomllib.loads(text) != wanted:
        raise ValueError("more than these values would change")
    return text


def _new_line(toml: str, header: Place | None, path: str, key: str, value: Value) -> tuple[int, int, str]:
    if header is None or toml[header.start : header.start + 1] != "[":
        raise ValueError(path)
    at = toml.find("\n", header.end)
    end = len(toml) if at < 0 else at
    return end, end, f"\n{key} = {literal(value)}"


def literal(value: Value) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c for c in escaped) + '"'
    return repr(value)


def value_at(data: Mapping[str, Any], path: str) -> Any:
    """Return what stands at a path of parsed TOML. Raises :class:`LookupError`."""
    here: Any = data
    for key, number in _steps(path):
        here = here[key] if number is None else here[key][number]
    return here


def _table(data: dict[str, Any], path: str) -> dict[str, Any]:
    found: dict[str, Any] = value_at(data, path)
    return found


def _steps(path: str) -> Iterator[tuple[str, int | None]]:
    for key, number in _STEP.findall(path):
        yield key, int(number) if number else None
