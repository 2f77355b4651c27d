"""Topic fit on the page: band, genre, directions, what it is made of, the sentences for and against, and what was looked for in vain."""

from __future__ import annotations

from collections.abc import Container, Sequence

from screening.document import Span
from screening.output.html_overview import table
from screening.output.labels import BAND, GENRE, feature_words, short
from screening.output.markup import Child, Markup, h, join
from screening.report import Report
from screening.topic.features import FEATURES
from screening.topic.result import TopicFit, Vicinity

SENTENCES_SHOWN = 3  # on each side


def _meaning(topic: TopicFit) -> str:
    if topic.calibrated:
        percent = min(99, max(1, round(100 * topic.score)))  # nothing learnt from some decisions is certain
        return f"切题的概率约 {percent}%，按本地评审结果校准"
    return f"分数 {topic.score:.2f}，只用来排序"


def topic_part(report: Report, on_page: Container[str], *, full: bool) -> Markup | None:
    """Return the part on topic fit; ``on_page`` are the ids of the cases that can be linked to. ``full``: with every feature."""
    topic = report.topic
    if topic is None:
        return None
    themes = "、".join(f"{t.name}（{'主' if t.role == 'main' else '次'}）" for t in topic.themes)
    rows: list[tuple[str, Child]] = [
        ("判断", f"{BAND[topic.band]}（{_meaning(topic)}）"),
        ("文体", GENRE.get(topic.genre, topic.genre)),
        ("主题", themes or "未定"),
    ]
    if report.vicinity:
        rows += _vicinity(report.vicinity, on_page)
    strong = sorted(topic.sentences, key=lambda s: -s.weight)
    pro = [s.span for s in strong if s.weight > 0][:SENTENCES_SHOWN]
    con = [s.span for s in reversed(strong) if s.weight < 0][:SENTENCES_SHOWN]
    return join(
        [
            h("h4", "切题"),
            h("dl", [h("div", h("dt", k), h("dd", v)) for k, v in rows], class_="facts"),
            h("p", topic.reason, class_="note") if topic.reason else None,
            _quotes(report, "支持切题的句子：", pro),
            _quotes(report, "不支持切题的句子：", con),
            [h("p", "没有找到的：", class_="note"), h("ul", [h("li", m) for m in topic.missing], class_="evidence")]
            if topic.missing
            else None,
            _contributions(topic) if full else None,
        ]
    )


def _vicinity(vicinity: Vicinity, on_page: Container[str]) -> list[tuple[str, Child]]:
    near: Child = "没有"
    if vicinity.id:
        link = vicinity.id in on_page
        title = h("a", vicinity.title, href=f"#case-{vicinity.id}") if link else vicinity.title
        where = "、".join(x for x in ("往年" if vicinity.place == "archive" else "", vicinity.unit) if x)
        said = f"（{where}；用词相近 {vicinity.similarity:.0%}，便于放在一起看，不是问题）".replace("（；", "（")
        near = [title, h("span", said, class_="meta")]
    return [("关键词", "、".join(vicinity.terms) or "—"), ("主题相近", near)]


def _quotes(report: Report, head: str, spans: Sequence[Span]) -> Child:
    if not spans:
        return None
    items = [h("li", h("q", short(report.text[s.start : s.end]))) for s in spans]
    return [h("p", head, class_="note"), h("ul", items, class_="evidence")]


def _contributions(topic: TopicFit) -> Markup | None:
    """Return what each feature adds to the log-odds, strongest first; they add up to the score, and the last line says so."""
    parts = {k: v for k, v in topic.contributions.items() if k in FEATURES and v}
    if not parts:
        return None
    rows = [
        h("tr", h("th", feature_words(k, v), scope="row"), h("td", "支持" if v > 0 else "不支持"), _number(v))
        for k, v in sorted(parts.items(), key=lambda x: -abs(x[1]))
    ]
    rows.append(h("tr", h("th", "起点", scope="row"), h("td", "—"), _number(topic.contributions.get("intercept", 0.0))))
    total = sum(topic.contributions.values())
    rows.append(h("tr", h("th", "合计", scope="row"), h("td", f"即分数 {topic.score:.2f}"), _number(total)))
    caption = "各项相加得合计，合计大于 0 则分数大于 0.5"
    return h("details", h("summary", "切题分由什么得来"), table(caption, ("特征", "方向", "加减"), rows), class_="more")


def _number(value: float) -> Markup:
    return h("td", f"{value:+.2f}".replace("-", "−"), class_="num")
