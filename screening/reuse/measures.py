"""Measures of a reuse search against a truth: plagdet and its parts, pairs, the error of the rate, false alarms.

Potthast, Stein, Barrón-Cedeño, Rosso, "An Evaluation Framework for Plagiarism Detection" (COLING 2010): precision and recall are macro-averaged
over characters of both sides, granularity is the mean number of detections of a detected passage, plagdet = F1 / log2(1 + granularity).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from screening.document import Span, union


@dataclass(frozen=True, slots=True)
class Match:
    """A passage, true or found: which case, which source, where on both sides (code points); ``kind`` for true ones."""

    case: str
    source: str
    span: Span
    source_span: Span
    kind: str = ""

    def meets(self, other: Match) -> bool:
        """Say whether the two overlap on both sides (of the same pair)."""
        return self.span.overlaps(other.span) and self.source_span.overlaps(other.source_span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Precision, recall, granularity and plagdet over some true passages, and how many these are."""

    precision: float
    recall: float
    granularity: float
    plagdet: float
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """All measures: overall, by kind, pairs, mean absolute error of the rate, share of clean cases flagged at 5 %."""

    overall: Quality
    by_kind: Mapping[str, Quality]
    pair_recall: float
    pair_precision: float
    rate_error: float
    clean_flagged: float


def _length(spans: Iterable[Span]) -> int:
    return sum(s.length for s in union(spans))


def _inside(target: Span, spans: Iterable[Span]) -> int:
    return _length(Span(max(s.start, target.start), min(s.end, target.end)) for s in spans if s.overlaps(target))


def _covered(target: Match, others: Sequence[Match]) -> float:
    """Return the share of the target's characters, both sides together, in those others that meet it."""
    near = [o for o in others if target.meets(o)]
    hit = _inside(target.span, (o.span for o in near)) + _inside(target.source_span, (o.source_span for o in near))
    return hit / max(1, target.span.length + target.source_span.length)


def quality(truth: Sequence[Match], found: Sequence[Match], everything: Sequence[Match] | None = None) -> Quality:
    """Return the four measures; without truth or findings they are what the definitions give at the limit (0, granularity 1).

    ``everything`` is the truth that precision is held to, if ``truth`` is only a part of it.
    """
    true_of, found_of = _by_pair(truth if everything is None else everything), _by_pair(found)
    precision = _mean([_covered(f, true_of[(f.case, f.source)]) for f in found])
    recall = _mean([_covered(t, found_of[(t.case, t.source)]) for t in truth])
    counts = [sum(t.meets(f) for f in found_of[(t.case, t.source)]) for t in truth]
    detected = [c for c in counts if c]
    granularity = _mean(detected) if detected else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Quality(
        precision=precision,
        recall=recall,
        granularity=granularity,
        plagdet=f1 / math.log2(1 + granularity),
        passages=len(truth),
    )


def _by_pair(rows: Sequence[Match]) -> defaultdict[tuple[str, str], list[Match]]:
    out: defaultdict[tuple[str, str], list[Match]] = defaultdict(list)
    for m in rows:
        out[(m.case, m.source)].append(m)
    return out


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def measure(truth: Sequence[Match], found: Sequence[Match], lengths: Mapping[str, int]) -> Measures:
    """Measure detections. ``lengths`` are the cases' lengths in code points, clean cases included.

    By kind, those detections are judged that meet a passage of the kind; false alarms show in the overall figures alone.
    """
    by_kind = {}
    pairs = _by_pair(truth)
    for kind in sorted({t.kind for t in truth}):
        mine = [t for t in truth if t.kind == kind]
        met = [f for f in found if any(t.kind == kind and t.meets(f) for t in pairs[(f.case, f.source)])]
        by_kind[kind] = quality(mine, met, truth)
    true_pairs, found_pairs = {(t.case, t.source) for t in truth}, {(f.case, f.source) for f in found}
    both = len(true_pairs & found_pairs)
    true_spans: defaultdict[str, list[Span]] = defaultdict(list)
    found_spans: defaultdict[str, list[Span]] = defaultdict(list)
    for spans, rows in ((true_spans, truth), (found_spans, found)):
        for m in rows:
            spans[m.case].append(m.span)
    errors = [abs(_length(true_spans[c]) - _length(found_spans[c])) / max(1, n) for c, n in lengths.items()]
    clean = [c for c in lengths if not true_spans[c]]
    flagged = [c for c in clean if _length(found_spans[c]) >= 0.05 * lengths[c]]
    return Measures(
        overall=quality(truth, found),
        by_kind=by_kind,
        pair_recall=both / len(true_pairs) if true_pairs else 0.0,
        pair_precision=both / len(found_pairs) if found_pairs else 0.0,
        rate_error=_mean(errors),
        clean_flagged=len(flagged) / len(clean) if clean else 0.0,
    )
