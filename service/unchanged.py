"""Answers that the caller has already: ETag and 304 (RFC 9110, 13.1.2), from what the answer is made of, without making it."""

from __future__ import annotations

import hashlib
from typing import Final

from fastapi import Request, Response

# The caller may keep the answer but asks each time; nobody on the way keeps it.
_KEEP: Final = "private, no-cache"


def tag_of(*parts: object) -> str:
    """Return a tag for an answer made of these: ids, versions, and whatever else the same person could be shown differently for.

    It is weak, as the same answer goes out packed or not.
    """
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()
    return f'W/"{digest[:24]}"'


def not_modified(request: Request, response: Response, tag: str) -> Response | None:
    """Put the tag on the answer; return the 304 to give instead if the caller has it already."""
    response.headers["ETag"], response.headers["Cache-Control"] = tag, _KEEP
    had = {t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")}
    if "*" in had or tag.removeprefix("W/") in had:
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": _KEEP})
    return None
