"""What a rulebook is: a notice as data, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from screening.checks._contract import Check
from screening.document import Document
from screening.finding import Clause, Severity
from screening.text.structure import SectionSpec

State = Literal["on", "shadow", "off"]


@dataclass(frozen=True, slots=True)
class Named:
    """A name that the notice uses and the other spellings under which it occurs in manifests, folders and file names."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A check, how strict it is, and the words of the notice behind it."""

    id: str
    check: Check
    params: Any
    clause: Clause
    severity: Severity
    state: State = "on"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRules:
    """What a notice asks of one kind of case. ``weights`` are the points of each part of the score, 100 in all; empty: no score."""

    kind: str
    label: str
    aliases: tuple[str, ...]
    sections: tuple[SectionSpec, ...]
    rules: tuple[Rule, ...]
    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """A notice as data. ``digest`` is the sha256 (hex) of the TOML and of the notice's text together."""

    id: str
    title: str
    digest: str
    year: int
    projects: tuple[Named, ...]
    unit_types: tuple[Named, ...]
    kinds: Mapping[str, KindRules]
    batch: tuple[Rule, ...]
    notice: Document

    def rules(self) -> tuple[Rule, ...]:
        """Return every rule, of all kinds and of the batch."""
        return tuple(r for k in self.kinds.values() for r in k.rules) + self.batch
