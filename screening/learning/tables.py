"""What training, calibrating and evaluating found, as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isnan

from rich.table import Table

from screening.learning.calibrating import Calibrated, Uncalibrated
from screening.learning.evaluating import BANDS, Evaluation, Wrong
from screening.learning.figures import Estimate
from screening.learning.samples import KINDS
from screening.learning.training import Trial, Untrained
from screening.output.labels import BAND, GENRE
from screening.output.markup import printable

_METHODS = {"platt": "Platt 逻辑曲线", "isotonic": "保序回归"}


def _table(*columns: str, title: str = "") -> Table:
    table = Table(*columns, box=None, pad_edge=False, title=printable(title) or None, title_justify="left")
    table.title_style = "bold"
    return table


def _texts(e: Estimate) -> str:
    return f"{e.on} / {e.off}"


def trial_table(trial: Trial) -> Table:
    """Return the test of a trained model: a row a test, the baseline beside it, what it lost against the model in use."""
    title = (
        f"{KINDS[trial.kind]}：{trial.on + trial.off} 篇（切题 {trial.on}，偏题 {trial.off}），来源 {len(trial.sources)} 个；"
        f"AUC 和 95% 区间（自助法）"
    )
    in_use = ("自带模型",) if trial.learnt_before else ()
    table = _table("检验方式", "切题 / 偏题", "学得的模型", "无标注基线", *in_use, "比自带", title=title)
    for row in trial.rows:
        more = (str(row.in_use),) if trial.learnt_before else ()
        gain = "—" if isnan(row.loss) else f"{0 - round(row.loss, 3):+.3f}{'  不及' if row.fails else ''}"
        table.add_row(printable(row.name), _texts(row.learnt), str(row.learnt), str(row.baseline), *more, gain)
    return table


def trial_lines(trials: Sequence[Trial | Untrained], written: Mapping[str, str]) -> Iterator[str]:
    """Return the verdict on each kind; ``written`` are the places of the promoted models by kind."""
    for t in trials:
        if isinstance(t, Untrained):
            yield f"{KINDS[t.kind]}：没有训练，{t.reason}。"
            continue
        yield from (f"{KINDS[t.kind]}：提示，{remark}" for remark in t.remarks)
        if t.objections:
            yield from (f"{KINDS[t.kind]}：不采用，{objection}。" for objection in t.objections)
        elif t.kind in written:
            yield f"{KINDS[t.kind]}：不比自带模型差，已写出 {written[t.kind]}"
        else:
            yield f"{KINDS[t.kind]}：不比自带模型差，可以采用；这次没有写出（要写出请加 --out 文件夹）。"


def calibration_table(made: Iterable[Calibrated | Uncalibrated]) -> Table:
    """Return the calibration of each kind, with its errors before and after."""
    table = _table("类型", "判定", "方法", "ECE 校准前", "校准后", "Brier 校准前", "校准后")
    for c in made:
        if isinstance(c, Calibrated):
            numbers = (*c.ece, *c.brier)
            row = (str(len(c.decisions)), _METHODS[c.calibration.method], *(f"{x:.3f}" for x in numbers))
            table.add_row(KINDS.get(c.kind, c.kind), *row)
    table.caption = "“校准后”由五折交叉检验得出，每份判定都没有参加给自己打分的那次校准。"
    return table


def evaluation_tables(found: Evaluation) -> Iterator[Table]:
    """Return AUC with the other figures, themes, bands, and the texts that went most wrong."""
    table = _table("AUC", "切题 / 偏题", "数值（95% 区间）", title=f"切题模型，{found.texts} 篇")
    rows = {"全部": found.auc, **({"切题对近似主题": found.near} if found.near else {})}
    rows |= {KINDS[k]: e for k, e in found.by_kind.items()} | {f"来源 {k}": e for k, e in found.by_source.items()}
    for name, e in rows.items():
        table.add_row(printable(name), _texts(e), str(e))
    yield table
    shares = _table("其他", "数值（95% 区间）")
    shares.add_row("切题的被列为偏题", str(found.good_called_off))
    shares.add_row("偏题的被列为偏题", str(found.off_told))
    shares.add_row("ECE（已校准）" if found.calibrated else "ECE（未校准，分数不是概率）", str(found.ece))
    if found.themes:
        t = found.themes
        shares.add_row(f"主题首位答对（{t.texts} 篇）", f"{t.first:.3f}")
        shares.add_row("主题前两位含答案", f"{t.first_two:.3f}")
        shares.add_row("报告给出主题的，答对", f"{t.right:.3f}（未定 {t.undecided:.3f}）")
    yield shares
    bands = _table("标注", *(BAND[b] for b in BANDS))
    for name, counts in found.bands.items():
        bands.add_row(printable(name), *(str(counts[b]) for b in BANDS))
    yield bands
    yield _worst_table(found.worst)


def _worst_table(worst: Iterable[Wrong]) -> Table:
    table = _table("编号", "来源", "标注", "分数", "分档", "文体", "理由", title="离标注最远的文本")
    for w in worst:
        place = (printable(w.id), printable(w.source), w.label)
        table.add_row(*place, f"{w.score:.2f}", BAND[w.band], GENRE.get(w.genre, w.genre), printable(w.reason))
    return table
