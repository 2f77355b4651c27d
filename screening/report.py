"""What the engine says of one case: outcomes, verdict, and the versions of all it depended on. JSON both ways."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from screening.case import CaseInfo
from screening.document import Span
from screening.finding import Clause, Evidence, Finding, IntakeWarning, Other, Severity
from screening.reuse.clusters import Cluster
from screening.reuse.result import Reuse
from screening.scoring.result import Score
from screening.text.structure import LedgerItem, Section
from screening.topic.result import TopicFit, Vicinity

SCHEMA = 1
Status = Literal["clear", "found", "skipped", "broken"]


class Verdict(enum.StrEnum):
    """What the machine suggests; a person decides. ``label`` is what the reader sees."""

    CLEAR = "clear"
    LOOK = "look"
    RETURN = "return"
    INCOMPLETE = "incomplete"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"clear": "未见问题", "look": "请人工查看", "return": "建议退回修改", "incomplete": "检查不完整"}[
            self.value
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one rule. A check that did not run is not a pass: clear, skipped and broken are different answers."""

    rule: str
    check: str
    status: Status
    severity: Severity
    clause: Clause
    findings: tuple[Finding, ...] = ()
    reason: str | None = None
    shadow: bool = False  # ran and is stored, counts for nothing and is not shown

    def to_json(self) -> dict[str, Any]:
        """Return the shape of the report contract."""
        return {
            "rule": self.rule,
            "check": self.check,
            "status": self.status,
            "severity": self.severity.value,
            "clause": _clause_to_json(self.clause),
            "reason": self.reason,
            "shadow": self.shadow,
            "findings": [finding_to_json(f) for f in self.findings],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outcome:
        """Read what :meth:`to_json` wrote."""
        return cls(
            rule=data["rule"],
            check=data["check"],
            status=data["status"],
            severity=Severity(data["severity"]),
            clause=Clause(**data["clause"]),
            reason=data["reason"],
            shadow=data["shadow"],
            findings=tuple(finding_from_json(f) for f in data["findings"]),
        )


def verdict_of(outcomes: Iterable[Outcome]) -> Verdict:
    """Return the verdict: a pure function of the outcomes.

    Anything broken makes it INCOMPLETE; else a blocker RETURN; else a finding to review LOOK; notes alone leave it CLEAR.
    """
    counted = [o for o in outcomes if not o.shadow]
    if any(o.status == "broken" for o in counted):
        return Verdict.INCOMPLETE
    worst = max((f.severity.rank for o in counted for f in o.findings if f.severity), default=0)
    if worst == Severity.BLOCKER.rank:
        return Verdict.RETURN
    return Verdict.LOOK if worst == Severity.REVIEW.rank else Verdict.CLEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeWith:
    """Everything that the report depends on besides the file, so that an appeal a year later can be answered."""

    engine: str
    rulebook: Mapping[str, str]  # id, digest
    models: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # name -> sha256
    library: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({"id": "", "documents": 0}))
    search: str = "ordinary"  # how closely reuse was looked for: "ordinary" or "thorough"

    def to_json(self) -> dict[str, Any]:
        """Return the shape of the report contract."""
        return {
            "engine": self.engine,
            "rulebook": dict(self.rulebook),
            "models": dict(self.models),
            "library": dict(self.library),
            "search": self.search,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a file could not be read, and what to do about it."""

    code: str
    message: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One case, screened; or, with ``error``, a file that could not be read.

    ``structure`` has the sections that the notice names for the kind, or the aspects of a story.
    """

    case: CaseInfo
    made_with: MadeWith
    verdict: Verdict
    text: str = ""
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    outcomes: tuple[Outcome, ...] = ()
    structure: tuple[Section, ...] = ()
    reuse: Reuse | None = None
    topic: TopicFit | None = None
    ledger: tuple[LedgerItem, ...] = ()
    score: Score | None = None
    vicinity: Vicinity | None = None  # of a case that was screened alone, None
    warnings: tuple[IntakeWarning, ...] = ()
    error: Failure | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings that count, worst first, then in the order of the rules."""
        rows = [f for o in self.outcomes if not o.shadow for f in o.findings]
        return tuple(sorted(rows, key=lambda f: -(f.severity or Severity.NOTE).rank))

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the contract (``screening/report.schema.json``)."""
        out: dict[str, Any] = {
            "schema": SCHEMA,
            "offset_unit": "codepoint",
            "case": self.case.to_json(),
            "made_with": self.made_with.to_json(),
            "verdict": self.verdict.value,
        }
        if self.error:
            return out | {"error": asdict(self.error)}
        return out | {
            "text": self.text,
            "counts": dict(self.counts),
            "outcomes": [o.to_json() for o in self.outcomes],
            "structure": [_section_to_json(s) for s in self.structure],
            "reuse": self.reuse and self.reuse.to_json(),
            "topic": self.topic and self.topic.to_json(),
            "ledger": [
                {"kind": i.kind, **_span(i.span), "quote": i.quote, "value": i.value, "section": i.section}
                for i in self.ledger
            ],
            "score": self.score and self.score.to_json(),
            "vicinity": self.vicinity and self.vicinity.to_json(),
            "warnings": [asdict(w) for w in self.warnings],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Report:
        """Read what :meth:`to_json` wrote; the result is equal to the report that was written."""
        made = data["made_with"]
        head: dict[str, Any] = {
            "case": CaseInfo.from_json(data["case"]),
            "made_with": MadeWith(**made),
            "verdict": Verdict(data["verdict"]),
        }
        if "error" in data:
            return cls(error=Failure(**data["error"]), **head)
        return cls(
            text=data["text"],
            counts=data["counts"],
            outcomes=tuple(Outcome.from_json(o) for o in data["outcomes"]),
            structure=tuple(_section_from_json(s) for s in data["structure"]),
            reuse=data["reuse"] and Reuse.from_json(data["reuse"]),
            topic=data["topic"] and TopicFit.from_json(data["topic"]),
            ledger=tuple(
                LedgerItem(i["kind"], Span(i["start"], i["end"]), i["quote"], i["value"], i.get("section", ""))
                for i in data["ledger"]
            ),
            score=data["score"] and Score.from_json(data["score"]),
            vicinity=data["vicinity"] and Vicinity.from_json(data["vicinity"]),
            warnings=tuple(IntakeWarning(**w) for w in data["warnings"]),
            **head,
        )


def _span(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


def _section_to_json(section: Section) -> dict[str, Any]:
    span = section.span or Span(0, 0)
    return {
        "section": section.name,
        "found": section.found,
        **_span(span),
        "words": section.words,
        "heading": section.heading and _span(section.heading),
        "cues": [_span(c) for c in section.cues],
        "share": section.share,
    }


def _section_from_json(data: Mapping[str, Any]) -> Section:
    return Section(
        name=data["section"],
        found=data["found"],
        span=None if data["found"] == "none" else Span(data["start"], data["end"]),
        heading=data["heading"] and Span(**data["heading"]),
        words=data["words"],
        cues=tuple(Span(**c) for c in data["cues"]),
        share=data.get("share", 0.0),
    )


def _clause_to_json(clause: Clause) -> dict[str, str]:
    return {"where": clause.where, "quote": clause.quote}


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Return the shape of the report contract."""
    return {
        "code": finding.code,
        "severity": finding.severity and finding.severity.value,
        "message": finding.message,
        "clause": finding.clause and _clause_to_json(finding.clause),
        "facts": dict(finding.facts),
        "evidence": [_evidence_to_json(e) for e in finding.evidence],
    }


def _evidence_to_json(evidence: Evidence) -> dict[str, Any]:
    other = evidence.other
    return {
        **_span(evidence.span),
        "quote": evidence.quote,
        "other": other and {"case": other.case, **_span(other.span), "quote": other.quote},
        "score": evidence.score,
    }


def finding_from_json(data: Mapping[str, Any]) -> Finding:
    """Read what :func:`finding_to_json` wrote."""
    return Finding(
        code=data["code"],
        message=data["message"],
        severity=data["severity"] and Severity(data["severity"]),
        clause=data["clause"] and Clause(**data["clause"]),
        facts=data["facts"],
        evidence=tuple(
            Evidence(
                span=Span(e["start"], e["end"]),
                quote=e["quote"],
                other=(o := e["other"]) and Other(o["case"], Span(o["start"], o["end"]), o["quote"]),
                score=e["score"],
            )
            for e in data["evidence"]
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A file that was not checked or not compared with, and why. ``place`` is "batch" or "archive"."""

    name: str
    reason: str
    place: str = "batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReport:
    """A delivery: what the batch checks say, how many cases of each verdict, the groups of similar texts, the files left out.

    The cases' reports stand beside it. ``clusters`` are numbered from 1 on wherever they are shown.
    """

    made_with: MadeWith
    outcomes: tuple[Outcome, ...] = ()
    verdicts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    clusters: tuple[Cluster, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def cluster_numbers(self) -> dict[str, int]:
        """Return the number of the group that each text is in, by id; a text without one is not there."""
        return {m.id: n for n, c in enumerate(self.clusters, 1) for m in c.members}

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": SCHEMA,
            "made_with": self.made_with.to_json(),
            "outcomes": [o.to_json() for o in self.outcomes],
            "verdicts": dict(self.verdicts),
            "clusters": [c.to_json() for c in self.clusters],
            "remarks": [asdict(r) for r in self.remarks],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> BatchReport:
        """Read what :meth:`to_json` wrote; the result is equal to what was written."""
        return cls(
            made_with=MadeWith(**data["made_with"]),
            outcomes=tuple(Outcome.from_json(o) for o in data["outcomes"]),
            verdicts=data["verdicts"],
            clusters=tuple(Cluster.from_json(c) for c in data["clusters"]),
            remarks=tuple(Remark(**r) for r in data["remarks"]),
        )
