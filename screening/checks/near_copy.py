"""Near copy: what the case shares with other cases of the batch and with earlier years.

Bad: 正文 62% 与去年另一单位的案例相似，只换了地名、人名和数字。
Good: 只有“教育是国之大计”之类的套话相同。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import Case
from screening.checks._contract import case_check
from screening.finding import Evidence, Finding, Other, Severity
from screening.reuse.result import Passage, ReuseKind, SourceMatch
from screening.world import World

EXAMPLES = 4  # shared facts that a message names


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Shares are 0–1 of the compared characters; ``passage`` is in characters of the case.

    ``review_from`` on the rate without quotes, own work and stock phrases; ``whole_from`` on one source; ``disguise_from`` on the
    difference between the repaired and the raw rate.
    """

    review_from: float = 0.05
    whole_from: float = 0.5
    disguise_from: float = 0.1
    passage: int = 60
    shown: int = 10


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%"


@case_check(Params, label="疑似重复")
def near_copy(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Report whole copies, passages, own earlier work, disguise and rewriting. There is no silent floor: a short copy is a hint."""
    reuse = world.reuse
    sources = {s.id: s for s in reuse.sources}
    by_source: dict[str, list[Passage]] = {}
    rewritten: dict[str, list[Passage]] = {}
    for p in (p for p in reuse.passages if not p.stock):
        (rewritten if p.facts else by_source).setdefault(p.source, []).append(p)
    heavy = min(reuse.rates.without_own, reuse.rates.without_stock) >= params.review_from
    for source_id, passages in by_source.items():
        source = sources[source_id]
        yield _of_source(case, params, source, passages, heavy=heavy)
    for source_id, passages in rewritten.items():
        yield _rewritten(params, sources[source_id], passages)
    hidden = reuse.rates.repaired - reuse.rates.raw
    if hidden >= params.disguise_from:
        kinds = "、".join(f"{kind.label} {n} 处" for kind, n in reuse.repairs.counts.items())
        yield Finding(
            code="near_copy.disguised",
            message=(
                f"还原{kinds}以后，相似率由 {_percent(reuse.rates.raw)} 升到 {_percent(reuse.rates.repaired)}，"
                "可能做过避免查重的处理，请对照原文。"
            ),
            facts={"raw": reuse.rates.raw, "repaired": reuse.rates.repaired}
            | {k.value: n for k, n in reuse.repairs.counts.items()},
            evidence=tuple(_evidence(p) for p in [p for p in reuse.passages if not p.facts][: params.shown]),
        )


def _of_source(case: Case, params: Params, source: SourceMatch, passages: list[Passage], *, heavy: bool) -> Finding:
    longest = sorted(passages, key=lambda p: (-p.span.length, p.span))
    name, first = _named(source)
    kinds = "、".join(dict.fromkeys(p.kind.label for p in longest))
    figures = f"{len(passages)} 段、{source.characters} 个字符，占本篇 {_percent(source.rate)}、占对方 {_percent(source.share_of_source)}"
    facts = {
        "source": source.id,
        "rate": source.rate,
        "share_of_source": source.share_of_source,
        "characters": source.characters,
        "passages": len(passages),
    }
    evidence = tuple(_evidence(p) for p in longest[: params.shown])
    if all(p.quoted for p in passages):
        code, cap, said = "near_copy.quoted", Severity.NOTE, "已加引号引用"
    elif source.own:
        code, cap, said = (
            "near_copy.own",
            Severity.REVIEW if source.rate >= params.whole_from else Severity.NOTE,
            "与本人或本单位的材料相似",
        )
    elif source.rate >= params.whole_from or source.share_of_source >= params.whole_from:
        code, cap, said = "near_copy.whole", None, "整体疑似重复"
    else:
        long_enough = longest[0].span.length >= params.passage
        code, cap, said = "near_copy.passage", None if heavy and long_enough else Severity.NOTE, "部分疑似重复"
    if any(p.kind is ReuseKind.LOCALISED for p in passages):
        said += "（换名套用）"
    return Finding(
        code=code,
        message=f"与{name}{said}：{figures}{first}；方式：{kinds}。请对照两边原文。",
        evidence=evidence,
        facts=facts,
        cap=cap,
    )


def _rewritten(params: Params, source: SourceMatch, passages: list[Passage]) -> Finding:
    """Other words, the same facts: never more than a matter for a person to look at."""
    longest = sorted(passages, key=lambda p: (-len(p.facts), p.span))
    best, (name, first) = longest[0], _named(source)
    count = sum(len(p.facts) for p in passages)
    order = f"其中 {best.facts_in_order} 处先后一致" if len(passages) == 1 else f"分在 {len(passages)} 段"
    examples = "、".join(f.quote for f in best.facts[:EXAMPLES])
    return Finding(
        code="near_copy.rewritten",
        message=(
            f"与{name}有 {count} 处事实（数字、日期、名称等）相同，{order}，文字不同，疑似改写{first}：{examples}"
            f"{'等' if count > EXAMPLES else ''}。请人工核对两边原文。"
        ),
        facts={"source": source.id, "rate": source.rewritten, "facts": count, "passages": len(passages)},
        evidence=tuple(_evidence(p) for p in longest[: params.shown]),
        cap=Severity.NOTE if source.own else Severity.REVIEW,
    )


def _named(source: SourceMatch) -> tuple[str, str]:
    """Return what to call a source, and who came first."""
    where = {"archive": "往年", "batch": "本批", "notice": "通知"}.get(source.place, source.place)
    unit = f"（{source.unit}）" if source.unit else ""
    return f"{where}《{source.title or source.file}》{unit}", {True: "，对方在前", False: "，本篇在前", None: ""}[
        source.earlier
    ]


def _evidence(p: Passage) -> Evidence:
    return Evidence(
        span=p.span,
        quote=p.quote,
        other=Other(p.source, p.source_span, p.source_quote),
        score=min(1.0, max(0.0, p.similarity)),
    )
