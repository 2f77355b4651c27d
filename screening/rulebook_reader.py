"""From the TOML of a rulebook to typed rules; whatever is wrong is an error that names file, line, table and key."""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal

from screening.checks import all_checks
from screening.checks._contract import BatchCheck
from screening.document import Document
from screening.errors import RulebookError
from screening.finding import Clause, Severity
from screening.rulebook_model import KindRules, Named, Rule, Rulebook, State
from screening.rulebook_places import Place, nearest, places
from screening.scoring.parts import FORM_CHECKS
from screening.scoring.result import PARTS
from screening.text.structure import SectionSpec

_COMMON = ("use", "id", "clause", "quote", "severity", "state")
_TOP = ("schema", "id", "title", "notice", "year", "projects", "unit_types", "kinds", "batch")
_REFUSED = object()
_TYPES = {str: "文字", int: "整数", float: "数", bool: "true 或 false", dict: "表", date: "日期", datetime: "日期时间"}
FULL_SCORE = 100
_KIND = ("label", "aliases", "score", "sections", "checks")


def did_you_mean(word: str, known: typing.Iterable[str]) -> str:
    """Return a question for the end of a sentence, "" if no known word is near."""
    near = get_close_matches(word, list(known), 1, 0.5)
    return f"，是否想写“{near[0]}”？" if near else ""


def _parsed(name: str, raw: bytes) -> tuple[str, dict[str, Any]]:
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")  # Windows editors write a BOM
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise RulebookError("rulebook.syntax", f"{name}：不是 UTF-8 编码", "请用编辑器另存为 UTF-8 编码。") from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        where = f"第 {place[1]} 行第 {place[2]} 列" if place else "文件末尾"
        raise RulebookError(
            "rulebook.syntax", f"{name}：{where}不是有效的 TOML（{error}）", "请按提示的行列修改。"
        ) from error


class Reader:
    """Walks one TOML text and remembers where it is, so that every error names its place.

    ``notice_of`` returns the text of the file that the rulebook names as its notice. Raises :class:`RulebookError` for a text that is no TOML.
    """

    def __init__(self, name: str, raw: bytes, notice_of: Callable[[str], str]) -> None:
        self.name, self.raw, self.notice_of = name, raw, notice_of
        self.text, self.data = _parsed(name, raw)
        self.where: dict[str, str] = {}  # the paths of the rules by their ids

    def fail(self, at: str, message: str, advice: str = "", *, key: str = "") -> typing.NoReturn:
        """Raise for what stands at a path; ``key`` is the key in it that is wrong."""
        found = self._place(".".join(filter(None, (at, key))))
        line = f"第 {found.line} 行" if found else ""
        where = " ".join(filter(None, (line, at)))
        raise RulebookError(
            "rulebook.invalid",
            f"{self.name}：{where}：{message}" if where else f"{self.name}：{message}",
            advice or "请修改后用 screening rules check 再查一遍。",
        )

    def _place(self, path: str) -> Place | None:
        """Return where a path stands in the text."""
        return nearest(places(self.text), path)

    def _only(self, table: Mapping[str, Any], known: tuple[str, ...], at: str) -> None:
        for key in table:
            if key not in known:
                self.fail(
                    at,
                    f"不认识的键 {key!r}{did_you_mean(key, known)}",
                    f"这里可用的键：{'、'.join(known)}。",
                    key=key,
                )

    def _need(self, table: Mapping[str, Any], key: str, kind: type, at: str) -> Any:
        if key not in table:
            self.fail(at, f"缺少键 {key!r}")
        if not isinstance(table[key], kind) or (kind is int and isinstance(table[key], bool)):
            self.fail(at, f"键 {key!r} 应为{_TYPES[kind]}，现为 {_shown(table[key])}", key=key)
        return table[key]

    def _words(self, table: Mapping[str, Any], key: str, at: str) -> str:
        value: str = self._need(table, key, str, at)
        if not value.strip():
            self.fail(at, f"键 {key!r} 是空的", key=key)
        return value

    def _tables(self, table: Mapping[str, Any], key: str, at: str) -> list[Mapping[str, Any]]:
        rows = table.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
            path = f"{at}.{key}" if at else key
            self.fail(at, f"键 {key!r} 应为表的列表（[[{path}]]），现为 {_shown(rows)}", key=key)
        return rows

    def _strings(self, table: Mapping[str, Any], key: str, at: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.fail(at, f"键 {key!r} 应为文字列表，现为 {_shown(value)}", key=key)
        return tuple(value)

    def rulebook(self) -> Rulebook:
        """Return the rulebook. Raises :class:`RulebookError`."""
        data = self.data
        self._only(data, _TOP, "")
        if self._need(data, "schema", int, "") != 1:
            self.fail("", f"schema = {data['schema']} 不受支持，本程序读 schema = 1", key="schema")
        file = self._need(data, "notice", str, "")
        try:
            notice = self.notice_of(file)
        except (OSError, UnicodeDecodeError):
            name = Path(file).name
            self.fail("", f"读不到通知原文 {name}", "notice 指向与规则集同一目录下的 UTF-8 文本文件。", key="notice")
        kinds = {k: self._kind(k, v) for k, v in self._need(data, "kinds", dict, "").items()}
        batch = self._need({"batch": {}} | data, "batch", dict, "")
        self._only(batch, ("checks",), "batch")
        book = Rulebook(
            id=self._need(data, "id", str, ""),
            title=self._need(data, "title", str, ""),
            digest=hashlib.sha256(self.raw + b"\0" + notice.encode()).hexdigest(),
            year=self._need(data, "year", int, ""),
            projects=self._named(data, "projects"),
            unit_types=self._named(data, "unit_types"),
            kinds=MappingProxyType(kinds),
            batch=self._rules(batch, "batch", for_batch=True),
            notice=Document.from_lines(notice.splitlines()),
        )
        self._check_ids(book)
        self._check_names(book)
        return book

    def _check_names(self, book: Rulebook) -> None:
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
                            self.where[rule.id],
                            f"{rule.id} 的 {key} 写到的 {name!r} 在本规则集中没有{did_you_mean(name, known)}",
                            f"本规则集写明的有：{'、'.join(known) or '（无）'}。",
                            key=key,
                        )

    def _check_ids(self, book: Rulebook) -> None:
        seen: set[str] = set()
        for rule in book.rules():
            if rule.id in seen:
                self.fail(self.where[rule.id], f"规则编号 {rule.id!r} 重复", "每条规则的 id 应当唯一。", key="id")
            seen.add(rule.id)

    def _named(self, table: Mapping[str, Any], key: str) -> tuple[Named, ...]:
        out = []
        for n, row in enumerate(self._tables(table, key, "")):
            at = f"{key}[{n}]"
            self._only(row, ("name", "aliases"), at)
            out.append(Named(self._words(row, "name", at), self._strings(row, "aliases", at)))
        return tuple(out)

    def _kind(self, kind: str, body: Any) -> KindRules:
        at = f"kinds.{kind}"
        if not isinstance(body, dict):
            self.fail(at, "应为表")
        self._only(body, _KIND, at)
        sections = []
        for n, row in enumerate(self._tables(body, "sections", at)):
            here = f"{at}.sections[{n}]"
            self._only(row, ("name", "headings", "cues", "hints"), here)
            name = self._words(row, "name", here)
            words = (self._strings(row, key, here) for key in ("headings", "cues", "hints"))
            sections.append(SectionSpec(name, *words))
        rules = self._rules(body, at, for_batch=False)
        return KindRules(
            kind=kind,
            label=self._need(body, "label", str, at),
            aliases=self._strings(body, "aliases", at),
            sections=tuple(sections),
            rules=rules,
            weights=self._weights(body, at, sections, {r.check.name for r in rules if r.state == "on"}),
        )

    def _weights(
        self, kind: Mapping[str, Any], at: str, sections: Sequence[SectionSpec], on: set[str]
    ) -> Mapping[str, float]:
        if "score" not in kind:
            return MappingProxyType({})
        here = f"{at}.score"
        table = self._need(kind, "score", dict, at)
        self._only(table, tuple(PARTS), here)
        weights = {key: self._coerce(value, float, f"{here}.{key}") for key, value in table.items()}
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

    def _rules(self, table: Mapping[str, Any], at: str, *, for_batch: bool) -> tuple[Rule, ...]:
        rows = self._tables(table, "checks", at)
        return tuple(self._rule(row, f"{at}.checks[{n}]", for_batch=for_batch) for n, row in enumerate(rows))

    def _rule(self, row: Mapping[str, Any], at: str, *, for_batch: bool) -> Rule:
        known = all_checks()
        use = self._need(row, "use", str, at)
        if use not in known:
            self.fail(
                at, f"没有名为 {use!r} 的检查{did_you_mean(use, known)}", f"可用的检查：{'、'.join(known)}。", key="use"
            )
        check = known[use]
        if isinstance(check, BatchCheck) is not for_batch:
            self.fail(
                at,
                f"{use!r} 是{'单篇' if for_batch else '全批'}检查，应写在{'某类材料' if for_batch else ' batch '}下",
                key="use",
            )
        severity = row.get("severity", "review")
        if severity not in list(Severity):
            self.fail(
                at,
                f"severity = {severity!r} 不受支持{did_you_mean(str(severity), list(Severity))}",
                "可用：note、review、blocker。",
                key="severity",
            )
        state = row.get("state", "on")
        if state not in typing.get_args(State):
            self.fail(
                at,
                f"state = {state!r} 不受支持{did_you_mean(str(state), typing.get_args(State))}",
                "可用：on、shadow、off。",
                key="state",
            )
        clause = Clause(self._words(row, "clause", at), self._words(row, "quote", at))
        params = {k: v for k, v in row.items() if k not in _COMMON}
        usual = f"{at.split('.checks', maxsplit=1)[0].removeprefix('kinds.')}.{use}"
        rule_id = self._words({"id": usual} | dict(row), "id", at)
        self.where[rule_id] = at
        return Rule(
            id=rule_id,
            check=check,
            params=self.params(check.params, use, params, at),
            clause=clause,
            severity=Severity(severity),
            state=state,
        )

    def params(self, cls: type[Any], use: str, raw: Mapping[str, Any], at: str) -> Any:
        """Return the parameters (a dataclass) of a check from what is given at a path; ``use`` names the check in errors."""
        names = {f.name: f for f in fields(cls)}
        for key in raw:
            if key not in names:
                takes = "、".join(names) or "（不带参数）"
                self.fail(
                    at,
                    f"{use} 不认识的键 {key!r}{did_you_mean(key, (*names, *_COMMON))}",
                    f"{use} 可用的键：{takes}。",
                    key=key,
                )
        for name, f in names.items():
            if name not in raw and f.default is MISSING and f.default_factory is MISSING:
                self.fail(at, f"{use} 缺少键 {name!r}")
        hints = typing.get_type_hints(cls)
        values = {k: self._coerce(v, hints[k], f"{at}.{k}") for k, v in raw.items()}
        try:
            return cls(**values)
        except ValueError as error:
            self.fail(at, f"{use}：{error}")

    def _coerce(self, value: Any, hint: Any, at: str) -> Any:
        """Hold a TOML value to the type of the ``Params`` field; lists become tuples, tables become dataclasses or maps."""
        origin, args = typing.get_origin(hint), typing.get_args(hint)
        out: Any = _REFUSED
        if origin in (UnionType, typing.Union):
            out = self._coerce(value, next(a for a in args if a is not NoneType), at)
        elif origin is tuple and isinstance(value, list):
            out = tuple(self._coerce(v, args[0], f"{at}[{n}]") for n, v in enumerate(value))
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
