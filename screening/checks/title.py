"""Title: the case has a title of its own.

Bad: 正文第一行只写“典型工作案例”。
Good: 一块屏幕点亮大山——临溪市县域研修平台的一年
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import case_check
from screening.document import Span
from screening.finding import Evidence, Finding, Severity
from screening.text.title import is_genre_line
from screening.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``max`` code points of a title; a longer one is hinted at."""

    max: int = 45


@case_check(Params, label="标题")
def title(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Look for the title in the body; a line that only names the genre is none."""
    document = case.document
    if case.title_span is None:
        first = next((p.span for p in case.body if document.quote(p.span).strip()), None)
        line = document.quote(first).strip() if first else ""
        genre = is_genre_line(line)
        yield Finding(
            code="title.missing",
            message="正文没有独立标题"
            + (f"：首行“{line}”只是材料类型" if genre else "，首行就是正文或小标题")
            + "，请加上标题。",
            evidence=(Evidence.at(document, _head(first, 60)),) if first else (),
        )
        return
    words = "".join(document.quote(case.title_span).split())
    if len(words) > params.max:
        yield Finding(
            code="title.long",
            message=f"标题有 {len(words)} 个字符，偏长，供参考。",
            evidence=(Evidence.at(document, case.title_span),),
            facts={"characters": len(words), "max": params.max},
            cap=Severity.NOTE,
        )


def _head(span: Span, most: int) -> Span:
    return Span(span.start, min(span.end, span.start + most))
