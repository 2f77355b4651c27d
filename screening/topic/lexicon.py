"""The topic lexicon: words in a reviewable file, compiled once into patterns; its digest goes into every model's manifest."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Compiled patterns; ``digest`` is the sha256 (hex) of the file."""

    digest: str
    terms: re.Pattern[str]
    strong: re.Pattern[str]
    who: re.Pattern[str]
    act: re.Pattern[str]
    wrong: re.Pattern[str]
    students: re.Pattern[str]
    teachers: re.Pattern[str]
    genre: Mapping[str, tuple[re.Pattern[str], ...]]
    themes: Mapping[str, re.Pattern[str]]


def alternatives(words: Sequence[str]) -> re.Pattern[str]:
    """Compile words into one pattern, the longest first, so that 参训教师 is not counted as 教师."""
    return re.compile("|".join(re.escape(w) for w in sorted(set(words), key=lambda w: (-len(w), w))))


@cache
def lexicon() -> Lexicon:
    """Load the lexicon, once a process."""
    raw = (resources.files("screening") / "lexicon" / "topic.toml").read_bytes()
    data = tomllib.loads(raw.decode("utf-8"))
    plain = {k: alternatives(data[k]) for k in ("terms", "strong", "who", "act", "wrong", "students", "teachers")}
    return Lexicon(
        digest=hashlib.sha256(raw).hexdigest(),
        genre={k: tuple(re.compile(p, re.MULTILINE) for p in ps) for k, ps in data["genre"].items()},
        themes={k: alternatives(ws) for k, ws in data["themes"].items()},
        **plain,
    )
