"""The stages in order, from a case to its report; no logic of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from screening import __version__
from screening.case import Batch, Case, CaseInfo
from screening.checks._contract import BatchCheck, BatchFinding, CaseCheck
from screening.errors import ScreeningError, UsageError
from screening.finding import Finding, Severity
from screening.intake.metadata import Vocabulary
from screening.report import Failure, MadeWith, Outcome, Report, Verdict, verdict_of
from screening.reuse.compare import ORDINARY, CompareParams, against_notice, compare
from screening.reuse.corpus import Comparable, Corpus
from screening.rulebook import KindRules, Rule, Rulebook
from screening.scoring.parts import FORM_CHECKS
from screening.scoring.result import Score
from screening.scoring.score import Measured, score_case
from screening.text.count import count_words
from screening.text.headings import find_headings
from screening.text.ledger import by_section, in_words_of, ledger
from screening.text.narrative import narrative
from screening.text.sections import find_sections
from screening.text.story import story_aspects
from screening.text.view import simplified
from screening.topic.model import TopicModel, known_models, model_for
from screening.topic.score import score_topic
from screening.world import Skip, Trainee, World

T = TypeVar("T")
_HAN = re.compile("[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What one run holds fixed for all its cases; built once, handed to every worker.

    ``models`` holds the topic model of each kind, or why it can't be used: then the checks that need it are broken.
    ``library`` names the archive in the report: {"id": …, "documents": n}. ``search`` is how closely to look for reuse.
    """

    rulebook: Rulebook
    models: Mapping[str, TopicModel | Exception]
    roster: tuple[Trainee, ...] | None = None
    library: Mapping[str, Any] | None = None
    search: CompareParams = ORDINARY

    @classmethod
    def of(cls, rulebook: Rulebook, *, folder: str | Path = "", **more: Any) -> Setting:
        """Load the models of every kind in the rulebook; an altered or missing one is kept as its :class:`ModelError`.

        Models of one's own in ``folder`` go before the shipped ones; a folder without any raises :class:`ModelError`.
        """
        if folder:
            known_models(folder)
        found = {kind: _stage(partial(model_for, kind, folder)) for kind in rulebook.kinds}
        return cls(rulebook=rulebook, models={k: m for k, m in found.items() if m is not None}, **more)

    def made_with(self, kind: str | None = None) -> MadeWith:
        """Name everything that a report of this run depends on."""
        used = {k: m for k, m in self.models.items() if kind in (None, k) and not isinstance(m, Exception)}
        models = {f"topic-{k}": m.sha256 for k, m in used.items()}
        models |= {f"topic-{k}/calibration": m.calibration.sha256 for k, m in used.items() if m.calibration}
        return MadeWith(
            engine=__version__,
            rulebook={"id": self.rulebook.id, "digest": self.rulebook.digest},
            models=models,
            library=dict(self.library or {"id": "", "documents": 0}),
            search=self.search.name,
        )


def vocabulary(rulebook: Rulebook) -> Vocabulary:
    """Return the names by which intake recognises kinds, project classes and unit types."""
    return Vocabulary(
        kinds=tuple((k.kind, (k.label, *k.aliases)) for k in rulebook.kinds.values()),
        projects=tuple((n.name, (n.name, *n.aliases)) for n in rulebook.projects),
        unit_types=tuple((n.name, (n.name, *n.aliases)) for n in rulebook.unit_types),
    )


def known_kind(kind: str, book: Rulebook) -> None:
    """Refuse a kind that the rulebook does not know."""
    if kind and kind not in book.kinds:
        known = "、".join(f"{k.kind}（{k.label}）" for k in book.kinds.values())
        raise UsageError("kind.unknown", f"规则集“{book.id}”没有材料类型“{kind}”", f"可用的类型：{known}。")


def look(case: Case, setting: Setting, corpus: Corpus | None) -> World:
    """Run the stages on one case. A stage that throws is kept as its exception: the checks that need it become broken."""
    book, doc, plain, body = setting.rulebook, case.document, case.plain, case.body
    kind = book.kinds.get(case.kind)
    specs = kind.sections if kind else ()
    model = setting.models.get(case.kind)
    side = Comparable.of_case(case)
    # Many authors put the title into Word's heading style: it is the title all the same, and heads no section.
    title = case.title_span
    under = tuple(p for p in body if not (title and title.overlaps(p.span)))
    headings = _stage(lambda: find_headings(doc, under))
    facts = _stage(lambda: ledger(plain, body))
    told = bool(kind and any(rule.check.name == "narrative" for rule in kind.rules))
    return World(
        notice=book.notice,
        notice_title=book.title,
        year=book.year,
        roster=setting.roster,
        headings_stage=headings,
        sections_stage=_stage(lambda: find_sections(plain, body, specs, _raised(headings))) if specs else None,
        ledger_stage=_stage(lambda: in_words_of(doc, _raised(facts)) if plain is not doc else _raised(facts)),
        story_stage=_stage(lambda: story_aspects(plain, body, _raised(facts))) if told else None,
        topic_stage=_stage(
            lambda: score_topic(
                plain, body, case.kind, _raised(model), title=simplified(case.info.title), notice=book.notice
            )
        )
        if model
        else None,
        reuse_stage=_stage(lambda: compare(side, corpus, notice=book.notice, params=setting.search))
        if corpus is not None
        else None,
        notice_reuse_stage=_stage(lambda: against_notice(side, book.notice)),
    )


def _stage(run: Callable[[], T]) -> T | Exception:
    try:
        return run()
    except Exception as error:  # noqa: BLE001 - a stage that throws must not take the report with it
        return error


def _raised(stage: T | Exception) -> T:
    if isinstance(stage, Exception):
        raise stage
    return stage


def screen(case: Case, setting: Setting, corpus: Corpus | None = None, *, of_batch: Sequence[Outcome] = ()) -> Report:
    """Screen one case: its stages, the checks of its kind, and what the batch checks said of it (``of_batch``)."""
    world = look(case, setting, corpus)
    kind = setting.rulebook.kinds.get(case.kind)
    rules = kind.rules if kind else ()
    outcomes = tuple(run_check(rule, case, world) for rule in rules if rule.state != "off") + tuple(of_batch)
    words, spread = case.words, case.words_all_stories
    text = case.document.text
    return Report(
        case=case.info,
        made_with=setting.made_with(case.kind),
        verdict=verdict_of(outcomes),
        text=text,
        counts={
            "words": words.words,
            "words_low": words.low,
            "words_high": words.high,
            "words_all_stories": spread.words,
            "han": sum(map(len, _HAN.findall(text))),
            "paragraphs": sum(1 for p in case.body if p.span.length),
        },
        outcomes=outcomes,
        structure=_kept(world.sections_stage) or _kept(world.story_stage) or (),
        reuse=_kept(world.reuse_stage),
        topic=_kept(world.topic_stage),
        ledger=by_section(_kept(world.ledger_stage) or (), _kept(world.sections_stage) or ()),
        score=_score(case, world, kind, outcomes),
        warnings=case.warnings,
    )


def _score(case: Case, world: World, kind: KindRules | None, outcomes: Sequence[Outcome]) -> Score:
    """Reckon the score from what the stages found and the checks of form said."""
    if kind is None:
        return Score(total=None, reason="不认识这类材料")
    topic = _kept(world.topic_stage)
    form = [o for o in outcomes if o.check in FORM_CHECKS and not o.shadow]
    labels = {r.check.name: r.check.label for r in kind.rules}
    said: dict[str, list[Severity]] = {o.check: [] for o in form if o.status in ("clear", "found")}
    for o in form:
        said.get(o.check, []).extend(f.severity or o.severity for f in o.findings)
    stuffed = sum(count_words(case.document.quote(s)) for s in topic.stuffing) if topic else 0
    return score_case(
        kind.weights,
        Measured(
            words=max(0, case.words.words - stuffed),
            body=case.body_span,
            topic=topic,
            sections=_kept(world.sections_stage),
            ledger=_kept(world.ledger_stage),
            narrative=_kept(_stage(lambda: narrative(case.plain, case.body))) if "narrative" in kind.weights else None,
            form=said,
            labels=labels,
            broken=[labels[o.check] for o in form if o.status == "broken"],
        ),
    )


def _kept(stage: T | Exception | None) -> T | None:
    return None if isinstance(stage, Exception) else stage


def refused(info: CaseInfo, error: ScreeningError, setting: Setting) -> Report:
    """Report a file that could not be read: it stays in the batch, with the reason and the remedy."""
    failure = Failure(code=error.code, message=error.message, advice=error.advice)
    return Report(case=info, made_with=setting.made_with(), verdict=Verdict.INCOMPLETE, error=failure)


def run_check(rule: Rule, case: Case, world: World) -> Outcome:
    """Run one rule on one case; what the rule adds around a check is added here, so that no check repeats it."""
    assert isinstance(rule.check, CaseCheck)
    run = rule.check.run
    return _outcome(rule, lambda: [_filled(f, rule) for f in run(case, rule.params, world)])


def run_batch_checks(batch: Batch, setting: Setting) -> tuple[tuple[Outcome, ...], Mapping[str, tuple[Outcome, ...]]]:
    """Run the batch rules once; return the delivery's own outcomes, and for each case id those that concern it."""
    world = World(
        notice=setting.rulebook.notice,
        notice_title=setting.rulebook.title,
        year=setting.rulebook.year,
        roster=setting.roster,
    )
    whole: list[Outcome] = []
    each: dict[str, list[Outcome]] = {info.id: [] for info in batch.cases}
    for rule in setting.rulebook.batch:
        if rule.state == "off":
            continue
        outcome, said = _run_batch_rule(rule, batch, world)
        whole.append(outcome)
        said_of: dict[str, list[Finding]] = {}
        for b in said:
            for case_id in b.cases:
                said_of.setdefault(case_id, []).append(b.finding)
        for info in batch.cases:
            mine = tuple(said_of.get(info.id, ()))
            status = "clear" if outcome.status == "found" and not mine else outcome.status
            each[info.id].append(replace(outcome, status=status, findings=mine))
    return tuple(whole), {k: tuple(v) for k, v in each.items()}


def _run_batch_rule(rule: Rule, batch: Batch, world: World) -> tuple[Outcome, list[BatchFinding]]:
    assert isinstance(rule.check, BatchCheck)
    run = rule.check.run
    said: list[BatchFinding] = []

    def remarks() -> list[Finding]:
        said.extend(replace(b, finding=_filled(b.finding, rule)) for b in run(batch, rule.params, world))
        return [b.finding for b in said]

    return _outcome(rule, remarks), said


def _filled(finding: Finding, rule: Rule) -> Finding:
    # The cap has done its work: what is left is what the report says, and reads back.
    severity = rule.severity.at_most(finding.cap)
    return replace(finding, severity=severity, clause=finding.clause or rule.clause, cap=None)


def _outcome(rule: Rule, run: Callable[[], list[Finding]]) -> Outcome:
    base = Outcome(
        rule=rule.id,
        check=rule.check.name,
        status="clear",
        severity=rule.severity,
        clause=rule.clause,
        shadow=rule.state == "shadow",
    )
    try:
        findings = run()
    except Skip as skip:
        return replace(base, status="skipped", reason=str(skip))
    except ScreeningError as error:
        return replace(base, status="broken", reason=f"检查未能完成：{error}。{error.advice}")
    except Exception as error:  # noqa: BLE001 - a check that throws is an answer: broken
        return replace(base, status="broken", reason=f"检查未能完成（{type(error).__name__}）")
    return replace(base, status="found" if findings else "clear", findings=tuple(findings))
