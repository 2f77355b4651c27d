"""The command ``screening``: check, batch, compare, evidence, blind, ask, library, rules, train, evaluate, demo, limits. Exit 0 nothing found, 1 findings, 2 unreadable or wrong usage."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.table import Table

from screening import __version__, cli_blind, cli_learning, cli_library, cli_rules
from screening.cli_sheet import SheetForm, SheetView, SheetViewOption, sheet_asked, write_sheet
from screening.console import advancing, console, progress_bar
from screening.errors import ScreeningError, UsageError

EXIT_CLEAR, EXIT_FOUND, EXIT_USAGE, EXIT_INTERRUPTED = 0, 1, 2, 130
REMARKS_SHOWN = 10  # files that were left out; the rest are on the page and in the workbook

_WRONG_USAGE: Any = typer.BadParameter.__base__  # typer's own class of usage errors has no public name

app = typer.Typer(
    help="案例智审：把一批 Word 案例按通知要求初筛一遍，条条有据，由人定夺。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
evaluate_app = typer.Typer(help="评测：用带标注的语料量一量引擎。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(cli_rules.app, name="rules")
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(cli_library.app, name="library")
app.add_typer(cli_learning.train_app, name="train")
evaluate_app.command("topic")(cli_learning.evaluate_topic)
app.command("ask")(cli_learning.ask)
app.command("blind")(cli_blind.blind)

RulebookOption = Annotated[
    str, typer.Option("--rulebook", help="规则集名称或 .toml 文件；可用的见 screening rules list。")
]
LibraryOption = Annotated[
    str,
    typer.Option(
        "--library",
        envvar="SCREENING_LIBRARY",
        help="比对库：screening library 建的库文件或 PostgreSQL 地址，或往年案例所在的文件夹、zip。",
    ),
]
ModelsOption = Annotated[
    str,
    typer.Option(
        "--models",
        envvar="SCREENING_MODELS",
        help="自己的切题模型所在的文件夹（screening train 写出）；其中没有的类型仍用自带的模型。",
    ),
]
KindOption = Annotated[
    str,
    typer.Option(
        "--kind",
        help="材料类型：work_case 典型工作案例、growth_story 教师成长案例、self_report 项目绩效自评报告；不写则自动识别。",
    ),
]
ThoroughOption = Annotated[
    bool,
    typer.Option(
        "--thorough",
        help="细查：用全部指纹，多看候选，较弱的线索也对照；适合申诉复核和小批量。查重部分耗时约为平常的两到三倍，"
        "索引约为四倍大；短的共用语句也会多列几处，请逐处看。",
    ),
]


def _version(value: bool) -> None:
    if value:
        print(f"screening {__version__}")  # noqa: T201 - the answer of the command
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本。")] = False,
) -> None:
    """案例智审：把一批 Word 案例按通知要求初筛一遍，条条有据，由人定夺。"""


def _search(thorough: bool) -> Any:
    from screening.reuse.compare import ORDINARY, THOROUGH

    return THOROUGH if thorough else ORDINARY


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError as error:
        raise UsageError("until.format", f"--until 的日期认不出：{said}", "请写成 2024-03-01 这样。") from error


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="一个或几个案例文件。")],
    kind: KindOption = "",
    rulebook: RulebookOption = "henan-2023-950",
    library: LibraryOption = "",
    models: ModelsOption = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="每个文件输出一行 JSON（格式见 report.schema.json）。")
    ] = False,
    thorough: ThoroughOption = False,
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet", help="另写自查单，格式按文件名：.docx、.html 或 .pdf；不用比对库时单上有自查码，报送时可填上。"
        ),
    ] = None,
    sheet_view: SheetViewOption = SheetView.FULL,
) -> None:
    """检查几个文件，每个给出一份报告。"""
    from screening.output.terminal import render_report
    from screening.single import check_files

    if sheet:
        sheet_asked(sheet, files)
    code = EXIT_CLEAR
    for report in check_files(
        files, rulebook=rulebook, kind=kind, library=library, models=models, search=_search(thorough)
    ):
        if as_json:
            print(json.dumps(report.to_json(), ensure_ascii=False))  # noqa: T201
        else:
            render_report(report, console())
        if sheet:
            write_sheet(sheet, report, rulebook, kind, sheet_view)
        if report.error:
            code = EXIT_USAGE
        elif code == EXIT_CLEAR and report.verdict.value != "clear":
            code = EXIT_FOUND
    raise typer.Exit(code)


@app.command()
def batch(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="案例所在的文件夹或 zip。")],
    out: Annotated[Path, typer.Option("--out", help="结果写到哪个文件夹。")],
    manifest: Annotated[Path | None, typer.Option("--manifest", help="报送清单（xlsx 或 csv）。")] = None,
    rulebook: RulebookOption = "henan-2023-950",
    library: LibraryOption = "",
    models: ModelsOption = "",
    roster: Annotated[Path | None, typer.Option("--roster", help="参训学员名册（xlsx 或 csv）。")] = None,
    kind: KindOption = "",
    jobs: Annotated[int, typer.Option("--jobs", min=0, help="同时用几个进程；0 为自动。")] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="接着上次中断的地方继续。")] = False,
    thorough: ThoroughOption = False,
    sheets: Annotated[
        bool, typer.Option("--sheets", help="另写每篇的检测报告单到 sheets/；再运行时整个文件夹换新。")
    ] = False,
    sheet_view: SheetViewOption = SheetView.FULL,
    sheet_form: Annotated[
        SheetForm, typer.Option("--sheet-form", help="报告单的格式：docx 为 Word，html 为网页，pdf 要另装 typst。")
    ] = SheetForm.DOCX,
    letters: Annotated[
        bool, typer.Option("--letters", help="另写给每个单位的退改函（Word）到 letters/；再运行时整个文件夹换新。")
    ] = False,
    until: Annotated[str, typer.Option("--until", help="退改函里写的修改期限，如 2024-03-01；不写则留空。")] = "",
    earlier: Annotated[
        Path | None,
        typer.Option("--earlier", help="上次的结果文件夹：修改后重报的，退改函里逐项对照上次的意见。"),
    ] = None,
) -> None:
    """筛查一整批：写出 report.jsonl、summary.xlsx、index.html，可另写报告单和退改函。"""
    from screening.batch import screen_batch
    from screening.papers import Papers

    papers = Papers(
        sheets=sheets,
        letters=letters,
        view=sheet_view.value,
        form=sheet_form.value,
        until=_day(until),
        earlier=earlier,
    )
    with progress_bar() as progress:
        result = screen_batch(
            path,
            out,
            rulebook=rulebook,
            manifest=manifest,
            library=library,
            models=models,
            roster=roster,
            kind=kind,
            jobs=jobs,
            resume=resume,
            search=_search(thorough),
            papers=papers,
            progress=advancing(progress),
        )
    _say_result(result)
    found = any(n for verdict, n in result.batch.verdicts.items() if verdict != "clear")
    raise typer.Exit(EXIT_FOUND if found else EXIT_CLEAR)


def _say_result(result: Any) -> None:
    from screening.output.markup import printable
    from screening.output.privacy import masked
    from screening.report import Verdict

    out = console()
    table = Table("结论", "篇数", box=None, pad_edge=False)
    for verdict in Verdict:
        table.add_row(verdict.label, str(result.batch.verdicts.get(verdict.value, 0)))
    table.add_row("合计", str(result.cases))
    out.print(table)
    if result.failures:
        out.print(f"其中 {result.failures} 个文件读不出来，原因和办法见 summary.xlsx 的“未能读取”表。")
    remarks = result.batch.remarks
    for remark in remarks[:REMARKS_SHOWN]:
        done = "没有用于比对" if remark.place == "archive" else "没有检查"
        out.print(f"提示：{done}“{printable(masked(remark.name))}”：{remark.reason}", markup=False)
    if len(remarks) > REMARKS_SHOWN:
        out.print(
            f"提示：没有检查或没有用于比对的文件另有 {len(remarks) - REMARKS_SHOWN} 个，"
            "见 index.html 的“没有检查的文件”和 summary.xlsx 的“未检查的文件”表。"
        )
    out.print("结果：")
    for file in result.files:
        out.print(f"  {file}", markup=False)


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="第一份文件。")],
    b: Annotated[Path, typer.Argument(metavar="B", help="第二份文件。")],
    html: Annotated[
        Path | None, typer.Option("--html", help="把左右对照写成一个网页文件，可以存档、打印、转交。")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。")] = False,
    thorough: ThoroughOption = False,
) -> None:
    """左右对照两份文件的相似段落。"""
    from screening.output.evidence import comparison, pair_file
    from screening.output.labels import SEARCH
    from screening.output.terminal import render_comparison
    from screening.single import compare_files

    result = compare_files(a, b, search=_search(thorough))
    if html:
        made = f"程序 {__version__}；查重方式 {SEARCH[result.search]}。"
        html.write_bytes(pair_file(comparison(result.a, result.b, result.passages), made=made))
    if as_json:
        print(json.dumps(result.to_json(), ensure_ascii=False))  # noqa: T201
    else:
        render_comparison(result, console())
        if html:
            console().print(f"对照页：{html}", markup=False)
    raise typer.Exit(EXIT_FOUND if result.passages else EXIT_CLEAR)


@app.command()
def evidence(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="screening batch 写的结果文件夹。")],
    group: Annotated[int, typer.Argument(metavar="GROUP", help="相似群组的组号，见 index.html。")],
    html: Annotated[Path, typer.Option("--html", help="写到哪个网页文件。")],
) -> None:
    """把一个相似群组的证据写成一个网页文件：都有谁、谁最早、两个方向的比例、逐段对照。"""
    from screening.group_evidence import group_file

    html.write_bytes(group_file(results, group))
    console().print(f"证据：{html}", markup=False)


@evaluate_app.command("reuse")
def evaluate_reuse_command(
    corpus: Annotated[
        Path, typer.Argument(metavar="CORPUS", help="语料文件夹，含 cases/、library/，可含 truth.json。")
    ],
    detections: Annotated[Path, typer.Option("--detections", help="把找到的相似段落写到哪个 JSON Lines 文件。")],
    thorough: ThoroughOption = False,
) -> None:
    """只用查重引擎：cases/ 中每篇与 library/ 比对，写出段落；有标注时打印指标。"""
    from screening.evaluate import evaluate_reuse, measures_table

    with progress_bar() as progress:
        measures = evaluate_reuse(corpus, detections, search=_search(thorough), progress=advancing(progress))
    if measures is not None:
        console().print(measures_table(measures))
    console().print(f"段落：{detections}", markup=False)


@app.command()
def demo(out: Annotated[Path, typer.Option("--out", help="写到哪个文件夹。")] = Path("demo-out")) -> None:
    """写出一批虚构的 Word 案例并筛查一遍，看看结果是什么样。"""
    from screening.demo.expectation import fault_table, good_line
    from screening.demo.run import run_demo

    with progress_bar() as progress:
        result = run_demo(out, progress=advancing(progress))
    console().print(fault_table(result.checked))
    console().print(good_line(result.checked), markup=False)
    _say_result(result.batch)
    console().print("用浏览器打开 index.html 即可查看。案例、单位、人名均为虚构。")


@app.command()
def limits() -> None:
    """显示来历不明的文件在本机受哪些限制。"""
    from screening.intake import Limits, boundary

    in_force = boundary.status()
    most = Limits()
    what = {
        "network": ("断网", "子进程能联网；读取程序自己不联网，也不打开文件里的链接"),
        "files": ("不能写文件", "子进程能写文件；读取程序自己不写"),
        "processes": ("不能启动别的程序", "子进程能启动别的程序（用管理员账号运行时总是如此）；读取程序自己不启动"),
        "memory": (f"内存不超过 {most.memory / 2**20:.0f} MB", "没有内存上限，只靠时间上限和文件大小上限"),
    }
    out = console()
    for key, (name, otherwise) in what.items():
        out.print(f"{name}：{'生效' if in_force[key] else f'不生效。{otherwise}'}。", markup=False)
    out.print(f"每个文件不超过 {most.seconds:g} 秒：{'生效' if boundary.enabled() else '不生效'}。", markup=False)
    if not boundary.enabled():
        out.print(f"环境变量 {boundary.SWITCH} 关闭了子进程，文件在本进程里读，以上限制都不生效。", markup=False)


def _fail(error: ScreeningError) -> NoReturn:
    out = console(stderr=True)
    out.print(f"错误（{error.code}）：{error.message}", markup=False)
    if error.advice:
        out.print(f"办法：{error.advice}", markup=False)
    raise SystemExit(EXIT_USAGE)


def main() -> None:
    """Run the command line; every error becomes a sentence and an exit code, never a traceback."""
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except ScreeningError as error:
        _fail(error)
    except typer.Exit as done:
        code = done.exit_code
    except (KeyboardInterrupt, typer.Abort):
        code = EXIT_INTERRUPTED
    except _WRONG_USAGE as error:
        _fail(
            UsageError(
                "usage", f"命令写得不对：{error.format_message()}", "用法见 screening --help，或在命令后加 --help。"
            )
        )
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = EXIT_CLEAR
    except OSError as error:
        _fail(
            UsageError(
                "os", f"读写文件出错：{error.strerror or error}（{error.filename or ''}）", "请核对磁盘空间和文件权限。"
            )
        )
    if code == EXIT_INTERRUPTED:
        console(stderr=True).print("已中断。已完成的部分保留着，加 --resume 可以接着做。")
    raise SystemExit(code or EXIT_CLEAR)
