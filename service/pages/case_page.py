"""What the case page shows, made of the report as this person may see it; no request and no database here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from screening.document import Paragraph, Span, Story, union
from screening.finding import Severity
from screening.output.charts import meter, strip
from screening.output.html_case import outcomes_part
from screening.output.html_reuse import WHEN
from screening.output.html_score import score_part
from screening.output.html_topic import topic_part
from screening.output.labels import FOUND, MESSAGE_SHOWN, PLACE, RATES, percent, short
from screening.output.markup import Markup
from screening.report import Report
from screening.reuse.result import Rates
from screening.rulebook import Rulebook
from screening.text.repairs import RepairKind
from service.pages.author_text import (
    LAYERS,
    Excluded,
    author_text,
    evidence_of,
    marks_of,
    outline,
    paragraph_at,
    place_id,
)

EVIDENCE_SHOWN = 6  # places under one finding
PASSAGES_SHOWN = 60
TRICKS_SHOWN = 12
HIDDEN_LAYERS = frozenset({"evidence"})  # until somebody asks for them: half of a good text is facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something a person said, ready to be shown: when, who, what, why; ``where`` it was said, if elsewhere, and the page of that."""

    at: str
    by: str
    what: str
    note: str = ""
    where: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What people did with a report: by the key of a finding ("" for the whole), by the id of a source; ``rates`` after exclusions."""

    findings: Mapping[str, Said] = field(default_factory=dict)
    memory: Mapping[str, Said] = field(default_factory=dict)  # dismissed before, of another case
    pairs: Mapping[str, Said] = field(default_factory=dict)  # sources with which the pair was dismissed
    sources: Mapping[str, Said] = field(default_factory=dict)  # excluded ones
    passages: Mapping[int, Said] = field(default_factory=dict)  # excluded ones, numbers from 1 on
    passage_keys: Sequence[str] = ()  # of all passages, in their order
    rates: Rates | None = None
    history: Sequence[Said] = ()


def shown_case(
    report: Report,
    paragraphs: Sequence[Paragraph],
    book: Rulebook,
    judged: Judged,
    *,
    keys: Sequence[str],
    pair_href: Callable[[str], str | None],
    advice_of: Callable[[str], str] = lambda _: "",
) -> dict[str, Any]:
    """Return what the template needs of a report.

    ``keys`` are those of the findings that count, in the order of the outcomes; ``pair_href`` gives the page of a source.
    """
    marks = marks_of(report, Excluded(frozenset(judged.sources), frozenset(judged.passages)))
    evidence = evidence_of(report)
    used = Counter(m.name.partition(" ")[0] for m in (*marks, *evidence))
    headings = outline(report.text, paragraphs)
    structure = _structure(report, paragraphs)
    places = [*(start for start, _ in headings), *(s["start"] for s in structure if s["start"] is not None)]
    return {
        "report": report,
        "text": author_text(report.text, paragraphs, marks, evidence, places) if report.text else "",
        "layers": [(name, words, used[name]) for name, words in LAYERS if name in used],
        "hidden_layers": HIDDEN_LAYERS,
        "headings": [(level, words, place_id(start)) for start, (level, words) in headings],
        "where": _where(report),
        "tricks": _tricks(report),
        "findings": _findings(report, judged, keys, advice_of),
        "nothing": "✓ 做过的检查均未见问题。" if not report.error else "这份材料没有读出来，什么都没有检查。",
        "rates": _rates(report, judged.rates),
        "excluded_any": bool(judged.sources or judged.passages),
        "sources": _sources(report, judged, pair_href),
        "passages": _passages(report, judged, pair_href),
        "passages_open": bool(judged.passages),
        "passages_of": report.reuse.of if report.reuse else 0,
        "structure": structure,
        "topic": _part(topic_part(report, frozenset(), full=True)),
        "score": _part(score_part(report, None, full=True)),
        "outcomes": outcomes_part(report) if not report.error else "",
        "said_of_whole": [s for s in [judged.findings.get("")] if s],
        "history": judged.history,
        "kind": (kind.label if (kind := book.kinds.get(report.case.kind)) else report.case.kind),
    }


def _part(made: Markup | None) -> Markup:
    """Return a part of the batch's page as one of this page, where it stands one heading higher."""
    return Markup((made or "").replace("<h4>", "<h3>").replace("</h4>", "</h3>"))


def _findings(
    report: Report, judged: Judged, keys: Sequence[str], advice_of: Callable[[str], str]
) -> list[dict[str, Any]]:
    counted = [f for o in report.outcomes if not o.shadow for f in o.findings]
    key_of = {id(f): key for f, key in zip(counted, keys, strict=True)}
    rows = []
    for n, f in enumerate(report.findings, 1):
        key = key_of[id(f)]
        evidence = [
            {
                "anchor": _anchor(report, f.code, n, k, e.span),
                "quote": e.quote.strip() or "（此处为空）",
                "other": e.other.quote if e.other else "",
            }
            for k, e in enumerate(f.evidence[:EVIDENCE_SHOWN], 1)
        ]
        rows.append(
            {
                "number": n,
                "key": key,
                "severity": f.severity or Severity.NOTE,
                "message": short(f.message, MESSAGE_SHOWN),
                "clause": f.clause,
                "advice": advice_of(f.code),
                "evidence": evidence,
                "more": len(f.evidence) if len(f.evidence) > EVIDENCE_SHOWN else 0,
                "decision": judged.findings.get(key),
                "memory": judged.memory.get(key) if key not in judged.findings else None,
            }
        )
    return rows


def _anchor(report: Report, code: str, n: int, k: int, span: Span) -> str:
    """Return where the evidence is marked in the text: the passage that it is, or the finding's own mark."""
    if report.reuse and code.startswith(("near_copy", "notice_copy")):
        for number, p in enumerate(report.reuse.passages, 1):
            if p.span.overlaps(span):
                return f"m-{number}"
    return f"e-{n}-{k}"


def _rates(report: Report, after: Rates | None) -> list[tuple[str, str, float, float | None]]:
    if not report.reuse:
        return []
    before = report.reuse.rates
    keys = [
        *RATES[:5],
        *(RATES[5:6] if before.raw != before.repaired else ()),
        *(RATES[7:] if before.rewritten else ()),
    ]
    rows = []
    for key, label, what in keys:
        was = getattr(before, key)
        now = getattr(after, key) if after else was
        rows.append((label, what, now, was if now != was else None))
    return rows


def _sources(report: Report, judged: Judged, pair_href: Callable[[str], str | None]) -> list[dict[str, Any]]:
    rows = []
    for s in report.reuse.sources if report.reuse else ():
        where = [s.unit, "本人或本单位" if s.own else "", PLACE.get(s.place, s.place), WHEN[s.earlier]]
        rows.append(
            {
                "id": s.id,
                "name": s.title or s.file or s.id,
                "href": pair_href(s.id),
                "where": " · ".join(w for w in where if w),
                "rate": s.rate,
                "share_of_source": s.share_of_source,
                "characters": s.characters,
                "rewritten": s.rewritten,
                "excluded": judged.sources.get(s.id),
                "dismissed": judged.pairs.get(s.id),
            }
        )
    return rows


def _passages(report: Report, judged: Judged, pair_href: Callable[[str], str | None]) -> list[dict[str, Any]]:
    names = {s.id: s.title or s.file or s.id for s in report.reuse.sources} if report.reuse else {}
    rows = []
    for n, p in enumerate(report.reuse.passages[:PASSAGES_SHOWN] if report.reuse else (), 1):
        if p.stock:
            continue
        href = pair_href(p.source)
        rows.append(
            {
                "number": n,
                "kind": p.kind.label,
                "similarity": p.similarity,
                "quoted": p.quoted,
                "quote": p.quote,
                "source": names.get(p.source, ""),
                "href": f"{href}#p-{n}" if href else None,
                "key": judged.passage_keys[n - 1] if judged.passage_keys else "",
                "excluded": judged.passages.get(n),
                "with_source": p.source in judged.sources,
            }
        )
    return rows


def _where(report: Report) -> Markup | str:
    """Return the band that shows where in the text the passages lie."""
    spans = [p.span for p in report.reuse.passages if not p.stock] if report.reuse else []
    return strip(union(spans), len(report.text)) if spans else ""


def _tricks(report: Report) -> dict[str, Any] | None:
    """Return which characters were read as others, how many of each kind, and the places that are listed."""
    repairs = report.reuse.repairs if report.reuse else None
    if not repairs or not repairs.of:
        return None
    unseen = RepairKind.ZERO_WIDTH
    places = [
        (f"r-{n}", r.kind.label, "零宽" if r.kind is unseen else report.text[r.span.start : r.span.end])
        for n, r in enumerate(repairs.items, 1)
    ]
    kinds = "、".join(f"{kind.label} {n} 个" for kind, n in repairs.counts.items())
    return {"kinds": kinds, "places": places[:TRICKS_SHOWN], "marked": len(places), "of": repairs.of}


def _structure(report: Report, paragraphs: Sequence[Paragraph]) -> list[dict[str, Any]]:
    def place(span: Span | None) -> int | None:
        found = paragraph_at(paragraphs, span.start) if span else None
        return found.span.start if found else None

    total = max(1, report.counts.get("words", 1))
    return [
        {
            "name": s.name,
            "found": s.found,
            "start": (start := place(s.heading or s.span)),
            "anchor": place_id(start) if start is not None else "",
            "bar": meter(s.words / total) if s.found != "none" else FOUND["none"],
            "words": f"{s.words} 字 {percent(s.words / total, 0)}" if s.found != "none" else "—",
        }
        for s in report.structure
    ]


def paragraphs_of(read: dict[str, Any] | None, text: str) -> list[Paragraph]:
    """Return the paragraphs of the document; one for the whole text where they are not known."""
    if read is None:
        return [Paragraph(Span(0, len(text)))]
    rows = read["document"]["paragraphs"]
    return [
        Paragraph(Span(a, b), style, source, Story(story), level, number, table)
        for a, b, style, source, story, level, number, table in rows
    ]
