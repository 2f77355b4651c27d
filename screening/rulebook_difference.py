"""What differs between two rulebooks, rule by rule: what a person reads before the new one is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from screening.rulebook import Rule, Rulebook
from screening.rulebook_model import KindRules, Named

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that differs: ``name`` is a key of the TOML; ``before`` and ``after`` are plain values, None where there was none."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule, or another part of a rulebook, that is not the same.

    ``part`` is "rule", "section", "kind", "projects", "unit_types" or "whole"; ``kind`` the key of the kind of case, "" for the batch and
    the whole; ``name`` the rule's id, the section's or the kind's name; ``check`` the rule's check.
    """

    part: str
    kind: str
    name: str
    what: Kind
    check: str = ""
    fields: tuple[Field, ...] = ()


def differences(old: Rulebook, new: Rulebook) -> tuple[Difference, ...]:
    """Return what differs, in the order in which the new rulebook has it; what was removed comes after it."""
    return tuple(_all(old, new))


def _all(old: Rulebook, new: Rulebook) -> Iterator[Difference]:
    whole = [{"title": b.title, "year": b.year, "notice": b.notice.text} for b in (old, new)]
    if found := _fields(*whole):
        yield Difference("whole", "", "", "changed", fields=found)
    for name, before, after in (
        ("projects", old.projects, new.projects),
        ("unit_types", old.unit_types, new.unit_types),
    ):
        if found := _fields(_names(before), _names(after)):
            yield Difference(name, "", "", "changed", fields=found)
    for key, kind in new.kinds.items():
        if key not in old.kinds:
            yield Difference("kind", key, kind.label, "added")
        yield from _kind(key, old.kinds.get(key), kind)
    for key, kind in old.kinds.items():
        if key not in new.kinds:
            yield Difference("kind", key, kind.label, "removed")
    yield from _rules("", old.batch, new.batch)


def _kind(key: str, old: KindRules | None, new: KindRules) -> Iterator[Difference]:
    if old and (found := _fields(_of_kind(old), _of_kind(new))):
        yield Difference("kind", key, new.label, "changed", fields=found)
    before = {s.name: _plain(s) for s in old.sections} if old else {}
    after = {s.name: _plain(s) for s in new.sections}
    for name, what, found in _compared(before, after):
        yield Difference("section", key, name, what, fields=found)
    yield from _rules(key, old.rules if old else (), new.rules)


def _rules(kind: str, old: tuple[Rule, ...], new: tuple[Rule, ...]) -> Iterator[Difference]:
    checks = {r.id: r.check.name for r in (*old, *new)}
    for name, what, found in _compared({r.id: _of_rule(r) for r in old}, {r.id: _of_rule(r) for r in new}):
        yield Difference("rule", kind, name, what, checks[name], found)


def _compared(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, Kind, tuple[Field, ...]]]:
    for name, values in new.items():
        if name not in old:
            yield name, "added", _fields({}, values)
        elif found := _fields(old[name], values):
            yield name, "changed", found
    for name, values in old.items():
        if name not in new:
            yield name, "removed", _fields(values, {})


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Field, ...]:
    names = dict.fromkeys((*new, *old))
    return tuple(Field(n, old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n))


def _of_rule(rule: Rule) -> dict[str, Any]:
    return {
        "use": rule.check.name,
        "severity": rule.severity.value,
        "state": rule.state,
        "clause": rule.clause.where,
        "quote": rule.clause.quote,
        **_plain(rule.params),
    }


def _of_kind(kind: KindRules) -> dict[str, Any]:
    return {"label": kind.label, "aliases": list(kind.aliases), **{f"score.{k}": v for k, v in kind.weights.items()}}


def _names(named: tuple[Named, ...]) -> dict[str, Any]:
    return {n.name: list(n.aliases) for n in named}


def _plain(said: Any) -> dict[str, Any]:
    values = {f.name: getattr(said, f.name) for f in fields(said)}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}
