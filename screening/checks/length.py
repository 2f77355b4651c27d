"""Length: the 正文 keeps to the 字数 that the notice allows, as Word counts.

Bad: 正文 3120 字，通知要求不超过 3000 字。
Good: 正文 2980 字。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import case_check
from screening.document import Span
from screening.finding import Evidence, Finding, Severity
from screening.text.count import count_words
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``max`` and ``min`` in 字; 0 for ``max`` means no upper limit. ``short_is_hint``: a text that is too short is for review only."""

    max: int = 0
    min: int = 0
    short_is_hint: bool = False

    def __post_init__(self) -> None:
        if self.max and self.min > self.max:
            raise ValueError(f"min = {self.min} 大于 max = {self.max}")


@case_check(Params, label="篇幅")
def length(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Compare the 字数 with the limits. Inside the tolerance band nobody is failed: Word itself may show either count."""
    words = case.words
    facts = {
        "words": words.words,
        "words_low": words.low,
        "words_high": words.high,
        "words_all_stories": case.words_all_stories.words,
        "max": params.max,
        "min": params.min,
    }
    if params.max and words.low > params.max:
        over = words.words - params.max
        yield Finding(
            code="length.over",
            message=f"正文 {words.words} 字，超过上限 {params.max} 字（多 {over} 字），请删减后再报送。",
            evidence=(Evidence.at(case.document, _beyond(case, params.max)),),
            facts=facts,
        )
    elif params.max and words.high > params.max:
        yield Finding(
            code="length.borderline",
            message=f"正文 {words.words} 字，上限 {params.max} 字；引号、破折号等按字体归类，Word 可能显示 {words.low}–{words.high} 字，不判超。",
            cap=Severity.NOTE,
            facts=facts,
        )
    elif words.high < params.min:
        yield Finding(
            code="length.under",
            message=f"正文 {words.words} 字，不足下限 {params.min} 字（少 {params.min - words.words} 字），请补充后再报送。",
            cap=Severity.REVIEW if params.short_is_hint else None,
            facts=facts,
        )
    elif words.low < params.min:
        yield Finding(
            code="length.borderline",
            message=f"正文 {words.words} 字，下限 {params.min} 字；Word 可能显示 {words.low}–{words.high} 字，不判不足。",
            cap=Severity.NOTE,
            facts=facts,
        )


def _beyond(case: Case, most: int) -> Span:
    """Return the text beyond the limit: from the character at which the count passes it, to the end."""
    counted = 0
    for p in case.body:
        line = case.document.quote(p.span)
        n = count_words(line)
        if counted + n > most:
            low, high = 0, len(line)
            while low < high:  # the count of a prefix grows with it
                middle = (low + high) // 2
                if counted + count_words(line[: middle + 1]) > most:
                    high = middle
                else:
                    low = middle + 1
            return Span(p.span.start + low, case.body_span.end)
        counted += n
    return Span(case.body_span.end, case.body_span.end)
