"""Errors of the service: a status, a stable code, a sentence and an advice; on the wire as RFC 9457 problems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from screening.errors import ScreeningError

PROBLEM = "application/problem+json"


class ServiceError(ScreeningError):
    """A request that can't be carried out. ``status`` is that of HTTP, ``headers`` go with the answer, ``more`` into its body."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        advice: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code, message, advice)
        self.status, self.headers, self.more = status, dict(headers or {}), dict(more or {})

    def __reduce__(self) -> Any:
        """Survive the way between processes."""
        return _again, (self.status, self.code, self.message, self.advice, self.headers, self.more)


def _again(
    status: int, code: str, message: str, advice: str, headers: Mapping[str, str], more: Mapping[str, Any]
) -> ServiceError:
    return ServiceError(status, code, message, advice, headers=headers, more=more)


def not_found(what: str = "这条记录") -> ServiceError:
    """Return the answer for what is not there, or not for this person: both look the same from outside."""
    return ServiceError(404, "not_found", f"找不到{what}", "请核对编号；也可能它不属于您可以查看的范围。")


def conflict(code: str, message: str, advice: str, **more: Any) -> ServiceError:
    """Return the answer for a change that meets another one."""
    return ServiceError(409, code, message, advice, more=more)


def problem(error: ServiceError, instance: str = "") -> dict[str, Any]:
    """Return the body of an answer as RFC 9457 has it; ``code`` and ``advice`` are ours. ``instance`` is the request's id."""
    body = {
        "type": f"urn:case-screening:{error.code}",
        "title": error.message,
        "status": error.status,
        "code": error.code,
        "advice": error.advice,
        **error.more,
    }
    return body | ({"instance": f"urn:request:{instance}"} if instance else {})
