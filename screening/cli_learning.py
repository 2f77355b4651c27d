"""The commands that learn from labels: ``train topic``, ``train calibration``, ``evaluate topic``, and ``ask``, whom to label next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from screening.console import advancing, console, progress_bar

EXIT_REFUSED = 1  # a model was not promoted

train_app = typer.Typer(help="训练：用标注和本地判定改进切题模型。", no_args_is_help=True, rich_markup_mode=None)

Seed = Annotated[int, typer.Option("--seed", min=0, help="随机种子；相同的输入和种子给出相同的结果。")]
Models = Annotated[
    str,
    typer.Option("--models", envvar="SCREENING_MODELS", help="自己的切题模型所在的文件夹；不写则用自带的模型。"),
]
Labelled = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="带标注的文本，每行一个 JSON：id、text、kind、label（on 或 off）、source，可有 theme、title、stratum。",
    ),
]


@train_app.command("topic")
def train_topic(
    file: Labelled,
    out: Annotated[Path | None, typer.Option("--out", help="把通过检验的模型写到哪个文件夹；不写则只检验。")] = None,
    frozen: Annotated[
        Path | None, typer.Option("--frozen", help="冻结集：从不用来训练的标注文本；不写则用留一来源代替。")
    ] = None,
    seed: Seed = 0,
) -> None:
    """用标注训练切题模型：与无标注基线和自带模型并排比较，变差的不写出（退出码 1）。"""
    from screening.learning.samples import read_samples
    from screening.learning.tables import trial_lines, trial_table
    from screening.learning.training import Trial, promote, train

    samples, judges = read_samples(file), read_samples(frozen) if frozen else ()
    with progress_bar() as progress:
        trials = train(samples, judges, seed=seed, progress=advancing(progress))
    done = [t for t in trials if isinstance(t, Trial)]
    written = {t.kind: str(promote(t, out)) for t in done if out and not t.objections}
    for t in done:
        console().print(trial_table(t))
    for line in trial_lines(trials, written):
        console().print(line, markup=False)
    raise typer.Exit(EXIT_REFUSED if any(t.objections for t in done) else 0)


@train_app.command("calibration")
def train_calibration(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="DECISIONS",
            help="本地判定，每行一个 JSON：label（on 或 off），加上 id（配合 --report），或 score 和 kind，或 text 和 kind。",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="把模型和校准写到哪个文件夹，以后用 --models 使用。")],
    report: Annotated[Path | None, typer.Option("--report", help="判定所依据的 report.jsonl。")] = None,
    models: Models = "",
    seed: Seed = 0,
) -> None:
    """用本地判定校准分数：每类 30 份起 Platt，200 份起保序回归；不足 30 份不给概率。"""
    from screening.learning.calibrating import Calibrated, calibrate, keep, read_decisions
    from screening.learning.samples import KINDS
    from screening.learning.tables import calibration_table
    from screening.topic.model import known_models

    if models:
        known_models(models)
    made = calibrate(read_decisions(file, report, models), models, seed=seed)
    console().print(calibration_table(made))
    for c in made:
        if isinstance(c, Calibrated):
            console().print(f"{KINDS.get(c.kind, c.kind)}：已写出 {keep(c, out, models)}", markup=False)
        else:
            console().print(f"{KINDS.get(c.kind, c.kind)}：没有校准，{c.reason}。")


def evaluate_topic(
    file: Labelled,
    models: Models = "",
    seed: Seed = 0,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。")] = False,
) -> None:
    """用带标注的文本量一量切题模型：AUC、误判、校准误差、主题、离标注最远的文本。"""
    from screening.learning.evaluating import evaluate_topic as evaluate
    from screening.learning.samples import read_samples
    from screening.learning.tables import evaluation_tables
    from screening.topic.model import known_models

    if models:
        known_models(models)
    samples = read_samples(file)
    with progress_bar() as progress:
        found = evaluate(samples, models, seed=seed, progress=advancing(progress))
    if as_json:
        print(json.dumps(found.to_json(), ensure_ascii=False))  # noqa: T201
        return
    for table in evaluation_tables(found):
        console().print(table)
        console().print()


def ask(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="screening batch 写的 report.jsonl。")],
    number: Annotated[int, typer.Option("--number", min=1, help="挑选几份。")] = 20,
    kind: Annotated[str, typer.Option("--kind", help="只挑这一类：work_case、growth_story 或 self_report。")] = "",
    decided: Annotated[Path | None, typer.Option("--decided", help="已有的判定（JSON Lines），其中的不再挑。")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="写成待填的 JSON Lines：填好 label（on 或 off）即可用于校准。")
    ] = None,
    seed: Seed = 0,
) -> None:
    """挑选接下来请人判定的材料：六成拿不准的，两成分数最高的，两成随机的；其中一成盲评，不显示分数。"""
    from screening.learning.reports import questions, read_report, sheet
    from screening.output.labels import BAND
    from screening.output.markup import printable
    from screening.output.privacy import masked

    rows = questions(read_report(report), number, kind=kind, decided=decided, seed=seed)
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in sheet(rows)), "utf-8")
    table = Table("编号", "文件", "分数", "分档", "为什么选它", box=None, pad_edge=False)
    why = {"uncertain": "拿不准", "top": "分数最高", "random": "随机"}
    for question, case in rows:
        shown = ("盲评", "—", "—") if question.blind else (f"{case.score:.2f}", BAND[case.band], why[question.why])
        table.add_row(case.id, printable(masked(case.file)), *shown)
    console().print(table)
    if out:
        console().print(f"待填的判定：{out}", markup=False)
