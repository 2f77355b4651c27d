"""What a case shares with others: rates, where in the text, the sources, and the passages side by side."""

from __future__ import annotations

from collections.abc import Container, Sequence

from screening.document import union
from screening.output.charts import strip
from screening.output.html_overview import table
from screening.output.labels import PLACE, RATES, percent
from screening.output.marks import MAX_DIFF, differing
from screening.output.markup import Child, Markup, h, join
from screening.report import Report
from screening.reuse.result import Passage, Reuse, SourceMatch

PASSAGES_SHOWN = 60  # a case, on the page; the page says how many there are
FACTS_SHOWN = 24  # a passage, on the page
WHEN = {True: "对方在前", False: "本篇在前", None: "时间不详"}


def reuse_part(report: Report, in_batch: Container[str], *, full_text: bool) -> Markup | None:
    """Return the part on similarity, or None where nothing was compared. ``in_batch`` are the ids on this page."""
    reuse = report.reuse
    if reuse is None:
        return None
    out: list[Child] = [h("h4", "相似"), rates_list(reuse)]
    telling = [p for p in reuse.passages if not p.stock]
    form = len(reuse.passages) - len(telling)
    if form:
        out.append(h("p", f"{form} 段只是与他文同用一种格式或套话，全文中标灰，不逐段列出。", class_="note"))
    if not reuse.sources:
        other = "除此以外，" if form else ""
        out.append(h("p", f"✓ {other}与比对范围内的 {reuse.compared_with} 份材料都没有相似段落。", class_="empty good"))
        return join(out)
    out += [
        strip(union(p.span for p in telling), len(report.text)),
        h("p", "上图从左到右是全文，深色处是相似段落的位置。", class_="note"),
        _sources(reuse, in_batch),
    ]
    shown = [(n, p) for n, p in enumerate(reuse.passages[:PASSAGES_SHOWN], 1) if not p.stock]
    cut = f"，report.jsonl 里存有 {len(telling)} 段" if len(shown) < reuse.of - form else ""
    out.append(
        h(
            "p",
            f"相似段落：列出 {len(shown)} 段，共 {reuse.of - form} 段{cut}。加粗并带下划线的，是两边不同的字。",
            class_="note",
        )
    )
    sources = {s.id: s for s in reuse.sources}
    for n, p in shown:
        source = sources.get(p.source)
        title = (source.title or source.file) if source else p.source
        flags = ["已加引号" if p.quoted else "", "本人或本单位" if source and source.own else ""]
        back = h("a", "在全文中看", href=f"#m-{report.case.id}-{n}") if full_text else None
        sides = (
            f"本篇，第 {p.span.start}–{p.span.end} 字符",
            f"来源，第 {p.source_span.start}–{p.source_span.end} 字符",
        )
        out.append(
            passage_pair(
                p,
                n,
                sides,
                ("来源", "本篇"),
                anchor=f"p-{report.case.id}-{n}",
                flags=[f for f in flags if f],
                title=f"与《{title}》",
                back=back,
            )
        )
    return join(out)


def rates_list(reuse: Reuse) -> Markup:
    """Return the rates; raw against repaired only where they differ, because then they tell of a disguise; rewriting where there is any."""
    keys = [*RATES[:5], *(RATES[5:7] if reuse.rates.raw != reuse.rates.repaired else ())]
    if reuse.rates.rewritten:
        keys.append(RATES[7])
    return h(
        "dl",
        [h("div", h("dt", label, title=what), h("dd", percent(getattr(reuse.rates, k)))) for k, label, what in keys],
        class_="rates",
    )


def _sources(reuse: Reuse, in_batch: Container[str]) -> Markup:
    def row(s: SourceMatch) -> Markup:
        title = s.title or s.file or s.id
        return h(
            "tr",
            h("th", h("a", title, href=f"#case-{s.id}") if s.id in in_batch else title, scope="row"),
            h("td", s.unit or "—", "（本人或本单位）" if s.own else ""),
            h("td", f"{PLACE.get(s.place, s.place)} · {WHEN[s.earlier]}"),
            h("td", percent(s.rate), f"，疑似改写 {percent(s.rewritten)}" if s.rewritten else None, class_="num"),
            h("td", percent(s.share_of_source), class_="num"),
            h("td", str(s.characters), class_="num"),
        )

    heads = ("来源", "单位", "来自 · 先后", "占本篇", "占来源", "字符数")
    return table("相似来源，占本篇多的在前", heads, [row(s) for s in reuse.sources])


def _side_table(passage: Passage, names: tuple[str, str]) -> Markup | None:
    """Return what was exchanged, or what both sides state, as a small table; None for a passage that has neither."""
    pairs = passage.swaps
    words = f"换掉的内容（{len(pairs)} 处）"
    if passage.facts:
        pairs = tuple((f.source_quote, f.quote) for f in passage.facts[:FACTS_SHOWN])
        more = f"，列出 {FACTS_SHOWN} 处" if len(passage.facts) > FACTS_SHOWN else ""
        words = f"相同的事实（{len(passage.facts)} 处，{passage.facts_in_order} 处先后一致{more}）"
    if not pairs:
        return None
    rows = [h("tr", h("td", a), h("td", b)) for a, b in pairs]
    heads = h("tr", [h("th", name, scope="col") for name in names])
    return h("table", h("caption", words), h("thead", heads), h("tbody", rows), class_="swaps")


def passage_pair(
    passage: Passage,
    number: int,
    sides: tuple[str, str],
    names: tuple[str, str],
    *,
    anchor: str,
    title: str = "",
    flags: Sequence[str] = (),
    back: Markup | None = None,
) -> Markup:
    """Return one passage: both sides with what differs set apart, and the exchanged or shared facts as a small table.

    ``sides`` are the captions of the case's and the source's side; ``names`` call the source and the case in the table.
    """
    # Of a rewriting nearly every character differs; there the facts tell, not the characters.
    left, right = (
        (passage.quote, passage.source_quote) if passage.facts else differing(passage.quote, passage.source_quote)
    )
    too_long = not passage.facts and max(len(passage.quote), len(passage.source_quote)) > MAX_DIFF
    swaps = _side_table(passage, names)
    return h(
        "div",
        h(
            "div",
            h("strong", f"第 {number} 段"),
            h("span", title) if title else None,
            [h("span", f, class_="chip kind") for f in (passage.kind.label, *flags)],
            h("span", f"相似度 {percent(passage.similarity, 0)}", class_="meta"),
            h("span", f"超过 {MAX_DIFF} 个字符，没有标出两边不同的字", class_="meta") if too_long else None,
            back,
            class_="bar-top",
        ),
        h("blockquote", h("small", sides[0]), left),
        h("blockquote", h("small", sides[1]), right),
        swaps,
        class_="pair swapped" if swaps else "pair",
        id=anchor,
        role="group",
        aria_label=f"第 {number} 段相似：{passage.kind.label}",
    )
