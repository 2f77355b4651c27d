"""First person: a story of growth is told by the one who grew.

Bad: 全文都写“她”，没有一句“我”。
Good: 我第一次走进研修班的教室……
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import Skip, case_check
from screening.finding import Evidence, Finding
from screening.text.sentences import sentences
from screening.world import World

_QUOTED = re.compile("“[^”]*”|「[^」]*」|《[^》]*》")
# 我 as the narrator; 我县, 我校, 我国 … are the bureau's voice.
_NARRATOR = re.compile("我(?![县市省区校国院园局乡镇中方党军])|自己|咱")


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``min_share`` (0–1) of sentences with 我 outside quotations; only its absence is told, never its abundance praised."""

    min_share: float = 0.05


@case_check(Params, label="第一人称")
def first_person(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Count the sentences in which the narrator speaks of himself; document-level, since single sentences say little."""
    spans = [s for p in case.body for s in sentences(case.plain.text, p.span)]
    if len(spans) < 5:
        raise Skip("正文太短，无法判断")
    told = sum(bool(_NARRATOR.search(_QUOTED.sub("", case.plain.quote(s)))) for s in spans)
    share = told / len(spans)
    if share < params.min_share:
        yield Finding(
            code="first_person.missing",
            message=f"{len(spans)} 句中只有 {told} 句用“我”来讲述，不像本人的成长故事，请核对。",
            evidence=tuple(Evidence.at(case.document, s) for s in spans[1:4]),
            facts={"sentences": len(spans), "first_person": told, "share": round(share, 4)},
        )
