"""What a unit hands in: one submission with its metadata, its document and its author form; and the batch of them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from screening.document import Document, Paragraph, Span, Story, union
from screening.finding import IntakeWarning
from screening.text.count import Count, count
from screening.text.view import simplified

CaseKind = str  # a key of the rulebook's ``kinds``; a notice of another province may bring its own
WORK_CASE: Final[CaseKind] = "work_case"
GROWTH_STORY: Final[CaseKind] = "growth_story"
SELF_REPORT: Final[CaseKind] = "self_report"

COVER_LINE: Final = 40  # code points; a longer line before the title is text
COMPARED: Final = frozenset({Story.BODY, Story.TEXTBOX, Story.FOOTNOTE, Story.ENDNOTE})


def unit_key(unit: str) -> str:
    """Return what the spellings of a unit's name have in common: no spaces, full-width letters and brackets made ordinary.

    >>> unit_key("白麓大学（ 东校区）") == unit_key("白麓大学 (东校区)")
    True
    """
    return "".join(unicodedata.normalize("NFKC", unit).casefold().split())


def usual_spelling(units: Iterable[str]) -> str:
    """Return the most frequent of a unit's spellings (at least one), the first in order among equals."""
    counts = Counter(units)
    return min(counts, key=lambda unit: (-counts[unit], unit))


@dataclass(frozen=True, slots=True)
class FormField:
    """A value of the author form; ``span`` is its place in the case's document, None if the form is a file of its own."""

    value: str
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorForm:
    """The form that the notice asks for: 文章标题、作者真实姓名、单位、职务/职称、邮箱、电话.

    A field is None if no label was found, and has an empty value if the label is there and nothing stands beside it.
    ``place`` is "table", "lines" or "file"; ``spans`` are the paragraphs of the document that belong to the form.
    """

    title: FormField | None = None
    name: FormField | None = None
    unit: FormField | None = None
    post: FormField | None = None
    email: FormField | None = None
    phone: FormField | None = None
    place: str = "table"
    file: str = ""
    spans: tuple[Span, ...] = ()

    FIELDS = ("title", "name", "unit", "post", "email", "phone")

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        out: dict[str, Any] = {"place": self.place, "file": self.file, "spans": [[s.start, s.end] for s in self.spans]}
        for name in self.FIELDS:
            cell: FormField | None = getattr(self, name)
            out[name] = cell and [cell.value, cell.span and [cell.span.start, cell.span.end]]
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AuthorForm:
        """Read what :meth:`to_json` wrote."""
        cells = {n: FormField(v[0], v[1] and Span(*v[1])) for n in cls.FIELDS if (v := data.get(n))}
        spans = tuple(Span(a, b) for a, b in data["spans"])
        return cls(place=data["place"], file=data["file"], spans=spans, **cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseInfo:
    """What is known of a submission without its text; batch checks see only this.

    ``origins`` says for each metadata field where it came from: "manifest", "folder", "filename", "form", "text",
    "option" or "default". ``received`` carries a time zone. The shares of other systems are 0–1.
    """

    id: str
    file: str = ""
    sha256: str = ""
    kind: CaseKind = WORK_CASE
    title: str = ""
    unit: str = ""
    unit_type: str = ""
    project: str = ""
    author: str = ""
    received: datetime | None = None
    outside_similarity: float | None = None
    outside_ai: float | None = None
    format: str = "docx"  # docx, txt, ... as sniffed from the bytes, never from the name
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        out = {f.name: getattr(self, f.name) for f in fields(self)}
        out["received"] = self.received and self.received.isoformat()
        out["origins"] = dict(self.origins)
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CaseInfo:
        """Read what :meth:`to_json` wrote; unknown keys are ignored."""
        known = {f.name: data[f.name] for f in fields(cls) if f.name in data}
        if received := known.get("received"):
            known["received"] = datetime.fromisoformat(received)
        return cls(**known)


@dataclass(frozen=True)
class Case:
    """One submission. Not slotted, so that views of its text are made once, on first use."""

    info: CaseInfo
    document: Document
    form: AuthorForm | None = None
    title_span: Span | None = None  # the title in the body, if one was found there
    warnings: tuple[IntakeWarning, ...] = ()

    @property
    def id(self) -> str:
        """Id of the submission, unique in its batch."""
        return self.info.id

    @property
    def kind(self) -> CaseKind:
        """Kind of case: a key of the rulebook's ``kinds``."""
        return self.info.kind

    @cached_property
    def plain(self) -> Document:
        """The document in simplified characters, offset for offset the same: words are searched here and quoted from ``document``."""
        text = simplified(self.document.text)
        return self.document if text == self.document.text else replace(self.document, text=text)

    @cached_property
    def body(self) -> tuple[Paragraph, ...]:
        """正文: the paragraphs of the body story from the title to the end, author form excluded.

        Before the title only short lines are left out (附件 2, the genre, the unit), so that no text can hide there.
        """
        body = tuple(p for p in self.compared if p.story is Story.BODY)
        start = self.title_span.start if self.title_span else 0
        before = [p for p in body if p.span.end <= start]
        return body[len(before) :] if all(p.span.length <= COVER_LINE for p in before) else body

    @property
    def plain_body(self) -> str:
        """The 正文 in simplified characters, for whoever needs no places in it."""
        return "\n".join(self.plain.quote(p.span) for p in self.body)

    @cached_property
    def compared(self) -> tuple[Paragraph, ...]:
        """Paragraphs that are compared with others: 正文, text boxes and notes, author form excluded."""
        taken = set(self.form.spans) if self.form else set()
        return tuple(p for p in self.document.paragraphs if p.story in COMPARED and p.span not in taken)

    @cached_property
    def body_span(self) -> Span:
        """From the first to the last character of the 正文; empty at 0 if there is none."""
        full = [p.span for p in self.body if p.span.length]
        return Span(full[0].start, full[-1].end) if full else Span(0, 0)

    @cached_property
    def words(self) -> Count:
        """字数 of the 正文 (title to end, author form excluded): the count that the notice's limits are held to."""
        return count(self._joined(self.body))

    @cached_property
    def words_all_stories(self) -> Count:
        """字数 of 正文 + text boxes + notes."""
        return count(self._joined(self.compared))

    @cached_property
    def text_spans(self) -> tuple[Span, ...]:
        """The compared text as sorted disjoint spans."""
        return union(p.span for p in self.compared if p.span.length)

    def _joined(self, paragraphs: tuple[Paragraph, ...]) -> str:
        return "\n".join(self.document.quote(p.span) for p in paragraphs)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; :meth:`from_json` reads them back to an equal case."""
        return {
            "info": self.info.to_json(),
            "document": self.document.to_json(),
            "form": self.form and self.form.to_json(),
            "title_span": self.title_span and [self.title_span.start, self.title_span.end],
            "warnings": [w.to_json() for w in self.warnings],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Case:
        """Read what :meth:`to_json` wrote."""
        return cls(
            info=CaseInfo.from_json(data["info"]),
            document=Document.from_json(data["document"]),
            form=data["form"] and AuthorForm.from_json(data["form"]),
            title_span=data["title_span"] and Span(*data["title_span"]),
            warnings=tuple(IntakeWarning(*w) for w in data["warnings"]),
        )

    def with_info(self, **changes: Any) -> Case:
        """Return the case with some of its metadata replaced."""
        return replace(self, info=replace(self.info, **changes))


@dataclass(frozen=True, slots=True)
class Batch:
    """One delivery: the submissions that were screened together, in the order of their ids."""

    cases: tuple[CaseInfo, ...]
