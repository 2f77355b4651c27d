"""Train a topic model for each kind, hold it against the one in use on texts that neither saw, and promote it only if it is no worse."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import metadata, resources
from pathlib import Path

import numpy as np

from screening import __version__
from screening.errors import UsageError
from screening.learning.figures import Bools, Estimate, Floats, auc, estimate, of_source
from screening.learning.fitting import cross_validation, fit, held_out, leave_one_source_out, scores_of
from screening.learning.groups import near_copies
from screening.learning.samples import KINDS, Sample
from screening.topic.build import label_free, packed, rows_of, store
from screening.topic.calibration import FILE as CALIBRATION
from screening.topic.features import FEATURES
from screening.topic.model import TopicModel, model_for

Advance = Callable[[str, int, int], None]
FEWEST, FEWEST_OF_A_CLASS = 20, 5  # texts of a kind; below, nothing is learnt that a reviewer could rely on
WORSE, WORSE_ON_A_SOURCE = 0.01, 0.03  # AUC that a new model may lose on the whole frozen set, on one source
NAMED = 3  # ids repeated in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """AUC of three models on the same texts: the learnt one, the label-free baseline, the one in use."""

    name: str
    learnt: Estimate
    baseline: Estimate
    in_use: Estimate
    allowed: float | None = None  # what the learnt one may lose here and still be promoted; None: nothing hangs on it

    @property
    def loss(self) -> float:
        """How much the learnt model is worse than the one in use."""
        return self.in_use.value - self.learnt.value

    @property
    def fails(self) -> bool:
        """Say whether it is too much."""
        return self.allowed is not None and self.loss > self.allowed + 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A model trained for one kind: how it did, why it may not be promoted (empty: it may), what else to know."""

    kind: str
    model: TopicModel
    rows: tuple[Row, ...]
    objections: tuple[str, ...]
    remarks: tuple[str, ...]
    training_set: str  # sha256 of the texts and labels, in the order of their ids
    seed: int
    on: int
    off: int
    sources: tuple[str, ...]
    learnt_before: bool  # the model in use is a learnt one, not the label-free baseline


@dataclass(frozen=True, slots=True)
class Untrained:
    """A kind that nothing was trained for, and why (one sentence)."""

    kind: str
    reason: str


class _Texts:
    """Labelled texts of a kind as arrays."""

    def __init__(self, samples: Sequence[Sample], values: Sequence[Sequence[float]], groups: Sequence[int]) -> None:
        self.samples, self.groups = samples, groups
        self.x: Floats = np.array(values, dtype=float).reshape(len(samples), len(FEATURES))
        self.on: Bools = np.array([s.on for s in samples], dtype=bool)
        self.sources = np.array([s.source for s in samples])


def train(
    samples: Sequence[Sample],
    frozen: Sequence[Sample] = (),
    *,
    seed: int = 0,
    progress: Advance | None = None,
) -> tuple[Trial | Untrained, ...]:
    """Train on ``samples``, judge on ``frozen``; without a frozen set, by leaving out one source after the other.

    The order of the texts does not matter. Raises :class:`UsageError` "frozen.overlap" if a text of the frozen set, or nearly
    it, is also in the training set; "labels.few" if no kind has enough texts.
    """
    ordered = sorted(samples, key=lambda s: s.id)
    judges = sorted(frozen, key=lambda s: s.id)
    everything = [*ordered, *judges]
    groups = near_copies([s.text for s in everything])
    _apart(everything, groups, len(ordered))
    values = []
    for n, sample in enumerate(everything, 1):
        measured = sample.values
        values.append([measured[k] for k in FEATURES])
        if progress:
            progress("量特征", n, len(everything))

    def texts_of(kind: str, start: int, end: int) -> _Texts:
        rows = [n for n in range(start, end) if everything[n].kind == kind]
        return _Texts([everything[n] for n in rows], [values[n] for n in rows], [groups[n] for n in rows])

    out: list[Trial | Untrained] = []
    for kind in (k for k in KINDS if any(s.kind == k for s in ordered)):
        own = texts_of(kind, 0, len(ordered))
        reason = _too_few(own)
        if reason:
            out.append(Untrained(kind, reason))
        else:
            out.append(_trial(kind, own, texts_of(kind, len(ordered), len(everything)) if judges else None, seed))
    if not any(isinstance(t, Trial) for t in out):
        said = "；".join(f"{KINDS[t.kind]}{t.reason}" for t in out if isinstance(t, Untrained))
        raise UsageError(
            "labels.few",
            f"没有一类材料可以训练：{said}",
            f"每类材料至少 {FEWEST} 篇，on 和 off 各至少 {FEWEST_OF_A_CLASS} 篇。",
        )
    return tuple(out)


def _too_few(texts: _Texts) -> str:
    on, off = int(texts.on.sum()), int((~texts.on).sum())
    if not on or not off:
        return f"的 {on + off} 篇全部标为 {'on' if on else 'off'}，只有一类，学不出区别"
    if on + off < FEWEST or min(on, off) < FEWEST_OF_A_CLASS:
        return f"只有 {on + off} 篇（on {on}，off {off}），太少"
    return ""


def _apart(everything: Sequence[Sample], groups: Sequence[int], size: int) -> None:
    shared = set(groups[:size]) & set(groups[size:])
    names = [s.id for s, g in zip(everything[size:], groups[size:], strict=True) if g in shared]
    if names:
        raise UsageError(
            "frozen.overlap",
            f"冻结集里有 {len(names)} 篇与训练集相同或近似（如 {'、'.join(names[:NAMED])}），用它来比不公平",
            "请从训练集中去掉这些文本；冻结集一经定下就不再用来训练。",
        )


def _trial(kind: str, own: _Texts, frozen: _Texts | None, seed: int) -> Trial:
    model = fit(kind, own.x, own.on)
    model = replace(model, sha256=hashlib.sha256(packed(model)).hexdigest())
    baseline, in_use = label_free(kind), model_for(kind)
    assert in_use is not None

    def row(name: str, texts: _Texts, learnt: Floats, where: Bools | None = None, allowed: float | None = None) -> Row:
        told = ~np.isnan(learnt)
        rows = np.flatnonzero(told if where is None else told & where).tolist()
        groups = [texts.groups[n] for n in rows]
        learnt_, baseline_, in_use_ = (
            estimate(auc, scores[rows], texts.on[rows], groups, seed=seed)
            for scores in (learnt, scores_of(baseline, texts.x), scores_of(replace(in_use, calibration=None), texts.x))
        )
        return Row(name=name, learnt=learnt_, baseline=baseline_, in_use=in_use_, allowed=allowed)

    def by_source(texts: _Texts, learnt: Floats, allowed: float | None) -> list[Row]:
        rows = []
        for name in np.unique(texts.sources):
            inside = texts.sources == name
            where = of_source(inside, texts.on)
            more = "" if np.array_equal(inside, where) else "（只有一类，与其余的另一类比）"
            rows.append(row(f"  来源 {name}{more}", texts, learnt, where, allowed))
        return rows

    crossed = held_out(kind, own.x, own.on, cross_validation(own.on, own.groups, seed=seed))
    left_out = held_out(kind, own.x, own.on, leave_one_source_out(own.sources.tolist(), own.groups))
    judged_by_sources = frozen is None
    rows = [
        row("交叉验证", own, crossed),
        row("留一来源", own, left_out, allowed=WORSE if judged_by_sources else None),
        *by_source(own, left_out, WORSE_ON_A_SOURCE if judged_by_sources else None),
    ]
    if frozen is not None:
        scores = scores_of(model, frozen.x)
        rows += [row("冻结集", frozen, scores, allowed=WORSE), *by_source(frozen, scores, WORSE_ON_A_SOURCE)]
    return Trial(
        kind=kind,
        model=model,
        rows=tuple(rows),
        objections=tuple(_objections(rows)),
        remarks=tuple(_remarks(own, frozen, model)),
        training_set=training_set_of(own.samples),
        seed=seed,
        on=int(own.on.sum()),
        off=int((~own.on).sum()),
        sources=tuple(np.unique(own.sources).tolist()),
        learnt_before=in_use.sha256 != baseline.sha256,
    )


def _objections(rows: Sequence[Row]) -> list[str]:
    whole = next(r for r in rows if r.allowed == WORSE)
    if np.isnan(whole.learnt.value):
        if whole.name == "冻结集":
            return ["冻结集里这类材料没有文本，或只有一类，无法与自带模型比较"]
        return ["只有一个来源（或留一来源后只剩一类），不能与自带模型比较，请用 --frozen 给出冻结集"]
    return [
        f"在“{r.name.strip()}”上比自带模型差 {r.loss:.3f}（{r.learnt.value:.3f} 对 {r.in_use.value:.3f}，最多允许 {r.allowed}）"
        for r in rows
        if r.fails
    ]


def _remarks(own: _Texts, frozen: _Texts | None, model: TopicModel) -> list[str]:
    out = []
    members: dict[int, list[Sample]] = {}
    for s, g in zip(own.samples, own.groups, strict=True):
        members.setdefault(g, []).append(s)
    copies = [m for m in members.values() if len(m) > 1]
    if copies:
        out.append(f"有 {len(copies)} 组近似文本（如 {'、'.join(s.id for s in copies[0][:NAMED])}），检验时不分开。")
    torn = [m for m in copies if len({s.on for s in m}) > 1]
    if torn:
        out.append(f"其中 {len(torn)} 组标注互相矛盾（如 {'、'.join(s.id for s in torn[0][:NAMED])}），请核对。")
    if frozen is not None:
        shared = sorted(set(own.sources.tolist()) & set(frozen.sources.tolist()))
        if shared:
            out.append(f"冻结集的来源 {'、'.join(shared[:NAMED])} 也在训练集里，成绩会偏好看。")
    designed = label_free(model.kind).weights
    turned = [FEATURES[k] for k in FEATURES if designed[k] * model.weights[k] < 0]
    if turned:
        out.append(f"这些特征学得的方向与设计相反，请当心：{'、'.join(turned)}。")
    return out


def training_set_of(samples: Sequence[Sample]) -> str:
    """Return the sha256 of texts and labels, in the order of their ids."""
    digest = hashlib.sha256()
    for s in sorted(samples, key=lambda s: s.id):
        digest.update(json.dumps([s.id, s.kind, s.on, s.source, s.title, s.text], ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()


def promote(trial: Trial, folder: Path) -> Path:
    """Write the model below ``folder`` as topic-<kind>; a calibration of the model that was there is removed, it fits no other."""
    assert not trial.objections
    place = folder / f"topic-{trial.kind}"
    made_from = f'training_set = "{trial.training_set}"\nseed = {trial.seed}\ntexts = {trial.on + trial.off}\n'
    versions = {"screening": __version__} | {
        name.replace("-", "_"): metadata.version(name) for name in ("scikit-learn", "numpy", "scipy")
    }
    whole = [r for r in trial.rows if not r.name.startswith(" ")]
    metrics = "\n[metrics]  # AUC with 95 % interval; the label-free baseline on the same texts\n" + "".join(
        f"{_KEYS[r.name]} = {_numbers(r.learnt)}\n{_KEYS[r.name]}_baseline = {_numbers(r.baseline)}\n"
        for r in whole
        if not np.isnan(r.learnt.value)
    )
    (place / CALIBRATION).unlink(missing_ok=True)
    store(trial.model, place, made_from=made_from, versions=versions, more=metrics, card=_card(trial, whole))
    return place


_KEYS = {"交叉验证": "cross_validation", "留一来源": "leave_one_source_out", "冻结集": "frozen"}


def _numbers(e: Estimate) -> list[float]:
    return [round(x, 4) for x in (e.value, e.low, e.high)]


def _card(trial: Trial, whole: Sequence[Row]) -> str:
    template = (resources.files("screening") / "learning" / "card.md").read_text("utf-8")
    return template.format(
        label=KINDS[trial.kind],
        kind=trial.kind,
        texts=trial.on + trial.off,
        on=trial.on,
        off=trial.off,
        sources=len(trial.sources),
        training_set=trial.training_set,
        seed=trial.seed,
        low=trial.model.low,
        high=trial.model.high,
        figures="\n".join(f"| {r.name} {_KEYS[r.name]} | {r.learnt} | {r.baseline} |" for r in whole),
        rows=rows_of(trial.model),
        intercept=trial.model.intercept,
    )
