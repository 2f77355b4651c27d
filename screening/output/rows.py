"""One submission as one row: what the sheet's and the page's lists show, without its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from screening.case import CaseInfo
from screening.finding import Severity
from screening.output.labels import MESSAGE_SHOWN, short
from screening.ranking import Rank, ranks
from screening.report import Failure, Report, Verdict
from screening.reuse.result import Passage, Rates, SourceMatch
from screening.scoring.result import Score
from screening.topic.result import TopicFit, Vicinity


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A case and one source of its passages: both directions, the longest passage with an excerpt of each side."""

    source: SourceMatch
    passages: int
    kinds: tuple[str, ...]
    longest: Passage
    facts: int


_QUEUE = (Verdict.RETURN, Verdict.LOOK, Verdict.INCOMPLETE, Verdict.CLEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A report without its text and passages; ten thousand fit into memory. ``place``: the report's, in its stream."""

    place: int
    info: CaseInfo
    verdict: Verdict
    counts: Mapping[str, int]
    sections: Mapping[str, str]  # of each required one: how it was found
    form: str
    rates: Rates | None
    largest: SourceMatch | None
    sources: int
    pairs: tuple[Pair, ...]
    topic: TopicFit | None
    score: Score | None
    vicinity: Vicinity | None
    reasons: tuple[str, ...]
    notes: int
    error: Failure | None

    @property
    def name(self) -> str:
        """What to call the case: its title, else its file."""
        return self.info.title or self.info.file

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the required sections that were found neither by heading nor by content."""
        return tuple(name for name, found in self.sections.items() if found == "none")


def urgency(row: Row) -> tuple[int, float, int, str, str]:
    """Return what rows are sorted by in the order in which a reviewer works: verdict, similarity, number of reasons, file."""
    total = row.rates.total if row.rates else 0.0
    return _QUEUE.index(row.verdict), -total, -len(row.reasons), row.info.file, row.info.id


def in_queue(rows: Iterable[Row]) -> list[Row]:
    """Return the rows in the order in which a reviewer works.

    Page, sheet and paper number the cases in this order, so that "第 12 篇" is the same case in all of them.
    """
    return sorted(rows, key=urgency)


def ranks_of(rows: Iterable[Row]) -> dict[str, Rank]:
    """Return each case's place by score, by id."""
    return ranks((r.info, r.score) for r in rows if not r.error)


def row_of(report: Report, place: int = 0) -> Row:
    """Return the row of a report, which is the ``place``-th of its stream, from 0 on."""
    reuse = report.reuse
    sources = reuse.sources if reuse else ()
    found = [f for f in report.findings if f.severity is not Severity.NOTE]
    return Row(
        place=place,
        info=replace(report.case, origins={}),
        verdict=report.verdict,
        counts=dict(report.counts),
        sections={s.name: s.found for s in report.structure},
        form=_form(report),
        rates=reuse.rates if reuse else None,
        largest=max(sources, key=lambda s: (s.rate, s.id), default=None),
        sources=len(sources),
        pairs=tuple(_pairs(sources, [p for p in reuse.passages if not p.stock])) if reuse else (),
        # What explains the score stands in the section; ten thousand times it would fill the memory.
        topic=report.topic
        and replace(
            report.topic, contributions={}, sentences=(), genre_evidence=(), stuffing=(), participation=(), missing=()
        ),
        score=report.score and report.score.without_figures(),
        vicinity=report.vicinity,
        reasons=tuple(short(f.message, MESSAGE_SHOWN) for f in found)
        or ((report.error.message,) if report.error else ()),
        notes=sum(f.severity is Severity.NOTE for f in report.findings),
        error=report.error,
    )


def _form(report: Report) -> str:
    outcomes = [o for o in report.outcomes if o.check == "author_form" and not o.shadow]
    if report.error or not outcomes:
        return "—"
    if any(f.code == "author_form.missing" for o in outcomes for f in o.findings):
        return "未附"
    return "需补正" if any(o.findings for o in outcomes) else "完整"


def _pairs(sources: Iterable[SourceMatch], passages: Iterable[Passage]) -> Iterable[Pair]:
    by_source: dict[str, list[Passage]] = {}
    for p in passages:
        by_source.setdefault(p.source, []).append(p)
    for source in sources:
        mine = by_source.get(source.id)
        if mine:
            kinds = tuple(dict.fromkeys(p.kind.label for p in mine))
            longest = max(mine, key=lambda p: (p.span.length, -p.span.start))
            yield Pair(
                source=source, passages=len(mine), kinds=kinds, longest=longest, facts=sum(len(p.facts) for p in mine)
            )
