"""Sessions of people in a browser: a random cookie, its hash in the database, an end by the clock and one by idleness; and the CSRF token."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from service.errors import ServiceError
from service.moment import new_secret, now
from service.people.keys import hashed
from service.people.principal import SCOPES, Principal, Role
from service.settings import Settings
from service.store import sessions as rows
from service.store import users
from service.store.database import Store, note

CSRF_HEADER: Final = "x-csrf-token"
CSRF_FIELD: Final = "csrf"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_TOUCH: Final = timedelta(seconds=60)  # "last used" is exact to this, so that reading does not write every time


def cookie_name(settings: Settings, name: str = "session") -> str:
    """Return the name of a cookie; with https the prefix makes browsers refuse it from any other host or path."""
    return f"__Host-{name}" if settings.secure else name


def start(store: Store, settings: Settings, user_id: str, *, old: str = "") -> str:
    """Begin a session; return what the cookie holds. The session ``old`` of the same browser ends: no id outlives a sign-in."""
    secret, at = new_secret(), now()
    with store.write() as tx:
        if old:
            rows.end(tx, hashed(old))
        end = at + timedelta(hours=settings.session_hours)
        rows.add(tx, hash=hashed(secret), user=user_id, csrf=new_secret(), created=at, seen=at, expires=end)
        users.change(tx, user_id, seen=at)
        note(tx, f"user:{user_id}", "sign_in", user_id)
    return secret


def principal_of(store: Store, settings: Settings, secret: str) -> Principal | None:
    """Return who holds a session; None if it has ended, or the person has no role or was disabled meanwhile."""
    hash_, idle = hashed(secret), timedelta(minutes=settings.idle_minutes)
    with store.read() as tx:
        row = rows.by_hash(tx, hash_, now() - idle)
        if row is None or not row["role"]:
            return None
        role = Role(row["role"])
        batches = users.assignments(tx, row["id"]) if role is Role.REVIEWER else {}
    if now() - row["used"] > _TOUCH:
        with suppress(ServiceError), store.write() as tx:  # on a full disk, reading goes on
            rows.touch(tx, hash_)
    return Principal(
        id=f"user:{row['id']}",
        name=row["name"] or row["login"],
        role=role,
        unit=row["unit"],
        unit_key=row["unit_key"],
        scopes=SCOPES[role],
        batches=batches,
        session=hash_,
        csrf=row["csrf"],
    )


def end(store: Store, who: Principal) -> None:
    """End the session that somebody came with."""
    with store.write() as tx:
        rows.end(tx, who.session)
        note(tx, who.id, "sign_out", who.user or "")


def end_others(store: Store, who: Principal) -> int:
    """End all sessions of a person but the one that they came with; return how many."""
    with store.write() as tx:
        ended = rows.end_all(tx, who.user or "", who.session)
        note(tx, who.id, "sign_out.others", who.user or "")
    return ended


def check_origin(headers: Mapping[str, str], settings: Settings) -> None:
    """Raise :class:`ServiceError` 403 for a request that another site made a browser send.

    Every browser says where a changing request comes from. A program that says nothing is stopped by the token, which it has to read.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in (None, "same-origin"):
        raise _foreign()
    ours = {_origin(settings.url), f"https://{headers.get('host', '')}"}
    if not settings.secure:
        ours.add(f"http://{headers.get('host', '')}")
    if origin is not None and origin not in ours:
        raise _foreign()


def check_token(who: Principal, token: str) -> None:
    """Raise :class:`ServiceError` 403 unless the token is the session's."""
    if not hmac.compare_digest(token.encode(), who.csrf.encode()):
        raise ServiceError(
            403,
            "csrf.token",
            "页面已过期，请重新打开后再提交",
            f"程序调用请带上请求头 {CSRF_HEADER}，值见 GET /api/v1/me。",
        )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _foreign() -> ServiceError:
    return ServiceError(403, "csrf.origin", "这个请求是从别的网站发来的，没有执行", "请从本系统的页面上操作。")
