"""How to mend what a check found: a sentence for each code of a finding, from one reviewable file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

GENERAL = "请对照所列通知原话核对并修改；有疑问的，请与收稿单位联系。"


@lru_cache(maxsize=1)
def advices() -> Mapping[str, str]:
    """Return all advice by the code of the finding ("length.over")."""
    data = tomllib.loads((resources.files("screening") / "lexicon" / "advice.toml").read_text("utf-8"))
    return {f"{check}.{code}": words for check, table in data.items() for code, words in table.items()}


def advice_of(code: str) -> str:
    """Return how to mend a finding with this code; general advice for a code of a check that is not ours.

    >>> advice_of("personal_data.mobile")
    '请删去正文中的手机号；联系电话只填在作者信息中。'
    """
    return advices().get(code, GENERAL)
