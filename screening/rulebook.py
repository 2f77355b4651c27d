"""Notices as data: TOML in, typed rules out, wrong keys refused by file, table and key.

``use`` picks the check; ``id clause quote severity state`` belong to every rule; all other keys are the check's ``Params``.
"""

from __future__ import annotations

import hashlib
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
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
from screening.text.structure import SectionSpec

DEFAULT = "henan-2023-950"
State = Literal["on", "shadow", "off"]
_COMMON = ("use", "id", "clause", "quote", "severity", "state")
_TOP = ("schema", "id", "title", "notice", "year", "projects", "unit_types", "kinds", "batch")
_REFUSED = object()
_KIND = ("label", "aliases", "sections", "checks")


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
    """What a notice asks of one kind of case."""

    kind: str
    label: str
    aliases: tuple[str, ...]
    sections: tuple[SectionSpec, ...]
    rules: tuple[Rule, ...]


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
    near = get_close_matches(word, list(known), 1)
    return f"，是否想写“{near[0]}”？" if near else ""


def _load_file(path: Path) -> Rulebook:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RulebookError("rulebook.missing", f"读不到规则集文件 {path}", "请核对路径和文件权限。") from error
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RulebookError(
            "rulebook.syntax",
            f"{path.name}：不是有效的 TOML 文件（{error}）",
            "请按提示的行列修改，文件须为 UTF-8 编码。",
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
            self.fail(at, f"键 {key!r} 应为 {kind.__name__}，现为 {table[key]!r}")
        return table[key]

    def strings(self, table: Mapping[str, Any], key: str, at: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.fail(at, f"键 {key!r} 应为文字列表，现为 {value!r}")
        return tuple(value)

    def rulebook(self) -> Rulebook:
        data = self.data
        self.only(data, _TOP, "")
        if self.need(data, "schema", int, "") != 1:
            self.fail("", f"schema = {data['schema']} 不受支持，本程序读 schema = 1")
        notice_path = self.path.parent / self.need(data, "notice", str, "")
        try:
            notice = notice_path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            self.fail("", f"读不到通知原文 {notice_path.name}", "notice 指向与规则集同一目录下的 UTF-8 文本文件。")
        kinds = {k: self.kind(k, v) for k, v in self.need(data, "kinds", dict, "").items()}
        batch = data.get("batch", {})
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
        return book

    def check_ids(self, book: Rulebook) -> None:
        seen: set[str] = set()
        for rule in book.rules():
            if rule.id in seen:
                self.fail("", f"规则编号 {rule.id!r} 重复", "每条规则的 id 应当唯一。")
            seen.add(rule.id)

    def named(self, table: Mapping[str, Any], key: str) -> tuple[Named, ...]:
        out = []
        for n, row in enumerate(table.get(key, [])):
            at = f"{key}[{n}]"
            if not isinstance(row, dict):
                self.fail(at, "应为表，含 name 与 aliases")
            self.only(row, ("name", "aliases"), at)
            out.append(Named(self.need(row, "name", str, at), self.strings(row, "aliases", at)))
        return tuple(out)

    def kind(self, kind: str, body: Any) -> KindRules:
        at = f"kinds.{kind}"
        if not isinstance(body, dict):
            self.fail(at, "应为表")
        self.only(body, _KIND, at)
        sections = []
        for n, row in enumerate(body.get("sections", [])):
            here = f"{at}.sections[{n}]"
            self.only(row, ("name", "headings", "cues"), here)
            name = self.need(row, "name", str, here)
            sections.append(SectionSpec(name, self.strings(row, "headings", here), self.strings(row, "cues", here)))
        return KindRules(
            kind=kind,
            label=self.need(body, "label", str, at),
            aliases=self.strings(body, "aliases", at),
            sections=tuple(sections),
            rules=self.rules(body, at, for_batch=False),
        )

    def rules(self, table: Mapping[str, Any], at: str, *, for_batch: bool) -> tuple[Rule, ...]:
        rows = table.get("checks", [])
        if not isinstance(rows, list):
            self.fail(at, "checks 应为表的列表（[[…checks]]）")
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
        clause = Clause(self.need(row, "clause", str, at), self.need(row, "quote", str, at))
        params = {k: v for k, v in row.items() if k not in _COMMON}
        rule_id = row.get("id", f"{at.split('.checks', maxsplit=1)[0].removeprefix('kinds.')}.{use}")
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
            wanted = "、".join(map(str, args)) if origin is Literal else getattr(hint, "__name__", str(hint))
            self.fail(at, f"应为 {wanted}，现为 {value!r}")
        return out
