"""检测报告单: one case on paper, as Word, HTML or PDF: rates, sources, the marked text, every finding with the notice's sentence and its mending."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal

from screening.document import union
from screening.finding import Finding, Severity
from screening.output import paper_docx, paper_html, paper_typst
from screening.output.advice import advice_of
from screening.output.labels import (
    MESSAGE_SHOWN,
    PLACE,
    RATES,
    SEARCH,
    SEVERITY,
    STATUS,
    check_label,
    percent,
    short,
)
from screening.output.paper import KAI, Block, Cell, Run, cell, heading, paragraph, run, table, title
from screening.output.privacy import masked_report, without_author
from screening.output.sheet_text import listed, named, passages_part, text_part
from screening.report import Report
from screening.reuse.result import Reuse
from screening.rulebook import Rulebook
from screening.text.view import fold

View = Literal["brief", "full", "aligned"]
VIEWS: dict[View, str] = {"brief": "简洁", "full": "全文标明引文", "aligned": "全文对照"}
Form = Literal["docx", "html", "pdf"]
FORMS: dict[Form, str] = {"docx": "Word", "html": "网页", "pdf": "PDF"}
_WRITERS: dict[Form, Callable[..., bytes]] = {
    "docx": paper_docx.document,
    "html": paper_html.document,
    "pdf": paper_typst.document,
}
SOURCES_SHOWN, PLACES_SHOWN = 50, 3
TITLE_SHOWN = 200  # characters: a whole text that stands where a title should would fill pages of the head
_WHEN = {True: "对方在前", False: "本篇在前", None: "时间不详"}


def report_number(report: Report) -> str:
    """Return the number of a report without a register: from its content, so that another report has another number."""
    text = json.dumps(report.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest().upper()
    return "-".join(("AL", digest[:4], digest[4:8], digest[8:12], digest[12:16]))


def repeated_characters(reuse: Reuse) -> int:
    """Return how many of the compared characters are in the total rate: the rate has four digits, texts fewer than 10,000."""
    return round(reuse.rates.total * reuse.compared_characters)


def halves(report: Report) -> tuple[int, int]:
    """Return the repeated characters of the front and the back half of the text; together they are all repeated ones.

    Of passages beyond those listed nothing is known but their number; they are taken to lie as the listed ones do.
    """
    reuse = report.reuse
    if reuse is None or not (whole := repeated_characters(reuse)):
        return 0, 0
    view = fold(report.text)
    spans = union(p.span for p in reuse.passages if not p.facts)
    ends = [view.from_source(s) for s in spans]
    middle = len(view) // 2
    every = sum(b - a for a, b in ends)
    front = round(whole * sum(max(0, min(b, middle) - a) for a, b in ends) / every) if every else 0
    return front, whole - front


def sheet(
    report: Report,
    book: Rulebook,
    *,
    number: str,
    made_at: datetime | None,
    verify_url: str = "",
    view: View = "full",
    mask_author: bool = True,
    form: Form = "docx",
    precheck: str = "",
) -> bytes:
    """Return the sheet of one case as a file of this form; the same arguments give the same bytes.

    ``made_at`` carries a time zone (ValueError without); None leaves a line to be filled in by hand. ``view`` is "brief" (no text),
    "full" (the text with its marks) or "aligned" (the passages beside their sources too). Phones, mailboxes and numbers of persons are
    always masked, the author's name unless ``mask_author`` is False. ``precheck`` is the code that makes it a 自查单. A file that could not be read gets a sheet that says so.
    Raises :class:`UsageError` for "pdf" where it cannot be made: see :func:`screening.output.paper_typst.document`.
    """
    shown = masked_report(report)
    if mask_author:
        shown = without_author(shown)
    name = f"{'案例自查单' if precheck else '案例检测报告单'}（{VIEWS[view]}）"
    content: list[Block] = [title(name), *_head(shown, book, number, made_at, verify_url)]
    if precheck:
        content.append(paragraph(run(f"自查码：{precheck}"), style="Note", before=4))
    if shown.error:
        content += _unread(shown)
    else:
        content += [*_result(shown), *_sources(shown), *_findings(shown)]
        if view != "brief":
            content += text_part(shown)
        if view == "aligned":
            content += passages_part(shown)
    content += [*_notes(shown, book, precheck), *_signatures()]
    return _WRITERS[form](content, name=f"{name} {number}", made_at=made_at)


def _when(value: datetime | None) -> str:
    """Return a time with its zone."""
    if value is None:
        return "—"
    zone = value.strftime("%z")
    return value.strftime("%Y-%m-%d %H:%M") + (f"（UTC{zone[:3]}:{zone[3:5]}）" if zone else "")


def _head(report: Report, book: Rulebook, number: str, made_at: datetime | None, verify_url: str) -> Iterator[Block]:
    info = report.case
    kind = book.kinds.get(info.kind)
    stamp = _when(made_at) if made_at else "　　　年　　月　　日"
    rows = [
        ("报告编号", number, "检测时间", stamp),
        (
            "题　　目",
            short(info.title, TITLE_SHOWN) or ("（读不出来）" if report.error else "（没有找到标题）"),
            "材料类型",
            kind.label if kind else info.kind,
        ),
        ("报送单位", info.unit or "（未写明）", "项目类别", info.project or "（未写明）"),
        ("作　　者", info.author or "（未写明）", "报送时间", _when(info.received)),
        ("文　　件", short(info.file), "比对范围", _range(report)),
    ]
    yield table(rows, (13, 37, 13, 37), head=False, labels=True)
    if verify_url:
        yield paragraph(run(f"核验地址：{verify_url}"), style="Note", before=4)


def _range(report: Report) -> str:
    reuse, library = report.reuse, report.made_with.library
    if reuse is None:
        return "没有比对"
    archive = f"，其中比对库 {library.get('documents', 0)} 份" if library.get("documents") else "，未使用比对库"
    return f"其他材料 {reuse.compared_with} 份{archive}；不联网检索"


def _unread(report: Report) -> Iterator[Block]:
    assert report.error
    yield heading("一、检测结果")
    yield table(
        [
            ("结　　论", "读不出来，没有做任何检查；不能当作未见问题，也不是重复率为零"),
            ("原　　因", report.error.message),
            ("办　　法", report.error.advice or "请与报送单位联系，重新取得文件。"),
            ("代　　码", report.error.code),
        ],
        (13, 87),
        head=False,
        labels=True,
    )


def _result(report: Report) -> Iterator[Block]:
    counts, reuse = report.counts, report.reuse
    yield heading("一、检测结果")
    yield paragraph(run(f"初筛意见：{report.verdict.label}。", bold=True), run("由程序给出，是否采用由评审人员决定。"))
    if reuse is None:
        yield paragraph(run("没有做相似比对，以下不列复制比；这不等于没有重复。"))
        yield table(
            [("正文字数", str(counts.get("words", 0)), "段 落 数", str(counts.get("paragraphs", 0)))],
            (29, 21, 29, 21),
            head=False,
            labels=True,
        )
        return
    rates = reuse.rates
    telling = [p for p in reuse.passages if not p.stock]
    front, back = halves(report)
    largest = max(reuse.sources, key=lambda s: (s.rate, s.id), default=None)
    forms = sum(p.stock for p in reuse.passages)
    said = f"{len(telling)} 段" if reuse.shown == reuse.of else f"列出 {len(telling)} 段，共 {reuse.of - forms} 段"
    rows = [
        ("总文字复制比", percent(rates.total), "去除引用复制比", percent(rates.without_quotes)),
        ("去除本人本单位复制比", percent(rates.without_own), "单篇最大复制比", percent(rates.largest_source)),
        ("去除套话复制比", percent(rates.without_stock), "疑似改写", percent(rates.rewritten)),
        ("重复字数", str(repeated_characters(reuse)), "参与比对字数", str(reuse.compared_characters)),
        ("前半部重复字数", str(front), "后半部重复字数", str(back)),
        ("正文字数（Word）", str(counts["words"]), "段 落 数", str(counts["paragraphs"])),
        ("相似段落", said, "相似来源", f"{len(reuse.sources)} 份"),
    ]
    if rates.raw != rates.repaired:
        rows.append(("还原伪装字符前", percent(rates.raw), "还原伪装字符后", percent(rates.repaired)))
    yield table(rows, (29, 21, 29, 21), head=False, labels=True)
    if largest:
        yield paragraph(run(f"最大来源：{named(largest)}，占本篇 {percent(largest.rate)}。"), before=4)


def _sources(report: Report) -> Iterator[Block]:
    reuse = report.reuse
    yield heading("二、相似来源")
    if reuse is None or not reuse.sources:
        yield paragraph(run("没有发现相似来源。" if reuse else "没有做相似比对。"))
        return
    quoted: dict[str, list[bool]] = {}
    for p in reuse.passages:
        if not p.stock:
            quoted.setdefault(p.source, []).append(p.quoted)
    rows = [("序号", "来源", "来自、先后", "占本篇", "占来源", "重复字数", "是否引证")]
    for n, s in enumerate(reuse.sources[:SOURCES_SHOWN], 1):
        marks = quoted.get(s.id, [])
        cited = "是" if marks and all(marks) else "部分" if any(marks) else "否"
        whose = "；本人或本单位" if s.own else ""
        said = f"，疑似改写 {percent(s.rewritten)}" if s.rewritten else ""
        rows.append(
            (
                str(n),
                named(s),
                f"{PLACE.get(s.place, s.place)}，{_WHEN[s.earlier]}{whose}",
                percent(s.rate) + said,
                percent(s.share_of_source),
                str(s.characters),
                cited,
            )
        )
    yield table(rows, (7, 35, 19, 11, 10, 9, 9))
    yield listed(min(SOURCES_SHOWN, len(reuse.sources)), len(reuse.sources), "份")


def _findings(report: Report) -> Iterator[Block]:
    yield heading("三、问题与修改办法")
    found = report.findings
    if not found:
        yield paragraph(run("做过的检查均未见问题。没有做或没有做完的检查见“说明”。"))
        return
    rows: list[tuple[Cell, ...]] = [("序号", "性质", "问题", "通知原话", "修改办法")]
    for n, f in enumerate(found, 1):
        rows.append(
            (
                str(n),
                SEVERITY[f.severity or Severity.NOTE],
                cell(run(short(f.message, MESSAGE_SHOWN)), *_places(f)),
                f"{f.clause.where}：“{f.clause.quote}”" if f.clause else "—",
                advice_of(f.code),
            )
        )
    yield table(rows, (7, 10, 38, 22, 23))
    yield listed(len(found), len(found), "条")


def _places(finding: Finding) -> Iterator[Run]:
    """Give the author's own words at the first places; those of likeness stand in the text and beside their sources."""
    if finding.code.startswith("near_copy"):
        return
    places = [e for e in finding.evidence if e.quote.strip()]
    for e in places[:PLACES_SHOWN]:
        quote = " ".join(e.quote.split())
        yield run(f"原文：“{short(quote, 60)}”", font=KAI)
    if len(places) > PLACES_SHOWN:
        yield run(f"列出 {PLACES_SHOWN} 处，共 {len(places)} 处。", font=KAI)


_CODE_SAYS = (
    "自查码由文件、程序版本、规则集和检查结果算出，报送时一并填上，收稿的系统会用同样的版本重算、核对。它说明这份文件这样查会得到这样的结果；"
    "不证明是谁、什么时候查的（带平台签章的除外，签章证明平台在所写时间查过这份文件），也不代替正式检查：正式检查还要与其他材料比对。"
)


def _notes(report: Report, book: Rulebook, precheck: str) -> Iterator[Block]:
    yield heading("说　　明")
    made, info = report.made_with, report.case
    lines = ["本单由程序初筛，“疑似重复”只表示文字或事实相近，不是认定；是否重复、是否采用由评审人员核对原文后决定。"]
    if precheck:
        lines.append(_CODE_SAYS)
    if reuse := report.reuse:
        names = {"total": "总文字复制比", "without_quotes": "去除引用复制比", "without_own": "去除本人本单位复制比"}
        names |= {"without_stock": "去除套话复制比", "largest_source": "单篇最大复制比", "rewritten": "疑似改写"}
        said = "；".join(f"{names[k]}：{what}" for k, _, what in RATES if k in names)
        lines += [
            f"各率的分母是参与比对的 {reuse.compared_characters} 字（不计标点、空格和作者信息）。{said}。",
            "重复字数＝总文字复制比×参与比对字数；前、后半部以全文字数的一半为界。",
            f"比对范围：{_range(report)}；另与通知原文比对。比对库标识：{made.library.get('id') or '无'}；查重方式：{SEARCH[made.search]}。",
            "没有计入的：作者信息、页眉页脚、批注和隐藏文字（不是正文）；有上限的明确引用、套话和通知原文计入总文字复制比，在相应各率中减去。",
        ]
    counted = [o for o in report.outcomes if not o.shadow]
    clear = list(dict.fromkeys(check_label(o.check) for o in counted if o.status == "clear"))
    if clear:
        lines.append(f"做过而未见问题的检查：{'、'.join(clear)}。")
    undone = [
        f"{check_label(o.check)}（{STATUS[o.status]}：{o.reason or '原因不明'}）"
        for o in counted
        if o.status in ("skipped", "broken")
    ]
    if undone:
        lines.append(f"没有做或没有做完的检查，不等于通过：{'；'.join(undone)}。")
    remarks = [w.message + (f"（{w.count} 处）" if w.count > 1 else "") for w in report.warnings]
    if remarks:
        lines.append(f"文件情况：{'；'.join(remarks)}。")
    models = "；".join(f"{n} {d[:12]}" for n, d in sorted(made.models.items()))
    lines += [
        f"依据：{book.title}。",
        f"程序 {made.engine}；规则集 {made.rulebook['id']}（{made.rulebook['digest'][:12]}）{f'；模型 {models}' if models else ''}。",
        f"文件 SHA-256：{info.sha256 or '—'}",
    ]
    yield from _numbered(lines)


def _numbered(lines: Sequence[str]) -> Iterable[Block]:
    return (paragraph(run(f"{n}．{line}"), style="Note") for n, line in enumerate(lines, 1))


def _signatures() -> Iterator[Block]:
    yield paragraph(keep=True)
    blank = "　" * 8
    yield paragraph(run(f"检测人（签字）：{blank}复核人（签字）：{blank}"), keep=True, before=12)
    yield paragraph(run("检测单位（盖章）："), align="right", keep=True, before=24, right=10)
    yield paragraph(run("年　　月　　日"), align="right", right=4)
