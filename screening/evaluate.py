"""``evaluate``: the reuse engine alone on a labelled corpus; writes what it finds and, where there is a truth, measures it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from screening.document import Span
from screening.errors import UsageError
from screening.reuse.compare import ORDINARY, CompareParams, compare
from screening.reuse.corpus import Comparable, MemoryCorpus
from screening.reuse.measures import Match, Measures, measure
from screening.reuse.result import Passage

if TYPE_CHECKING:
    from rich.table import Table


def _texts(folder: Path, place: str) -> list[Comparable]:
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise UsageError(
            "corpus.empty", f"{folder} 中没有 .txt 文件", "语料文件夹应含 cases/ 和 library/，各有 UTF-8 编码的 .txt。"
        )
    out = []
    for f in files:
        # Offsets are into the file as stored, so line ends must not be translated.
        text = f.read_bytes().decode("utf-8")
        out.append(Comparable(f.stem, text, (Span(0, len(text)),), place=place))
    return out


def matches_of(case: str, passages: Iterable[Passage]) -> list[Match]:
    """Return the passages of a case as detections; what was found both by its wording and, around it, by its facts is one."""
    rows = [(bool(p.facts), Match(case, p.source, p.span, p.source_span)) for p in passages]
    out = [m for rewritten, m in rows if rewritten]
    wide = len(out)
    for rewritten, m in rows:
        if rewritten:
            continue
        near = next((n for n, w in enumerate(out[:wide]) if w.source == m.source and w.meets(m)), None)
        if near is None:
            out.append(m)
        else:
            w = out[near]
            out[near] = Match(case, w.source, w.span.hull(m.span), w.source_span.hull(m.source_span))
    return out


def evaluate_reuse(
    corpus: Path,
    detections: Path,
    *,
    search: CompareParams = ORDINARY,
    progress: Callable[[str, int, int], None] | None = None,
) -> Measures | None:
    """Compare each of ``cases/`` with ``library/``, write the passages as JSON lines, and measure them if ``truth.json`` is there."""
    library = MemoryCorpus(_texts(corpus / "library", "archive"), search.keep)
    cases = _texts(corpus / "cases", "batch")
    found: list[Match] = []
    for n, case in enumerate(cases, 1):
        found += matches_of(case.id, (p for p in compare(case, library, params=search).passages if not p.stock))
        if progress:
            progress("比对", n, len(cases))
    detections.parent.mkdir(parents=True, exist_ok=True)
    partial = detections.with_name(f"{detections.name}.part")
    with partial.open("w", encoding="utf-8", newline="\n") as out:
        for m in found:
            row = {"case": m.case, "source": m.source, "case_start": m.span.start, "case_end": m.span.end}
            row |= {"source_start": m.source_span.start, "source_end": m.source_span.end}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    partial.replace(detections)
    truth_path = corpus / "truth.json"
    if not truth_path.exists():
        return None
    truth = [
        Match(
            t["case"],
            t["source"],
            Span(t["case_start"], t["case_end"]),
            Span(t["source_start"], t["source_end"]),
            t.get("kind", ""),
        )
        for t in json.loads(truth_path.read_text("utf-8"))
    ]
    return measure(truth, found, {c.id: len(c.text) for c in cases})


def measures_table(measures: Measures) -> Table:
    """Return the measures for the terminal."""
    from rich.table import Table  # noqa: PLC0415 - only the terminal needs it

    table = Table("类别", "段落", "plagdet", "准确", "召回", "粒度", box=None, pad_edge=False)
    for name, q in (("全部", measures.overall), *measures.by_kind.items()):
        table.add_row(
            name, str(q.passages), f"{q.plagdet:.3f}", f"{q.precision:.3f}", f"{q.recall:.3f}", f"{q.granularity:.3f}"
        )
    table.caption = (
        f"成对召回 {measures.pair_recall:.3f}，成对准确 {measures.pair_precision:.3f}，"
        f"比率平均误差 {measures.rate_error * 100:.2f} 个百分点，无重复而被标出（≥5%）{measures.clean_flagged * 100:.1f}%"
    )
    return table
