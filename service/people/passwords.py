"""Logins and passwords: how they are folded, hashed, and which are refused (after NIST SP 800-63B: length and guessability, no composition)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from screening.case import unit_key
from service.errors import ServiceError
from service.moment import new_secret
from service.settings import Settings

SHORTEST: Final = 10
LONGEST: Final = 256  # a longer one costs time and protects nobody
_LOGIN: Final = re.compile(r"[\w.@+-]{2,60}")
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_IDENTITY: Final = re.compile(r"\d{17}[\dx]")


def fold_login(login: str) -> str:
    """Return a login as it is compared: 全角 and capitals make no difference.

    >>> fold_login(" Ｗang.Li@Example.CN ")
    'wang.li@example.cn'
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", login).casefold()).strip()


def new_login(login: str) -> str:
    """Return the folded login of a new account. Raises :class:`ServiceError` 422."""
    folded = fold_login(login)
    if not _LOGIN.fullmatch(folded):
        raise ServiceError(
            422, "user.login", "登录名不合适", "请用 2 至 60 个汉字、字母或数字，可以带 . _ - @ +，不含空格。"
        )
    return folded


class Passwords:
    """Hashing at the cost that the settings name."""

    def __init__(self, memory: int, rounds: int) -> None:
        self._hasher = PasswordHash((Argon2Hasher(time_cost=rounds, memory_cost=memory * 1024, parallelism=1),))
        self._nobody = self._hasher.hash(new_secret())

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return self._hasher.hash(_normal(password))

    def right(self, password: str, kept: str) -> tuple[bool, str | None]:
        """Return whether a password is right, and what to keep from now on if the cost has changed.

        It takes the same time when nothing is kept: from outside nobody sees whether there is such an account.
        """
        password = _normal(password[:LONGEST])
        good, anew = self._hasher.verify_and_update(password, kept or self._nobody)
        return good and bool(kept), anew if kept else None


@cache
def _passwords(memory: int, rounds: int) -> Passwords:
    return Passwords(memory, rounds)


def passwords(settings: Settings) -> Passwords:
    """Return the hashing of an installation."""
    return _passwords(settings.password_memory, settings.password_rounds)


def check_password(password: str, words: Iterable[str] = ()) -> None:
    """Raise :class:`ServiceError` 422 for a password that is too short or easy to guess. ``words``: login, name and unit of the person."""
    if len(password) < SHORTEST:
        raise _weak(f"密码太短，至少要 {SHORTEST} 个字符", "可以用一句只有自己知道的话，不必夹杂符号。")
    if len(password) > LONGEST:
        raise _weak(f"密码太长，最多 {LONGEST} 个字符", "请缩短一些。")
    folded = _normal(password).casefold()
    if len(set(folded)) < 4 or _in_sequence(folded):
        raise _weak("密码是重复或连续的字符，容易猜到", "请换一个。")
    if _MOBILE.fullmatch(folded) or _IDENTITY.fullmatch(folded):
        raise _weak("密码像是手机号或身份证号，容易猜到", "请换一个。")
    core = _core(folded)
    if folded in _common() or core in _common():
        raise _weak("很多人用这样的密码，容易猜到", "请换一个。")
    own = {form for word in words for form in (_normal(word).casefold(), unit_key(word)) if form}
    own |= {word.partition("@")[0] for word in own}
    own |= {_core(word) for word in own}
    if folded in own or (len(core) > 1 and core in own):
        raise _weak("密码不能就是登录名、姓名或单位名", "请换一个。")


def _weak(message: str, advice: str) -> ServiceError:
    return ServiceError(422, "password.weak", message, advice)


def _core(text: str) -> str:
    # "woaini@20240501" is "woaini" with a date; with more around it than that, it is a password like any other.
    core = re.sub(r"[\W\d_]", "", text)
    return core if len(text) - len(core) <= 9 else text


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _in_sequence(text: str) -> bool:
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return steps in ({1}, {-1}) or text in "01234567890123456789" or text in "98765432109876543210"


@cache
def _common() -> frozenset[str]:
    lines = Path(__file__).with_name("common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
