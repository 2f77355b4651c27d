"""Notices as data: TOML in, typed rules out, wrong keys refused by file, table and key.

``use`` picks the check; ``id clause quote severity state`` belong to every rule; all other keys are the check's ``Params``.
"""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal

from screening.checks import all_checks
from screening.checks._contract import BatchCheck, Check
from screening.document import Document
from screening.errors import RulebookError
from screening.finding import Clause, Severity
from screening.scoring.parts import FORM_CHECKS
from screening.scoring.result import PARTS
from screening.text.structure import SectionSpec

DEFAULT = "henan-2023-950"
State = Literal["on", "shadow", "off"]
_COMMON = ("use", "id", "clause", "quote", "severity", "state")
_TOP = ("schema", "id", "title", "notice", "year", "projects", "unit_types", "kinds", "batch")
_REFUSED = object()
_TYPES = {str: "文字", int: "整数", float: "数", bool: "true 或 false", dict: "表", date: "日期", datetime: "日期时间"}
FULL_SCORE = 100
_KIND = ("label", "aliases", "score", "sections", "checks")


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


def available() -> tuple[str, ...]:
    """Names of the rulebooks that come with the package."""
    root = resources.files("screening") / "rulebooks"
    return tuple(sorted(p.name.removesuffix(".toml") for p in root.iterdir() if p.name.endswith(".toml")))


def load_rulebook(name: str | Path = DEFAULT) -> Rulebook:
    """Load a rulebook by the name of one that comes with the package, or by the path of a TOML file.

    Raises :class:`RulebookError` that names file, table and key, with the nearest known name where one is near.
    """
    path = Path(name)
    if path.suffix == ".toml" or "/" in str(name) or path.is_file():
        return _load_file(path)
    root = resources.files("screening") / "rulebooks"
    if str(name) not in available():
        known = available()
        raise RulebookError(
            "rulebook.unknown",
            f"没有名为“{name}”的规则集{_did_you_mean(str(name), known)}",
            f"可用的规则集：{'、'.join(known)}；也可以给出一个 .toml 文件的路径。",
        )
    with resources.as_file(root) as folder:
        return _load_file(folder / f"{name}.toml")


def missing_quotes(book: Rulebook) -> tuple[Rule, ...]:
    """Return the rules whose quotation does not stand in the notice, white space aside."""
    notice = "".join(book.notice.text.split())
    return tuple(r for r in book.rules() if "".join(r.clause.quote.split()) not in notice)


def _did_you_mean(word: str, known: typing.Iterable[str]) -> str:
    near = get_close_matches(word, list(known), 1, 0.5)
    return f"，是否想写“{near[0]}”？" if near else ""


def _load_file(path: Path) -> Rulebook:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RulebookError("rulebook.missing", f"读不到规则集文件 {path}", "请核对路径和文件权限。") from error
    try:
        data = tomllib.loads(raw.decode("utf-8-sig"))  # Windows editors write a BOM
    except UnicodeDecodeError as error:
        raise RulebookError(
            "rulebook.syntax", f"{path.name}：不是 UTF-8 编码", "请用编辑器另存为 UTF-8 编码。"
        ) from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        where = f"第 {place[1]} 行第 {place[2]} 列" if place else "文件末尾"
        raise RulebookError(
            "rulebook.syntax", f"{path.name}：{where}不是有效的 TOML（{error}）", "请按提示的行列修改。"
        ) from error
    return _Reader(path, raw, data).rulebook()


class _Reader:
    """Walks one TOML file and remembers where it is, so that every error names its place."""

    def __init__(self, path: Path, raw: bytes, data: dict[str, Any]) -> None:
        self.path, self.raw, self.data = path, raw, data

    def fail(self, at: str, message: str, advice: str = "") -> typing.NoReturn:
        where = f"{self.path.name}：{at}" if at else self.path.name
        raise RulebookError(
            "rulebook.invalid", f"{where}：{message}", advice or "请修改后用 screening rules check 再查一遍。"
        )

    def only(self, table: Mapping[str, Any], known: tuple[str, ...], at: str) -> None:
        for key in table:
            if key not in known:
                self.fail(at, f"不认识的键 {key!r}{_did_you_mean(key, known)}", f"这里可用的键：{'、'.join(known)}。")

    def need(self, table: Mapping[str, Any], key: str, kind: type, at: str) -> Any:
        if key not in table:
            self.fail(at, f"缺少键 {key!r}")
        if not isinstance(table[key], kind) or (kind is int and isinstance(table[key], bool)):
            self.fail(at, f"键 {key!r} 应为{_TYPES[kind]}，现为 {_shown(table[key])}")
        return table[key]

    def words(self, table: Mapping[str, Any], key: str, at: str) -> str:
        value: str = self.need(table, key, str, at)
        if not value.strip():
            self.fail(at, f"键 {key!r} 是空的")
        return value

    def tables(self, table: Mapping[str, Any], key: str, at: str) -> list[Mapping[str, Any]]:
        rows = table.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
            path = f"{at}.{key}" if at else key
            self.fail(at, f"键 {key!r} 应为表的列表（[[{path}]]），现为 {_shown(rows)}")
        return rows

    def strings(self, table: Mapping[str, Any], key: str, at: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.fail(at, f"键 {key!r} 应为文字列表，现为 {_shown(value)}")
        return tuple(value)

    def rulebook(self) -> Rulebook:
        data = self.data
        self.only(data, _TOP, "")
        if self.need(data, "schema", int, "") != 1:
            self.fail("", f"schema = {data['schema']} 不受支持，本程序读 schema = 1")
        notice_path = self.path.parent / self.need(data, "notice", str, "")
        try:
            notice = notice_path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            self.fail("", f"读不到通知原文 {notice_path.name}", "notice 指向与规则集同一目录下的 UTF-8 文本文件。")
        kinds = {k: self.kind(k, v) for k, v in self.need(data, "kinds", dict, "").items()}
        batch = self.need({"batch": {}} | data, "batch", dict, "")
        self.only(batch, ("checks",), "batch")
        book = Rulebook(
            id=self.need(data, "id", str, ""),
            title=self.need(data, "title", str, ""),
            digest=hashlib.sha256(self.raw + b"\0" + notice.encode()).hexdigest(),
            year=self.need(data, "year", int, ""),
            projects=self.named(data, "projects"),
            unit_types=self.named(data, "unit_types"),
            kinds=MappingProxyType(kinds),
            batch=self.rules(batch, "batch", for_batch=True),
            notice=Document.from_lines(notice.splitlines()),
        )
        self.check_ids(book)
        self.check_names(book)
        return book

    def check_names(self, book: Rulebook) -> None:
        """Refuse a rule for a kind, project class or unit type that the rulebook does not know: it would never fire."""
        projects, units = tuple(n.name for n in book.projects), tuple(n.name for n in book.unit_types)
        for rule in book.rules():
            said = {f.name: getattr(rule.params, f.name) for f in fields(rule.params)}
            asked = (
                ("kind", (said["kind"],) if "kind" in said else (), tuple(book.kinds)),
                ("projects", said.get("projects", ()), projects),
                ("unit_types", said.get("unit_types", ()), units),
                ("other_than", said.get("other_than", ()), units if "unit_types" in said else projects),
            )
            for key, names, known in asked:
                for name in names:
                    if name not in known:
                        self.fail(
                            rule.id,
                            f"{key} 写到的 {name!r} 在本规则集中没有{_did_you_mean(name, known)}",
                            f"本规则集写明的有：{'、'.join(known) or '（无）'}。",
                        )

    def check_ids(self, book: Rulebook) -> None:
        seen: set[str] = set()
        for rule in book.rules():
            if rule.id in seen:
                self.fail("", f"规则编号 {rule.id!r} 重复", "每条规则的 id 应当唯一。")
            seen.add(rule.id)

    def named(self, table: Mapping[str, Any], key: str) -> tuple[Named, ...]:
        out = []
        for n, row in enumerate(self.tables(table, key, "")):
            at = f"{key}[{n}]"
            self.only(row, ("name", "aliases"), at)
            out.append(Named(self.words(row, "name", at), self.strings(row, "aliases", at)))
        return tuple(out)

    def kind(self, kind: str, body: Any) -> KindRules:
        at = f"kinds.{kind}"
        if not isinstance(body, dict):
            self.fail(at, "应为表")
        self.only(body, _KIND, at)
        sections = []
        for n, row in enumerate(self.tables(body, "sections", at)):
            here = f"{at}.sections[{n}]"
            self.only(row, ("name", "headings", "cues", "hints"), here)
            name = self.words(row, "name", here)
            words = (self.strings(row, key, here) for key in ("headings", "cues", "hints"))
            sections.append(SectionSpec(name, *words))
        rules = self.rules(body, at, for_batch=False)
        return KindRules(
            kind=kind,
            label=self.need(body, "label", str, at),
            aliases=self.strings(body, "aliases", at),
            sections=tuple(sections),
            rules=rules,
            weights=self.weights(body, at, sections, {r.check.name for r in rules if r.state == "on"}),
        )

    def weights(
        self, kind: Mapping[str, Any], at: str, sections: Sequence[SectionSpec], on: set[str]
    ) -> Mapping[str, float]:
        if "score" not in kind:
            return MappingProxyType({})
        here = f"{at}.score"
        table = self.need(kind, "score", dict, at)
        self.only(table, tuple(PARTS), here)
        weights = {key: self.coerce(value, float, f"{here}.{key}") for key, value in table.items()}
        if abs((total := sum(weights.values())) - FULL_SCORE) > 1e-6:
            self.fail(here, f"各部分的分值加起来应为 {FULL_SCORE}，现为 {total:g}")
        if "structure" in weights and not sections:
            self.fail(f"{here}.structure", f"{at} 没有写明 sections，结构无从计分", "请写明各部分，或去掉 structure。")
        if "form" in weights and not on.intersection(FORM_CHECKS):
            names = "、".join(FORM_CHECKS)
            self.fail(
                f"{here}.form", f"{at} 没有启用规范方面的检查，规范无从计分", f"请启用其中一项：{names}；或去掉 form。"
            )
        return MappingProxyType(weights)

    def rules(self, table: Mapping[str, Any], at: str, *, for_batch: bool) -> tuple[Rule, ...]:
        rows = self.tables(table, "checks", at)
        return tuple(self.rule(row, f"{at}.checks[{n}]", for_batch=for_batch) for n, row in enumerate(rows))

    def rule(self, row: Mapping[str, Any], at: str, *, for_batch: bool) -> Rule:
        known = all_checks()
        use = self.need(row, "use", str, at)
        if use not in known:
            self.fail(at, f"没有名为 {use!r} 的检查{_did_you_mean(use, known)}", f"可用的检查：{'、'.join(known)}。")
        check = known[use]
        if isinstance(check, BatchCheck) is not for_batch:
            self.fail(
                at, f"{use!r} 是{'单篇' if for_batch else '全批'}检查，应写在{'某类材料' if for_batch else ' batch '}下"
            )
        severity = row.get("severity", "review")
        if severity not in list(Severity):
            self.fail(
                at,
                f"severity = {severity!r} 不受支持{_did_you_mean(str(severity), list(Severity))}",
                "可用：note、review、blocker。",
            )
        state = row.get("state", "on")
        if state not in typing.get_args(State):
            self.fail(
                at,
                f"state = {state!r} 不受支持{_did_you_mean(str(state), typing.get_args(State))}",
                "可用：on、shadow、off。",
            )
        clause = Clause(self.words(row, "clause", at), self.words(row, "quote", at))
        params = {k: v for k, v in row.items() if k not in _COMMON}
        usual = f"{at.split('.checks', maxsplit=1)[0].removeprefix('kinds.')}.{use}"
        rule_id = self.words({"id": usual} | dict(row), "id", at)
        return Rule(
            id=rule_id,
            check=check,
            params=self.params(check.params, use, params, at),
            clause=clause,
            severity=Severity(severity),
            state=state,
        )

    def params(self, cls: type[Any], use: str, raw: Mapping[str, Any], at: str) -> Any:
        names = {f.name: f for f in fields(cls)}
        for key in raw:
            if key not in names:
                takes = "、".join(names) or "（不带参数）"
                self.fail(
                    at,
                    f"{use} 不认识的键 {key!r}{_did_you_mean(key, (*names, *_COMMON))}",
                    f"{use} 可用的键：{takes}。",
                )
        for name, f in names.items():
            if name not in raw and f.default is MISSING and f.default_factory is MISSING:
                self.fail(at, f"{use} 缺少键 {name!r}")
        hints = typing.get_type_hints(cls)
        values = {k: self.coerce(v, hints[k], f"{at}.{k}") for k, v in raw.items()}
        try:
            return cls(**values)
        except ValueError as error:
            self.fail(at, f"{use}：{error}")

    def coerce(self, value: Any, hint: Any, at: str) -> Any:
        """Hold a TOML value to the type of the ``Params`` field; lists become tuples, tables become dataclasses or maps."""
        origin, args = typing.get_origin(hint), typing.get_args(hint)
        out: Any = _REFUSED
        if origin in (UnionType, typing.Union):
            out = self.coerce(value, next(a for a in args if a is not NoneType), at)
        elif origin is tuple and isinstance(value, list):
            out = tuple(self.coerce(v, args[0], f"{at}[{n}]") for n, v in enumerate(value))
        elif origin is Literal and value in args:
            out = value
        elif hint is float and isinstance(value, int) and not isinstance(value, bool):
            out = float(value)
        elif hint in (str, int, float, bool, datetime, date) and type(value) is hint:
            out = value
        if out is _REFUSED:
            wanted = "、".join(map(str, args)) if origin is Literal else "列表" if origin is tuple else _TYPES[hint]
            self.fail(at, f"应为{wanted}，现为 {_shown(value)}")
        if isinstance(out, (int, float)) and not 0 <= out < math.inf:
            self.fail(at, f"应为不小于 0 的数，现为 {_shown(value)}")
        return out


def _shown(value: Any) -> str:
    """Return a value as an error shows it: short."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
