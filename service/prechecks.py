"""自查码 at the service: its own seal behind a code, what became of a code that came with a submission, and how that is told."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from screening.errors import UsageError
from screening.precheck import Precheck
from service.errors import ServiceError
from service.moment import shown
from service.store.sealing import Sealer

SAME, DIFFERENT, VERSION, SEALED, BROKEN, UNREAD = "same", "different", "version", "sealed", "broken", "unread"
WORDS: Final = {
    "": "正在核对",
    SAME: "结果一致：这里用同样的版本重查，得到同样的结果",
    DIFFERENT: "结果不一致：自查以后文件改过，或自查码不是这份文件的",
    VERSION: "不能核对：自查用的程序、规则集或模型与这里的不同",
    SEALED: "本平台查过这份文件，签章有效",
    BROKEN: "签章不符：自查以后文件改过，或签章不是本平台的",
    UNREAD: "没有核对：文件读不出来",
}
_SEAL_DIGITS: Final = 20  # 80 bits, which nobody guesses by sending files


def sealed(sealer: Sealer, code: Precheck, sha256: str) -> Precheck:
    """Return the code of a check that this service made itself, with its seal on code and file."""
    return replace(code, seal=_seal(sealer, code, sha256))


def seal_holds(sealer: Sealer, code: Precheck, sha256: str) -> bool:
    """Say whether the seal is ours, for this code and this file."""
    return hmac.compare_digest(code.seal, _seal(sealer, code, sha256))


def _seal(sealer: Sealer, code: Precheck, sha256: str) -> str:
    # The secret of this installation is behind pseudonyms too; the first word keeps the two apart.
    return hmac.new(sealer.veil, f"precheck|{code.unsealed}|{sha256}".encode(), hashlib.sha256).hexdigest()[
        :_SEAL_DIGITS
    ]


def accepted(said: str) -> str:
    """Return a code as it is kept, "" for none. Raises :class:`ServiceError` 422 for what is none, without repeating it."""
    if not said.strip():
        return ""
    try:
        return Precheck.read(said).code
    except UsageError as error:
        raise ServiceError(422, error.code, error.message, error.advice) from error


def precheck_json(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what is told of the code that came with a submission, None without one."""
    if not row["precheck"]:
        return None
    code = Precheck.read(row["precheck"])
    return {
        "code": code.code,
        "made": shown(code.made),
        "engine": code.engine,
        "rulebook": code.rulebook,
        "sealed": bool(code.seal),
        "result": row["precheck_result"] or None,
        "words": WORDS[row["precheck_result"]],
    }
