"""Hide names, units and numbers inside texts, character for character, and give hidden units a name by which they can be told apart.

A mask keeps the length: every span of a report holds in the masked text too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, Final

from screening.case import unit_key
from screening.document import Span, union
from screening.text.names import Hidden, masked_at
from screening.text.view import simplified

_SEVERAL: Final = re.compile("[、，,;；/]|和(?=[\u4e00-\u9fff]{2})")
_SUFFIX: Final = re.compile("\\.[A-Za-z0-9]{1,5}")
_PLACE: Final = re.compile("(.{2,}?)(?:省|市|县|区|镇|乡|街道|新区|自治州|自治县|旗)")
_COMMON: Final = re.compile(
    "(?:[\\d\\W_]|典型|优秀|工作|成长|教师|教育|培训|项目|绩效|自评|案例|报告|材料|附件|正文|初稿|终稿|定稿|修改稿?|最终稿?版?|新版|国培|省培|计划)+"
)  # what files are called that are named after nobody
_TELLING: Final = 6  # characters: a shorter post (高级教师, 教研室主任) is a word of every text and leads to nobody
_STAGE: Final = re.compile(
    "(?:实验)?(?:中心)?(?:完全)?(?:小学校?|初级中学|高级中学|中等专业学校|中学|初中|高中|幼儿园|学校|学院|大学|教育局|教体局|进修学校|教研室)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What leads to the people and the unit behind a text: names of people, of units, other values (mailbox, phone, file name)."""

    people: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    def __or__(self, other: Names) -> Names:
        return Names(
            **{f.name: tuple(dict.fromkeys((*getattr(self, f.name), *getattr(other, f.name)))) for f in fields(self)}
        )

    def without_units(self) -> Names:
        """Return the people and values alone: who may see units still sees no people."""
        return Names(people=self.people, values=self.values)

    @classmethod
    def of(cls, people: Iterable[str] = (), units: Iterable[str] = (), values: Iterable[str] = ()) -> Names:
        """Take names as they were written: several people in one field, short forms of units, a file's name with its ending."""
        named = [n for said in people for part in _SEVERAL.split(said or "") if len(n := "".join(part.split())) >= 2]
        called = [s for u in units if u for s in short_forms(u)]
        return cls(
            people=tuple(dict.fromkeys(named)),
            units=tuple(dict.fromkeys(called)),
            values=tuple(dict.fromkeys(v.strip() for v in values if v and len(v.strip()) >= 4)),
        )


def short_forms(unit: str) -> tuple[str, ...]:
    """Return a unit's name and what it is usually called for short; only forms of at least four characters.

    >>> short_forms("临溪市石榴镇中心小学")
    ('临溪市石榴镇中心小学', '石榴镇小学', '石榴小学', '石榴中心小学')
    """
    unit = "".join(unit.split())
    out = [unit]
    stage = _STAGE.search(unit)
    places = [m[1] for m in _PLACE.finditer(unit)]
    ends = [m.end() for m in _PLACE.finditer(unit)]
    if stage and places and ends[-1] <= stage.start():
        kind = re.sub("^(?:实验|中心|完全)+", "", stage[0])
        if ends[-1] == stage.start():  # a school that is named by its place alone
            out += [f"{places[-1]}{unit[ends[-1] - 1]}{kind}", f"{places[-1]}{kind}", f"{places[-1]}{stage[0]}"]
        else:
            out.append(unit[ends[-1] :])
            out.append(f"{places[-1]}{unit[ends[-1] :]}")
    return tuple(dict.fromkeys(s for s in out if len(s) >= 4))


class Mask:
    """Hides some names in texts. ``numbered``: phones, identity numbers and mailboxes too, whoever's they are."""

    def __init__(self, names: Names, *, numbered: bool = True) -> None:
        self.names, self.numbered = names, numbered

    def spans(self, text: str) -> tuple[Span, ...]:
        """Return the places to hide, sorted and disjoint."""
        plain = simplified(text)
        # Working out how a name can be told from a word takes long; most texts have no character of it.
        there = {*text, *plain}
        near = tuple(n for n in self.names.people if not there.isdisjoint(n[:3]))  # given names stand alone too
        units, values = (tuple(n for n in names if _may(n, there)) for names in (self.names.units, self.names.values))
        hidden = _hidden(near, units, values)
        found = [*hidden.spans(text, numbered=self.numbered)]
        if plain != text:
            found += hidden.spans(plain, numbered=False)
        return union(found)

    def __call__(self, text: str) -> str:
        """Return the text, of the same length, without the names."""
        spans = self.spans(text) if text else ()
        return masked_at(text, spans) if spans else text


def _may(name: str, there: Container[str]) -> bool:
    """Whether a name, or an end of it of four characters or more, may stand in a text of these characters. Letters have case: they may."""
    return all(c in there for c in name[-4:] if c > "\u2e7f")


@lru_cache(maxsize=512)
def _hidden(people: tuple[str, ...], units: tuple[str, ...], values: tuple[str, ...]) -> Hidden:
    return Hidden.of(people, units, values)


def hidden_name(name: str) -> str:
    """Return a name as it is shown to who may not see it.

    >>> hidden_name("周明远"), hidden_name("")
    ('某某某', '')
    """
    return masked_at(name, [Span(0, len(name))]) if name else ""


def hidden_file(file: str) -> str:
    """Return a file's name as it is shown to who may not see it: files are named after their authors.

    >>> hidden_file("周明远-阅读.docx"), hidden_file("")
    ('材料.docx', '')
    """
    suffix = PurePosixPath(file).suffix
    return f"材料{suffix.lower() if _SUFFIX.fullmatch(suffix) else ''}" if file else ""


def pseudonym(veil: bytes, kind: str, batch: str | None, name: str) -> str:
    """Return what a hidden name is called in one batch: the same each time, another one elsewhere, not to be worked out from the name.

    ``veil`` is the secret of this installation. 25 bits: of 100 units two share one in 1 of 7,000 batches.

    >>> pseudonym(bytes(32), "单位", None, "临溪市教育局") == pseudonym(bytes(32), "单位", "b1", "临溪市教育局")
    False
    """
    digest = hmac.new(veil, f"{kind}|{batch or ''}|{name}".encode(), hashlib.sha256).digest()
    return f"{kind} {base64.b32encode(digest)[:5].decode()}"


def unit_pseudonym(veil: bytes, batch: str | None, unit: str) -> str:
    """Return what a unit is called in blind review, "" for none; the same for every spelling of it."""
    return pseudonym(veil, "单位", batch, unit_key(unit)) if unit else ""


def unit_ref(veil: bytes, batch: str, key: str) -> str:
    """Return what stands for a unit (its key) in the addresses of one batch's pages: nothing can be worked out from it.

    64 bits, unlike a pseudonym, which people read: two units never share one.
    """
    return hmac.new(veil, f"unit-ref|{batch}|{key}".encode(), hashlib.sha256).hexdigest()[:16]


def names_of(row: Mapping[str, Any], person: Mapping[str, Any] | None, case: Mapping[str, Any] | None = None) -> Names:
    """Return what leads to the people and the unit behind a submission.

    ``row`` is its row (unit), ``person`` what :func:`service.store.submissions.person_of` returns, ``case`` the read case as JSON.
    """
    person = person or {}
    told = person.get("row") or {}
    info = (case or {}).get("info") or {}
    forms = [f for f in (person.get("form"), (case or {}).get("form")) if f]
    people = [
        person.get("author", ""),
        person.get("found", ""),
        told.get("author", ""),
        info.get("author", ""),
        *(_cell(f, "name") for f in forms),
    ]
    units = [row.get("unit", ""), told.get("unit", ""), info.get("unit", ""), *(_cell(f, "unit") for f in forms)]
    values = [_cell(f, name) for f in forms for name in ("email", "phone")]
    values += [post for f in forms if len(post := _cell(f, "post")) >= _TELLING]
    for file in (person.get("file", ""), person.get("form_file", ""), info.get("file", "")):
        values += file_names(file)
    return Names.of(people, units, values)


def file_names(file: str) -> tuple[str, str]:
    """Return what a file is called in messages, with its ending and without: a short name is known by its ending alone.

    Without it is "" where it says nothing of anybody: else every 典型工作案例 in a text would be hidden.

    >>> file_names("临溪市/周明远.docx"), file_names("2024-典型工作案例（定稿）.docx")
    (('周明远.docx', '周明远'), ('2024-典型工作案例（定稿）.docx', ''))
    """
    path = PurePosixPath(file)
    return path.name, "" if _COMMON.fullmatch(path.stem) else path.stem


def _cell(form: Mapping[str, Any], name: str) -> str:
    cell = form.get(name)
    return str(cell[0]) if cell else ""
