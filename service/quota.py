"""The notice's quota as a limit on handing in, for batches that ask for it; else it is a finding that people decide on."""

from __future__ import annotations

from screening.case import CaseInfo
from screening.checks.quota import Params
from screening.rulebook import Rule, Rulebook
from service.errors import ServiceError


def limit_of(book: Rulebook, info: CaseInfo) -> int | None:
    """Return how many cases like this one a unit may hand in to one project class, None if the notice sets no limit.

    Raises :class:`ServiceError` 422 if the notice sets one for such cases and too little is known of this one to hold it to.
    """
    wanted = [name for name in ("kind", "unit", "project") if _rules(book) and not getattr(info, name)]
    if wanted:
        raise ServiceError(
            422,
            "quota.unknown",
            f"这个批次按名额收材料，请写明：{'、'.join(wanted)}",
            "kind 是案例类型，unit 是报送单位，project 是项目类别。",
            more={"missing": wanted},
        )
    rule = rule_of(book, info)
    return rule.params.max if rule else None


def rule_of(book: Rulebook, info: CaseInfo) -> Rule | None:
    """Return the strictest rule that limits how many cases like this one a unit may hand in to one project class, None without one."""
    return min((r for r in _rules(book) if _fits(r.params, info)), key=lambda r: r.params.max, default=None)


def _rules(book: Rulebook) -> list[Rule]:
    return [r for r in book.batch if r.check.name == "quota" and r.state == "on"]


def _fits(params: Params, info: CaseInfo) -> bool:
    named = not params.unit_types or info.unit_type in params.unit_types
    return info.kind == params.kind and named and info.unit_type not in params.other_than
