"""What the keys of a rulebook are called on the pages, and which of its numbers a form offers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from screening.output.labels import GENRE, SEVERITY, check_label
from screening.rulebook import Rulebook
from screening.rulebook_difference import Difference
from screening.rulebook_editing import Value, value_at
from screening.scoring.result import PARTS
from service.errors import ServiceError

STATES: Final = {"on": "启用", "shadow": "试运行（不显示）", "off": "停用"}
SEVERITIES: Final = {k.value: v for k, v in SEVERITY.items()}

# By check and key; "*" for what many have. A test holds it to the checks.
_WORDS: Final[Mapping[str, str]] = {
    "*.use": "检查",
    "*.severity": "多严",
    "*.state": "是否启用",
    "*.clause": "出处",
    "*.quote": "通知原话",
    "*.kind": "材料类型",
    "*.projects": "只用于这些项目",
    "*.other_than": "不用于",
    "*.unit_types": "只用于这些单位",
    "*.label": "名称",
    "*.aliases": "别名",
    "*.headings": "标题里的词",
    "*.hints": "标题里的提示",
    "*.cues": "段落里的词",
    "*.name": "名称",
    "*.title": "通知名称",
    "*.year": "年份",
    "*.notice": "通知原文",
    "length.max": "最多（字，0 为不限）",
    "length.min": "最少（字）",
    "length.short_is_hint": "偏短只作提示",
    "title.max": "标题最长（字）",
    "quota.max": "最多（份）",
    "quota.min": "最少（份）",
    "same_author.max": "同一作者最多（份）",
    "deadline.last": "截止日期（含当天）",
    "data_and_facts.min_data": "至少几处数据",
    "data_and_facts.min_events": "至少几件事例",
    "figures.year": "按哪一年核对（0 为本规则集的年份）",
    "figures.most": "最多列出几处",
    "practice_year.year": "应是哪一年的实践（0 为本规则集的年份）",
    "file_format.formats": "可用的格式",
    "file_format.zero_width_from": "零宽字符几处起请人工查看",
    "file_format.look_alike_from": "形近字符几处起请人工查看",
    "file_format.page_pictures_from": "整页图片几张起请人工查看",
    "first_person.min_share": "用“我”的句子至少占（0–1）",
    "form_matches_body.title_ratio": "标题相同到几成算一致（0–100）",
    "trainee.unit_ratio": "单位相同到几成算一致（0–100）",
    "manual.ask": "请人核对什么",
    "narrative.min_words": "多少字起查看（字）",
    "near_copy.review_from": "总的疑似重复占多少起请人工查看（0–1）",
    "near_copy.whole_from": "与一份材料相同占多少算整篇（0–1）",
    "near_copy.disguise_from": "还原前后相差多少算伪装（0–1）",
    "near_copy.passage": "一处多长起请人工查看（字）",
    "near_copy.shown": "最多列出几处",
    "notice_copy.review_from": "照搬通知占多少起请人工查看（0–1）",
    "notice_copy.characters": "且至少多少字",
    "outside_report.max_similarity": "外部查重率上限（0–1，1 为不限）",
    "outside_report.max_ai": "外部 AI 率上限（0–1，1 为不限）",
    "participation.min_sentences": "至少几句写参训",
    "personal_data.landlines": "座机号码也算",
    "sections.min_words": "一部分至少（字）",
    "sections.brief": "少于多少字算过简（字）",
    "sections.most": "一部分最多占全文（0–1）",
    "sections.least": "一部分至少占全文（0–1）",
    "sections.weighty": "要写足的部分",
    "sections.balance_from": "全文多少字起看比例（字）",
    "theme.genres": "可用的体裁",
    "theme.sentences": "列出几句依据",
    "author_form.fields": "必填的项",
}

_ITEMS: Final[Mapping[str, str]] = GENRE | {
    "title": "标题",
    "name": "姓名",
    "unit": "单位",
    "post": "职务职称",
    "email": "邮箱",
    "phone": "电话",
}


def words_of(check: str, key: str) -> str:
    """Return what a key is called, the key itself if it has no name here."""
    if key.startswith("score."):
        return f"{PARTS.get(key[6:], key[6:])}的分值"
    return _WORDS.get(f"{check}.{key}") or _WORDS.get(f"*.{key}") or key


def params_of(rule: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a rule (as plain values) is set to, as the page shows it: name and value; what is empty or "no" is left out."""
    said = ((words_of(rule["check"], k), v) for k, v in rule["params"].items() if v not in (None, "", 0, False, [], ()))
    return [(words, _shown(list(v) if isinstance(v, tuple) else v)) for words, v in said]


@dataclass(frozen=True, slots=True)
class Input:
    """A value in the form: its path in the TOML, which is its name there too, and the present value as text."""

    path: str
    label: str
    kind: str  # number, decimal, date, choice
    value: str
    choices: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The inputs of a rule, or of a kind's score."""

    title: str
    hint: str
    inputs: tuple[Input, ...]


def numbers_of(book: Rulebook, said: Mapping[str, str]) -> list[tuple[str, list[Group]]]:
    """Return the form: for the whole, each kind of case and the batch its groups. ``said`` are values that somebody has typed."""
    whole = Group("整个规则集", "", (_input("year", "", "year", book.year, said),))
    out = [("通用", [whole])]
    for key, kind in book.kinds.items():
        at = f"kinds.{key}"
        groups = [_rule(f"{at}.checks[{n}]", r, said) for n, r in enumerate(kind.rules)]
        if kind.weights:
            score = (_input(f"{at}.score.{p}", "", f"score.{p}", w, said) for p, w in kind.weights.items())
            groups.append(Group("参考分", "各部分的分值，合计须为 100", tuple(score)))
        out.append((kind.label, groups))
    out.append(("整批的检查", [_rule(f"batch.checks[{n}]", r, said) for n, r in enumerate(book.batch)]))
    return out


def _rule(at: str, rule: Any, said: Mapping[str, str]) -> Group:
    inputs = [
        Input(f"{at}.{key}", words_of("*", key), "choice", said.get(f"{at}.{key}", now), choices)
        for key, now, choices in (("severity", rule.severity.value, SEVERITIES), ("state", rule.state, STATES))
    ]
    for f in fields(rule.params):
        value = getattr(rule.params, f.name)
        if type(value) in (int, float, date):
            inputs.append(_input(f"{at}.{f.name}", rule.check.name, f.name, value, said))
    where = f"{rule.clause.where}：“{rule.clause.quote}”"
    return Group(check_label(rule.check.name), where, tuple(inputs))


def _input(path: str, check: str, key: str, value: Value, said: Mapping[str, str]) -> Input:
    kind = "date" if isinstance(value, date) else "decimal" if isinstance(value, float) else "number"
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return Input(path, words_of(check, key), kind, said.get(path, shown))


def changes_of(book: Rulebook, toml: str, said: Mapping[str, str]) -> dict[str, Value]:
    """Return the values that differ from what the rulebook has now, by path. Raises :class:`ServiceError` 422 for one that is no number or date."""
    out: dict[str, Value] = {}
    for _, groups in numbers_of(book, {}):
        for group in groups:
            for known in group.inputs:
                given = said.get(known.path, known.value).strip()
                if given != known.value:
                    out[known.path] = _value(known, given, group.title)
    return _with_types(out, toml)


def _value(known: Input, given: str, title: str) -> Value:
    try:
        if known.kind == "date":
            return date.fromisoformat(given)
        if known.kind == "number" and re.fullmatch(r"\d{1,9}", given):
            return int(given)
        if known.kind == "decimal" and re.fullmatch(r"\d{1,9}(\.\d{1,6})?", given):
            return float(given)
        if known.kind == "choice" and known.choices and given in known.choices:
            return given
    except ValueError:
        pass
    wanted = {"date": "日期，例如 2024-01-25", "number": "不小于 0 的整数", "decimal": "不小于 0 的数"}.get(
        known.kind, "列表里的一项"
    )
    raise ServiceError(422, "rulebook.number", f"“{title}”的“{known.label}”应是{wanted}", "请改好后再保存。")


def _with_types(values: dict[str, Value], toml: str) -> dict[str, Value]:
    """Keep whole numbers whole where the text has them so: 35 points stay 35, not 35.0."""
    data = tomllib.loads(toml)
    for path, value in values.items():
        if isinstance(value, float) and value.is_integer():
            try:
                before: object = value_at(data, path)
            except LookupError:
                before = None
            if type(before) is int:
                values[path] = int(value)
    return values


def said_of(difference: Difference, book: Rulebook) -> dict[str, Any]:
    """Return a difference as the page shows it: title, name, what ("added" …), rows of (label, before, after) as short texts."""
    kind = book.kinds.get(difference.kind)
    place = kind.label if kind else difference.kind or ("整批的检查" if difference.part == "rule" else "整个规则集")
    name = {
        "rule": check_label(difference.check),
        "section": f"部分“{difference.name}”",
        "kind": "名称和参考分",
        "projects": "项目",
        "unit_types": "单位类型",
    }.get(difference.part, "通知")
    rows = [(words_of(difference.check, f.name), *_pair(f.before, f.after)) for f in difference.fields]
    return {"place": place, "name": name, "rule": difference.name, "what": difference.what, "rows": rows}


def _pair(before: Any, after: Any) -> tuple[str, str]:
    if isinstance(before, list) and isinstance(after, list):
        gone, come = [x for x in before if x not in after], [x for x in after if x not in before]
        return (_shown(gone), _shown(come)) if gone or come else ("（次序不同）", "（次序不同）")
    if isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        old, new = before.split("\n"), after.split("\n")
        return _lines(old, new), _lines(new, old)
    return _shown(before), _shown(after)


def _lines(these: list[str], others: list[str]) -> str:
    lost = [line for line in these if line.strip() and line not in set(others)]
    return "；".join(lost[:3]) + (f" …（共 {len(lost)} 段）" if len(lost) > 3 else "") or "—"


def _shown(value: Any) -> str:
    if value is None or value == []:
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_ITEMS.get(str(v), str(v)) for v in value)
    if isinstance(value, str):
        return STATES.get(value) or SEVERITIES.get(value) or value
    return f"{value:g}" if isinstance(value, float) else str(value)
