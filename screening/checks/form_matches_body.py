"""Form matches body: form, body and the office's manifest speak of the same case.

Bad: 信息表上的标题是《送教下乡》，正文标题是《一块屏幕》；清单上的作者是另一个人。
Good: 标题、作者、单位三处一致，单位简称全称不论。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from screening.case import Case, FormField
from screening.checks._contract import Skip, case_check
from screening.finding import Evidence, Finding, Severity
from screening.world import World

_PUNCTUATION = re.compile("[^\\w\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """``title_ratio`` (0–100): below it two titles are different, between it and 100 they are nearly the same."""

    title_ratio: int = 80


@case_check(Params, label="信息一致")
def form_matches_body(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Compare the form's title with the body's, its name and unit with the manifest's."""
    form = case.form
    if form is None:
        raise Skip("没有作者信息表")
    if form.title and form.title.value and case.title_span:
        mine, theirs = _plain(case.document.quote(case.title_span)), _plain(form.title.value)
        ratio = max(
            fuzz.ratio(mine, theirs),
            100.0 if theirs and (theirs in mine or mine in theirs) and min(len(mine), len(theirs)) >= 6 else 0.0,
        )
        if ratio < params.title_ratio:
            yield Finding(
                code="form_matches_body.title",
                message=f"信息表上的标题“{form.title.value}”与正文标题“{case.document.quote(case.title_span)}”不同，请核对。",
                evidence=(Evidence.at(case.document, case.title_span), *_at(case, form.title)),
                facts={"ratio": round(ratio)},
            )
    stated = {k for k, origin in case.info.origins.items() if origin in ("manifest", "option")}
    if (
        "author" in stated
        and form.name
        and form.name.value
        and "".join(form.name.value.split()) != "".join(case.info.author.split())
    ):
        yield Finding(
            code="form_matches_body.author",
            message="信息表上的作者姓名与报送清单上的不同，请核对。",
            evidence=_at(case, form.name),
        )
    if "unit" in stated and form.unit and form.unit.value and not _same_unit(form.unit.value, case.info.unit):
        yield Finding(
            code="form_matches_body.unit",
            message=f"信息表上的单位“{form.unit.value}”与报送清单上的“{case.info.unit}”不同；作者单位与报送单位可以不同，请核对。",
            evidence=_at(case, form.unit),
            cap=Severity.NOTE,
        )


def _plain(text: str) -> str:
    return _PUNCTUATION.sub("", text)


def _at(case: Case, field: FormField) -> tuple[Evidence, ...]:
    return (Evidence.at(case.document, field.span),) if field.span else ()


def _same_unit(a: str, b: str) -> bool:
    """Tolerate abbreviations: one name inside the other, or all characters of the shorter in order in the longer."""
    a, b = sorted((_plain(a), _plain(b)), key=len)
    rest = iter(b)
    return fuzz.partial_ratio(a, b) >= 90 or (len(a) >= 4 and all(c in rest for c in a))
