"""Author form: title, real name, unit, post, e-mail and phone are given and could be right.

Bad: 没有附作者信息；或邮箱写作 zhang@163，电话少一位。
Good: 文章标题、作者真实姓名、单位、职务/职称、邮箱、电话齐全。
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from screening.case import AuthorForm, Case, FormField
from screening.checks._contract import case_check
from screening.finding import Evidence, Finding
from screening.world import World

_NAMES = {
    "title": "文章标题",
    "name": "作者真实姓名",
    "unit": "单位",
    "post": "职务/职称",
    "email": "邮箱",
    "phone": "电话",
}
_EMAIL = re.compile("[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+")
_MOBILE = re.compile("(?:\\+?86)?1[3-9]\\d{9}")
_LANDLINE = re.compile("(?:0\\d{2,3})?[2-9]\\d{6,7}(?:转?\\d{1,6})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Fields that must be filled in: title, name, unit, post, email, phone."""

    fields: tuple[str, ...] = AuthorForm.FIELDS

    def __post_init__(self) -> None:
        unknown = set(self.fields) - set(AuthorForm.FIELDS)
        if unknown:
            raise ValueError(
                f"fields 里有不认识的项：{'、'.join(sorted(unknown))}；可用：{'、'.join(AuthorForm.FIELDS)}"
            )


def valid_email(value: str) -> bool:
    """Say whether every address of the value could be one; several may be separated.

    >>> valid_email("zhou@example.com"), valid_email("ｚｈｏｕ＠example.com"), valid_email("zhou@163"), valid_email("无")
    (True, True, False, False)
    """
    parts = [p for p in re.split("[\\s,;，；、/]+", unicodedata.normalize("NFKC", value)) if p]
    return bool(parts) and all(_EMAIL.fullmatch(p) for p in parts)


def valid_phone(value: str) -> bool:
    """Say whether every number of the value could be a Chinese mobile or landline; spaces and hyphens are fine.

    >>> [valid_phone(v) for v in ("138 0000 0101", "0371-69691770", "１３８０００００１０１", "1380000010", "12345678901")]
    [True, True, True, False, False]
    """
    folded = unicodedata.normalize("NFKC", value)
    parts = [
        re.sub("[\\s\\-—–().]", "", p) for p in re.split("[,;、/]|或", folded.replace("，", ",").replace("；", ";"))
    ]
    parts = [p for p in parts if p]
    return bool(parts) and all(_MOBILE.fullmatch(p) or _LANDLINE.fullmatch(p) for p in parts)


@case_check(Params, label="作者信息表")
def author_form(case: Case, params: Params, world: World) -> Iterator[Finding]:
    """Report a missing form, missing or empty fields, and an e-mail or phone that can't be right."""
    form = case.form
    wanted = "、".join(_NAMES[f] for f in params.fields)
    if form is None:
        yield Finding(
            code="author_form.missing",
            message=f"没有找到作者信息（{wanted}），文末、文首和单独的文件都查过，请补附。",
            facts={"fields": list(params.fields)},
        )
        return
    fields: dict[str, FormField | None] = {n: getattr(form, n) for n in params.fields}
    absent = [n for n, f in fields.items() if f is None or not f.value]
    if absent:
        empty = [f for f in fields.values() if f is not None and not f.value and f.span]
        yield Finding(
            code="author_form.incomplete",
            message=f"作者信息缺少：{'、'.join(_NAMES[n] for n in absent)}，请补填。",
            evidence=tuple(Evidence.at(case.document, f.span) for f in empty if f.span),
            facts={"missing": absent},
        )
    for name, valid, example in (
        ("email", valid_email, "name@example.com"),
        ("phone", valid_phone, "11 位手机号或带区号的座机"),
    ):
        field = fields.get(name)
        if field and field.value and not valid(field.value):
            yield Finding(
                code=f"author_form.{name}",
                message=f"{_NAMES[name]}的格式不对，请核对（应如：{example}）。",
                evidence=(Evidence.at(case.document, field.span),) if field.span else (),
                facts={"field": name},
            )
