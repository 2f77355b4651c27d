"""The evidence on texts that are alike, as one file to be kept or handed on: no script, nothing from elsewhere, aligned when printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from screening.case import Case
from screening.document import Span
from screening.output.html_overview import table
from screening.output.html_reuse import passage_pair
from screening.output.labels import percent
from screening.output.marks import Mark, marked
from screening.output.markup import Child, Markup, h, join
from screening.output.page import asset, foot_of, head_of, header
from screening.output.privacy import changed_passage, hidden_author, masked
from screening.reuse.corpus import Comparable
from screening.reuse.rates import source_match
from screening.reuse.result import Passage

PASSAGES_SHOWN, SWAPS_SHOWN, PAIRS_SHOWN = 200, 60, 40
_UNKNOWN: Final = "—"
_NOTE = "“相似”“疑似重复”只表示文字或事实相近，不是认定；是否引用得当、谁先谁后，由评审人员核对原文后判断。"
_NEW_LINES = "加粗并带下划线的，是两边不同的字。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the texts, as its reader may see it. ``text`` is what the spans of passages are of, None where it may not be shown.

    ``number`` is that of its report, ``received`` when it was handed in, ``facts`` are more (label, words) to be told of it.
    """

    title: str
    unit: str = ""
    file: str = ""
    received: str = ""
    sha256: str = ""
    number: str = ""
    text: str | None = None
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two texts and what they share. ``share_of_a`` and ``share_of_b`` are 0–1 of each one's own compared characters.

    ``passages`` have their numbers in the report on ``a``; their spans are of ``a``'s text, the sources' of ``b``'s. ``first`` says who
    was earlier, in words. ``rewritten`` is what is not counted in the shares: facts alike in other words.
    """

    a: Side
    b: Side
    share_of_a: float
    share_of_b: float
    characters: int
    passages: tuple[tuple[int, Passage], ...]
    first: str = ""
    own: bool = False
    rewritten: float = 0.0


def pair_file(pair: Pair, *, made: str = "") -> bytes:
    """Return the page of one pair, UTF-8. ``made`` says by what and when it was made."""
    names = ("甲", "乙")
    body = [
        h("section", h("h2", "两份材料"), _sides(pair, names), _conclusion(pair, names)),
        _swaps(pair, names),
        h("h2", f"逐段对照（{len(pair.passages)}）"),
        _passages(pair, names, "p"),
        _whole(pair, names),
        _foot(made),
    ]
    return _page(
        "相似证据：两份材料",
        [f"{n}　{s.title or '（没有标题）'}" for n, s in zip(names, (pair.a, pair.b), strict=True)],
        body,
    )


def comparison(a: Case, b: Case, passages: Sequence[Passage]) -> Pair:
    """Return the evidence on two files; their authors, phones and mailboxes are hidden, as it may be handed on."""
    match = source_match(Comparable.of_case(a), Comparable.of_case(b), passages)

    def hidden(value: str) -> str:
        return hidden_author(hidden_author(masked(value), a.info.author), b.info.author)

    return Pair(
        a=_side(a, hidden),
        b=_side(b, hidden),
        share_of_a=match.rate,
        share_of_b=match.share_of_source,
        characters=match.characters,
        passages=tuple((n, changed_passage(p, hidden)) for n, p in enumerate(passages, 1)),
        first=first_words(match.earlier),
        own=match.own,
        rewritten=match.rewritten,
    )


def first_words(earlier: bool | None, names: tuple[str, str] = ("甲", "乙")) -> str:  # noqa: FBT001 - SourceMatch.earlier
    """Say who was first; ``earlier`` is whether the second one was."""
    return "" if earlier is None else f"{names[1] if earlier else names[0]}在前"


def _side(case: Case, hidden: Callable[[str], str]) -> Side:
    info = case.info
    return Side(
        title=hidden(info.title),
        unit=masked(info.unit),
        file=hidden(info.file),
        received=f"{info.received:%Y-%m-%d %H:%M}" if info.received else "",
        sha256=info.sha256,
        text=hidden(case.document.text),
        facts=(("正文字数", str(case.words.words)),),
    )


def cluster_file(
    sides: Sequence[Side],
    pairs: Mapping[tuple[int, int], Pair],
    *,
    links: Sequence[tuple[int, int, float, float]],
    first: int | None,
    made: str = "",
) -> bytes:
    """Return the page of a group, UTF-8.

    ``links`` are all its pairs as (number, number, share of the one, share of the other), numbers from 1 on, the strongest first;
    ``pairs`` the evidence on those that a report tells of; ``first`` the number of who was earliest.
    """
    heads = ("序号", "材料", "单位", "报送时间", "报告编号", "文件 SHA-256")
    rows = [
        h(
            "tr",
            h("td", str(n), class_="num"),
            h(
                "th",
                s.title or "（没有标题）",
                " ",
                h("span", "最早", class_="chip kind") if n == first else None,
                scope="row",
            ),
            [h("td", v or _UNKNOWN) for v in (s.unit, s.received, s.number)],
            h("td", s.sha256 or _UNKNOWN, class_="sha"),
        )
        for n, s in enumerate(sides, 1)
    ]
    shown = [x for x in links if x[:2] in pairs][:PAIRS_SHOWN]
    at = {x[:2]: n for n, x in enumerate(shown, 1)}
    told = [
        h(
            "tr",
            h("th", h("a", f"{a} 与 {b}", href=f"#pair-{at[a, b]}") if (a, b) in at else f"{a} 与 {b}", scope="row"),
            h("td", percent(of_a), class_="num"),
            h("td", percent(of_b), class_="num"),
        )
        for a, b, of_a, of_b in links
    ]
    body: list[Child] = [
        h("section", h("h2", f"组内的材料（{len(sides)}）"), table("按报送先后排列", heads, rows)),
        h("p", "谁最早：" + (f"第 {first} 份。" if first else "时间不详，或同时。")),
        h("h2", f"两两之间（{len(links)}）"),
        table("相似的每一对，比例高的在前；占前者、占后者分开计", ("材料", "占前者", "占后者"), told),
        h("p", f"以下附 {len(shown)} 对的逐段对照，共 {len(links)} 对。", class_="note"),
    ]
    for n, (a, b, *_) in enumerate(shown, 1):
        pair, names = pairs[a, b], (f"第 {a} 份", f"第 {b} 份")
        body.append(
            h(
                "section",
                h("h2", f"{n}．第 {a} 份与第 {b} 份", id=f"pair-{n}"),
                _conclusion(pair, names),
                _swaps(pair, names),
                _passages(pair, names, f"p-{n}"),
                class_="one-pair",
            )
        )
    return _page("相似证据：群组", [f"{len(sides)} 份材料，{len(links)} 对相似"], [*body, _foot(made)])


def _page(title: str, lines: Sequence[str], body: Child) -> bytes:
    page = join(
        [
            head_of(title, script=False, css=asset("report.css") + asset("evidence.css")),
            header(title, *lines),
            h("main", body, id="main", class_="wrap evidence", tabindex="-1"),
            foot_of(script=False),
        ]
    )
    return page.encode()


def _foot(made: str) -> Markup:
    return h("footer", h("h2", "说明"), h("p", _NOTE), h("p", made) if made else None)


def _sides(pair: Pair, names: tuple[str, str]) -> Markup:
    a, b = pair.a, pair.b
    rows = [
        ("题目", a.title or "（没有标题）", b.title or "（没有标题）"),
        ("单位", a.unit, b.unit),
        ("报送时间", a.received, b.received),
        ("文件", a.file, b.file),
        *((label, value, dict(b.facts).get(label, "")) for label, value in a.facts),
        ("报告编号", a.number, b.number),
        ("文件 SHA-256", a.sha256, b.sha256),
        ("相似部分占本份", percent(pair.share_of_a), percent(pair.share_of_b)),
    ]
    made = [
        h(
            "tr",
            h("th", label, scope="row"),
            [h("td", v or _UNKNOWN, class_="sha" if "SHA" in label else None) for v in (x, y)],
        )
        for label, x, y in rows
    ]
    return table("", ("", *names), made)


def _conclusion(pair: Pair, names: tuple[str, str]) -> Markup:
    a, b = names
    said = [
        f"相似部分占{a} {percent(pair.share_of_a)}（{pair.characters} 字符），占{b} {percent(pair.share_of_b)}",
        f"谁先谁后：{pair.first or '时间不详'}",
    ]
    if pair.own:
        said.append("两份出自同一作者或单位")
    if pair.rewritten:
        said.append(f"另有疑似改写占{a} {percent(pair.rewritten)}，文字不同而事实相同，不计入前面的比例")
    return h("p", "；".join(said), "。", class_="conclusion")


def _swaps(pair: Pair, names: tuple[str, str]) -> Markup | None:
    """Return what was exchanged, of all passages together."""
    swaps = [(n, theirs, own) for n, p in pair.passages if not p.facts for theirs, own in p.swaps]
    if not swaps:
        return None
    rows = [
        h("tr", h("td", str(n)), h("td", own), h("td", theirs or _UNKNOWN)) for n, theirs, own in swaps[:SWAPS_SHOWN]
    ]
    cut = f"列出 {len(rows)} 处，共 {len(swaps)} 处"
    return h("section", h("h3", "换掉的内容"), table(cut, ("段号", *names), rows))


def _passages(pair: Pair, names: tuple[str, str], anchor: str) -> Child:
    if not pair.passages:
        return h("p", "没有找到相似的段落。两份材料可以分别处理。", class_="empty")
    a, b = names
    out: list[Child] = [
        h(
            "p",
            f"列出 {min(PASSAGES_SHOWN, len(pair.passages))} 段，共 {len(pair.passages)} 段。{_NEW_LINES}",
            class_="note",
        )
    ]
    for n, p in pair.passages[:PASSAGES_SHOWN]:
        sides = (
            f"{a}，第 {p.span.start}–{p.span.end} 字符",
            f"{b}，第 {p.source_span.start}–{p.source_span.end} 字符",
        )
        flags = ["已加引号"] if p.quoted else []
        alone = p if p.facts else replace(p, swaps=())  # what was exchanged stands together above
        out.append(passage_pair(alone, n, sides, (b, a), anchor=f"{anchor}-{n}", flags=flags))
    return out


# -- both texts, side by side --------------------------------------------------------------------------------------------------


def _whole(pair: Pair, names: tuple[str, str]) -> Child:
    a, b = pair.a.text, pair.b.text
    if a is None or b is None:
        return None
    anchors = {n for n, _ in aligned(pair.passages)}
    rows = [
        h(
            "tr",
            _cell(a, left, pair, "span"),
            _cell(b, right, pair, "source_span"),
            class_="shared" if n in anchors else None,
        )
        for n, left, right in _rows(pair, len(a), len(b))
    ]
    heads = h(
        "tr",
        [
            h("th", f"{n}：{s.title or '（没有标题）'}", scope="col")
            for n, s in zip(names, (pair.a, pair.b), strict=True)
        ],
    )
    return [
        h("h2", "全文对照"),
        h(
            "p",
            "同一行里是相对应的部分；数字是段号，有底色的是相似段落。次序不同的段落只标段号，不拉到同一行。",
            class_="note",
        ),
        h("table", h("thead", heads), h("tbody", rows), class_="whole-texts"),
    ]


def aligned(passages: Sequence[tuple[int, Passage]]) -> list[tuple[int, Passage]]:
    """Return the passages that stand in one order in both texts without overlapping: the chain of the most characters."""
    chosen = sorted((x for x in passages if x[1].span.length and x[1].source_span.length), key=lambda x: x[1].span)
    best: list[tuple[int, int]] = []  # characters of the best chain that ends here, and what comes before it
    for i, (_, p) in enumerate(chosen):
        before = [
            (best[j][0], j)
            for j in range(i)
            if chosen[j][1].span.end <= p.span.start and chosen[j][1].source_span.end <= p.source_span.start
        ]
        most, last = max(before, default=(0, -1))
        best.append((most + p.span.length, last))
    out: list[tuple[int, Passage]] = []
    at = max(range(len(best)), key=lambda i: best[i][0], default=-1)
    while at >= 0:
        out.append(chosen[at])
        at = best[at][1]
    return out[::-1]


def _rows(pair: Pair, of_a: int, of_b: int) -> Iterator[tuple[int, Span, Span]]:
    """Cut both texts into rows: what lies between aligned passages, and each of these."""
    a = b = 0
    for n, p in aligned(pair.passages):
        if p.span.start > a or p.source_span.start > b:
            yield 0, Span(a, p.span.start), Span(b, p.source_span.start)
        yield n, p.span, p.source_span
        a, b = p.span.end, p.source_span.end
    if a < of_a or b < of_b:
        yield 0, Span(a, of_a), Span(b, of_b)


def _cell(text: str, within: Span, pair: Pair, spans: str) -> Markup:
    marks = []
    for n, p in pair.passages:
        span: Span = getattr(p, spans)
        if span.overlaps(within):
            begins = span.start >= within.start
            marks.append(
                Mark(span, "rewritten" if p.facts else "copied", 1, f"#p-{n}", p.kind.label, n if begins else None)
            )
    # Empty lines at the ends of a cell are only the cut.
    start, end = within.start, within.end
    while start < end and text[start] == "\n":
        start += 1
    while end > start and text[end - 1] == "\n":
        end -= 1
    return h("td", marked(text, [replace(m) for m in marks], Span(start, end)))
