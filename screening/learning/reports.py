"""What a batch's report.jsonl says of topic: the scored texts, for asking reviewers and for calibrating by their answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screening.errors import UsageError
from screening.learning.samples import json_lines
from screening.topic.asking import Question, next_questions
from screening.topic.calibration import sigmoid


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A case of a report: its score (0–1), the model's own log-odds ``z`` (uncalibrated), the model's sha256."""

    id: str
    file: str
    kind: str
    title: str
    band: str
    score: float
    z: float
    model: str


def read_report(path: Path) -> Iterator[Scored]:
    """Return the cases that have a topic score. Raises :class:`UsageError` "labels.report" for lines that are no reports."""
    for n, row in json_lines(path):
        try:
            topic, case = row.get("topic"), row["case"]
            if topic:
                yield Scored(
                    id=case["id"],
                    file=case["file"],
                    kind=case["kind"],
                    title=case["title"],
                    band=topic["band"],
                    score=float(topic["score"]),
                    z=sum(topic["contributions"].values()),
                    model=row["made_with"]["models"][f"topic-{case['kind']}"],
                )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise UsageError(
                "labels.report", f"{path.name} 第 {n} 行：不是筛查报告", "请给出 screening batch 写的 report.jsonl。"
            ) from error


def questions(
    cases: Iterable[Scored], number: int, *, kind: str = "", decided: Path | None = None, seed: int
) -> list[tuple[Question, Scored]]:
    """Choose whom to ask about, see :func:`next_questions`. Raises :class:`UsageError` "ask.none" if nothing is left to ask."""
    done = {str(row.get("id")) for _, row in json_lines(decided) if row.get("label")} if decided else set()
    known = {c.id: c for c in cases if kind in ("", c.kind)}
    chosen = next_questions({c.id: c.score for c in known.values()}, number, seed=seed, decided=done)
    if not chosen:
        raise UsageError(
            "ask.none", "没有可以请人判定的材料", "请核对 --kind 和 --decided；报告里没有切题分的不能挑选。"
        )
    return [(q, known[q.id]) for q in chosen]


def sheet(rows: Iterable[tuple[Question, Scored]]) -> Iterator[dict[str, Any]]:
    """Return the lines to be filled in: ``label`` is empty; a blind one tells neither score nor why it was chosen."""
    for question, case in rows:
        line: dict[str, Any] = {"id": case.id, "file": case.file, "kind": case.kind, "title": case.title}
        if not question.blind:
            # The model's own score, which a calibration is made from, even if the report shows a calibrated one.
            line |= {"score": round(sigmoid(case.z), 4), "band": case.band, "why": question.why}
        yield line | {"blind": question.blind, "label": ""}
