"""Theme: the text is about what the notice asks for, and is the kind of text it asks for.

Bad: 六个小标题齐全，写的却是医院护士培训；或报来的是一份培训通知。
Good: 写教师培训的做法、成效和经验。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import case_check
from screening.finding import Evidence, Finding, Severity
from screening.world import World

_GENRE = {
    "notice": "通知",
    "plan": "工作方案",
    "news": "新闻报道",
    "paper": "论文",
    "lesson_plan": "教案",
    "speech": "讲话稿",
    "case": "工作案例",
    "story": "成长故事",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``genres`` that count as the kind asked for; ``sentences`` shown as evidence at most."""

    genres: tuple[str, ...] = ("case", "story")
    sentences: int = 5


@case_check(Params, label="切题")
def theme(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Report a text that is off topic or unclear, of another genre, or stuffed with keywords."""
    fit = world.topic
    against = sorted((s for s in fit.sentences if s.weight < 0), key=lambda s: (s.weight, s.span))
    in_favour = sorted((s for s in fit.sentences if s.weight > 0), key=lambda s: (-s.weight, s.span))
    if fit.band in ("off", "unsure"):
        shown = (*against, *in_favour)[: params.sentences]
        verdict = "疑似偏题" if fit.band == "off" else "是否切题请人工查看"
        yield Finding(
            code=f"theme.{fit.band}",
            message=f"{verdict}（切题分 {fit.score:.2f}）。{fit.reason}",
            evidence=tuple(Evidence.at(case.document, s.span) for s in shown),
            facts={
                "score": round(fit.score, 4),
                "contributions": {k: round(v, 4) for k, v in fit.contributions.items()},
            },
            cap=None if fit.band == "off" else Severity.REVIEW,
        )
    if fit.genre not in params.genres:
        yield Finding(
            code="theme.genre",
            message=f"从写法看像是{_GENRE.get(fit.genre, fit.genre)}，不是通知要的材料，请核对。",
            evidence=tuple(Evidence.at(case.document, s) for s in fit.genre_evidence[: params.sentences]),
            facts={"genre": fit.genre},
            cap=Severity.REVIEW,
        )
    if fit.stuffing:
        yield Finding(
            code="theme.stuffing",
            message=f"有 {len(fit.stuffing)} 句像是堆砌关键词或重复的句子，判断切题时没有计入，请核对。",
            evidence=tuple(Evidence.at(case.document, s) for s in fit.stuffing[: params.sentences]),
            facts={"sentences": len(fit.stuffing)},
            cap=Severity.REVIEW if len(fit.stuffing) >= 3 else Severity.NOTE,
        )
