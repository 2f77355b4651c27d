"""``index.html``: overview, list and every case in one self-contained file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from screening.output.html_case import FULL_TEXT_CASES, Turn, case_section, completed
from screening.output.html_clusters import cluster_line, clusters_part
from screening.output.html_overview import batch_findings, case_list, failures, left_out, overview
from screening.output.html_score import place_line
from screening.output.labels import RATES, SEARCH
from screening.output.markup import Markup, h, join
from screening.output.page import foot_of, head_of, header
from screening.output.privacy import masked_batch
from screening.output.rows import Row, ranks_of
from screening.output.shelf import Shelf
from screening.report import BatchReport, Report
from screening.rulebook import Rulebook


def write_html(path: Path, shelf: Shelf, batch: BatchReport, book: Rulebook) -> None:
    """Write the page from the reports on the shelf, which are never held together."""
    rows, section_of, report_of = shelf.pages()
    batch = masked_batch(batch)
    titles = {r.info.id: r.name for r in rows}
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(head_of("案例筛查结果", script=True))
        out.write(
            header(
                "案例筛查结果",
                f"依据 {book.title}",
                f"共 {len(rows)} 份；往年比对库 {batch.made_with.library.get('documents', 0)} 篇；机器只提示，结论由人作出",
            )
        )
        out.write('<main id="main" class="wrap" tabindex="-1">')
        out.write(join([overview(rows, batch), batch_findings(batch), failures(rows), left_out(batch.remarks)]))
        out.write(join([clusters_part(batch, titles), case_list(rows, book)]))
        out.write(h("h2", "逐篇查看", id="cases-title"))
        out.write(_how_to_read(rows))
        out.write('<div class="cases">')
        for section in _sections(rows, section_of, report_of, book, batch):
            out.write(section)
            out.write("\n")
        out.write("</div>")
        out.write(_foot(batch, book))
        out.write("</main>")
        out.write(foot_of(script=True))


def _how_to_read(rows: Sequence[Row]) -> Markup:
    readable = sum(r.error is None for r in rows)
    texts = ""
    if len(rows) > FULL_TEXT_CASES:
        shown = sum(r.error is None for r in rows[:FULL_TEXT_CASES])
        texts = f"本批篇数多，全文与标记只附列表中的前 {FULL_TEXT_CASES} 篇（可读的 {readable} 篇中的 {shown} 篇），其余见 report.jsonl。"
    words = f"与列表同一顺序。手机号、邮箱、证件号已遮去中间几位。打印时只印总览、列表和已展开的案例。{texts}"
    buttons = h(
        "p",
        h("button", "全部展开", type="button", id="open-all"),
        " ",
        h("button", "全部收起", type="button", id="close-all"),
        class_="script-only hidden",
    )
    return join([h("p", words, class_="note how"), buttons]) if rows else Markup("")


def _sections(
    rows: Sequence[Row],
    section_of: Callable[[Row], str],
    report_of: Callable[[Row], Report],
    book: Rulebook,
    batch: BatchReport,
) -> Iterator[str]:
    """Give the cases in the order of the rows, one at a time; the first ones anew, with their text."""
    ids = [r.info.id for r in rows]
    on_page = frozenset(ids)
    group_of = batch.cluster_numbers()
    places = ranks_of(rows)
    for n, row in enumerate(rows):
        before, after = (ids[n - 1] if n else None), (ids[n + 1] if n + 1 < len(ids) else None)
        full = n < FULL_TEXT_CASES
        section = case_section(report_of(row), book, on_page, full_text=True) if full else section_of(row)
        yield completed(
            section,
            Turn(n + 1, len(ids), before, after),
            cluster_line(batch, group_of.get(row.info.id)),
            place_line(places.get(row.info.id)),
        )


def _foot(batch: BatchReport, book: Rulebook) -> Markup:
    made = batch.made_with
    return h(
        "footer",
        h("h2", "说明"),
        h("ul", [h("li", h("strong", label), f"：{what}。") for _, label, what in RATES]),
        h("p", "“疑似重复”“相似”都只是提示：是否引用得当、谁先谁后、是否退回，由评审人判断。位置按 Unicode 码点计。"),
        h(
            "p",
            f"程序 {made.engine}；规则集 {book.id}，摘要 {book.digest[:16]}；模型 {'、'.join(f'{k} {v[:12]}' for k, v in sorted(made.models.items())) or '无'}；查重方式 {SEARCH[made.search]}。",
        ),
    )
