"""What makes a text a story: scenes, a thread of time, people who speak. Told by wording, with the places; highlights, no judgement of style."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice

from screening.document import Document, Paragraph, Span
from screening.text.count import count_words
from screening.text.prose import prose
from screening.text.sentences import sentences
from screening.text.structure import LedgerItem, Section

LEAST = 2  # places; one may be a turn of phrase
SHOWN = 6

_SCENE = re.compile(
    "那一?[天晚夜年次回]|[这有]一[天晚次回]|当[天晚时]|那个?(?:早晨|清晨|上午|中午|下午|傍晚|晚上|夜里|春天|夏天|秋天|冬天|周末|暑假|寒假)|"
    "第[一二三四五六七八九十]+[天次节周晚]|头一[天次回晚]|次日|记得|忽然|突然|这时|那时|此刻|刚[一走进到]|一进[门教]|正[要想在]|下课[铃后]?|散会|清晨|早[晨上]|傍晚|黄昏|夜[里晚]|半夜|深夜|晚上|下午|上午|中午|放学|[一有]回[，,]|有一年|窗外|门口"
)
_THREAD = re.compile(
    "后来|从此|从那|起初|起先|最初|开始时|接着|随后|第二[天年学]|次年|转眼|不久|渐渐|慢慢地?|终于|直到|如今|现在|今年|去年|前年|那年|"
    "[一二两三四五六七八九十]+(?:年|个月|周|天|学期)[后前里来]|回到|回来[后以]?|[春夏秋冬寒暑](?:天|季|假)|学期|月(?:初|底|中|末)"
)
_SPEECH = re.compile(
    "[说问道答讲喊叫笑写念]\\S{0,6}?[：:，,]?\\s?“[^”]{2,}”|“[^”]{2,}[。！？!?…，]”|——[^—]{2,30}[？?！!]"
)
_NAMED = re.compile(
    "[\u4e00-\u9fff](?:老师|校长|园长|主任|教授|教研员|师傅|导师|书记)|我叫|名叫|叫[\u4e00-\u9fff]{2,3}[，。、]|[小老阿][\u4e00-\u9fff](?=[说问笑站坐走把])"
)

SEARCHED = {
    "场景": "“那天”“第一次”“傍晚”“门口”等写某一时刻、某个地方的句子",
    "时间线索": "日期、季节和“后来”“第二年”“如今”等前后相接的词",
    "人物与对话": "引号里的话和“某老师”等有称呼的人物",
}


def story_aspects(
    document: Document, paragraphs: Sequence[Paragraph], ledger: Sequence[LedgerItem]
) -> tuple[Section, ...]:
    """Return one answer per aspect of :data:`SEARCHED`: "inferred" with places, or "none"; ``words`` are the 字 of its sentences."""
    spans = [s for p in prose(document, paragraphs) for s in sentences(document.text, p.span)]
    whole = max(1, sum(count_words(document.quote(p.span)) for p in paragraphs))
    dates = [i.span for i in ledger if i.kind == "date"]
    told = {
        "场景": [*_places(document, spans, _SCENE)],
        "时间线索": sorted({*_places(document, spans, _THREAD), *dates}),
        "人物与对话": [*_places(document, spans, _SPEECH), *_places(document, spans, _NAMED)],
    }
    return tuple(_aspect(document, name, places, spans, whole) for name, places in told.items())


def _places(document: Document, spans: Sequence[Span], pattern: re.Pattern[str]) -> Iterator[Span]:
    """Yield the first place in each sentence."""
    for s in spans:
        if m := pattern.search(document.text, s.start, s.end):
            yield Span(*m.span())


def _aspect(document: Document, name: str, places: Sequence[Span], spans: Sequence[Span], whole: int) -> Section:
    if len(places) < LEAST:
        return Section(name, "none")
    starts = sorted(p.start for p in places)
    inside = [s for s in spans if bisect_left(starts, s.start) < bisect_left(starts, s.end)]
    words = sum(count_words(document.quote(s)) for s in inside)
    hull = Span(min(p.start for p in places), max(p.end for p in places))
    cues = tuple(islice(sorted(places), SHOWN))
    return Section(name, "inferred", hull, None, words, cues, round(words / whole, 4))
