"""Accounts: signing in with a password, one-time links, and what administrators do with the accounts of others."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from screening.case import unit_key
from service.errors import ServiceError, conflict
from service.moment import new_id, new_secret, now
from service.people.keys import hashed
from service.people.passwords import check_password, fold_login, new_login, passwords
from service.people.principal import ALL_SCOPES, SCOPES, Principal, Role, Scope
from service.settings import Settings
from service.store import sessions, users, webhooks
from service.store.database import Store, note

LONGEST_WAIT: Final = timedelta(hours=24)
FIRST: Final = "admin"


def sign_in(store: Store, settings: Settings, login: str, password: str) -> str:
    """Return the id of the account. Raises :class:`ServiceError` 401, the same for an unknown login, a wrong password and a locked account.

    An attempt is counted before the password is looked at, so that a hundred at once are a hundred attempts. Both answers cost one
    hashing and one written transaction.
    """
    with store.write() as tx:
        row = users.attempt(tx, fold_login(login))
        locked = row is not None and row["locked_until"] is not None and row["locked_until"] > now()
        if row is not None and not locked:
            _count(tx, row, settings)
        note(tx, "nobody", "sign_in.attempt", row["id"] if row is not None else "")
    usable = row is not None and not locked and row["active"] and not row["issuer"]
    kept = row["password"] if usable and row is not None else ""
    right, anew = passwords(settings).right(password, kept)
    if not right or row is None:
        raise refused()
    if not row["role"]:
        raise no_role()
    with store.write() as tx:
        users.change(tx, row["id"], failures=0, locked_until=None, **({"password": anew} if anew else {}))
    return str(row["id"])


def refused() -> ServiceError:
    """Return the one answer for everything that is wrong with a sign-in."""
    return ServiceError(
        401, "sign_in.refused", "登录名或密码不对", "连续输错多次，账号会锁定一段时间；忘了密码请联系管理员。"
    )


def no_role() -> ServiceError:
    """Return the answer for somebody whom no administrator has given a role yet."""
    return ServiceError(403, "sign_in.no_role", "您的账号还没有开通", "请联系管理员开通，然后重新登录。")


def _count(tx: Any, row: Any, settings: Settings) -> None:
    # Waits double, so that guessing gets nowhere; after a quiet day the count begins anew. An administrator's wait stays short and ends
    # by itself; a one-time link (another administrator, or the command line) ends any wait, and open sessions go on.
    quiet = row["locked_until"] is not None and row["locked_until"] < now() - LONGEST_WAIT
    failures = 1 if quiet else row["failures"] + 1
    until: datetime | None = None
    if (over := failures - settings.lock_after) >= 0:
        wait = timedelta(minutes=settings.lock_minutes)
        if row["role"] != Role.ADMINISTRATOR:
            wait = min(wait * 2 ** min(over, 16), max(LONGEST_WAIT, wait))
        until = now() + wait
    users.change(tx, row["id"], failures=failures, locked_until=until)


# -- passwords and links ----------------------------------------------------------------------------------------------------


def change_password(store: Store, settings: Settings, who: Principal, old: str, new: str) -> None:
    """Change one's own password; all other sessions end. Raises :class:`ServiceError` 403 for a wrong old one, 422 for a weak new one.

    Wrong old passwords count as attempts: a session left open is no way to guess.
    """
    with store.read() as tx:
        row = users.one(tx, who.user or "")
    if row["issuer"]:
        raise conflict("password.elsewhere", "您用别处的账号登录，密码不在这里", "请到登录时的那个网站修改。")
    try:
        sign_in(store, settings, row["login"], old)
    except ServiceError as error:
        raise ServiceError(403, "password.wrong", "现在的密码不对", error.advice) from error
    _set(store, settings, row, new, but=who.session)


def set_by_link(store: Store, settings: Settings, secret: str, new: str) -> str:
    """Set a password by a one-time link; return the account's id. All sessions end, the link too, and a lock.

    Raises :class:`ServiceError` 404 for a link that is used, ended or none; 422 for a weak password, after which the link still holds.
    """
    row = by_link(store, secret)
    _set(store, settings, row, new, link=hashed(secret))
    return str(row["id"])


def by_link(store: Store, secret: str) -> Any:
    """Return the account that a link is for. Raises :class:`ServiceError` 404."""
    with store.read() as tx:
        row = users.by_link(tx, hashed(secret))
    if row is None:
        raise _link_gone()
    return row


def _link_gone() -> ServiceError:
    return ServiceError(404, "link.gone", "这个链接已经用过或过期了", "请向管理员要一个新的链接。")


def _set(store: Store, settings: Settings, row: Any, new: str, *, but: str = "", link: str = "") -> None:
    check_password(new, (row["login"], row["name"], row["unit"]))
    kept = passwords(settings).hash(new)
    with store.write() as tx:
        if link and not users.take_link(tx, link):
            raise _link_gone()
        users.change(tx, row["id"], password=kept, failures=0, locked_until=None)
        users.end_links(tx, row["id"])
        sessions.end_all(tx, row["id"], but)
        note(tx, f"user:{row['id']}", "password.set", row["id"])


def make_link(
    store: Store, settings: Settings, user_id: str, *, by: str, scopes: Collection[Scope] = ALL_SCOPES
) -> str:
    """Return the address of a new one-time link, by which a person sets a password; earlier links end, and a lock.

    ``scopes`` are those of who asks: nobody gets into an account that may do more. Raises :class:`ServiceError` 404, 403, or 409 for
    people who sign in elsewhere or are disabled.
    """
    with store.write() as tx:
        row = users.one(tx, user_id, lock=True)
        _within(row["role"], scopes)
        if row["issuer"]:
            raise conflict("password.elsewhere", "这个人用别处的账号登录，没有密码", "不需要链接，直接登录即可。")
        if not row["active"]:
            raise conflict("user.disabled", "这个账号已停用", "请先恢复账号。")
        return _link(tx, settings, row, by)


def _link(tx: Any, settings: Settings, row: Any, by: str) -> str:
    secret = new_secret()
    purpose = "reset" if row["password"] else "first"
    users.add_link(tx, hashed(secret), row["id"], purpose, now() + timedelta(hours=settings.link_hours))
    users.change(tx, row["id"], failures=0, locked_until=None)
    note(tx, by, "user.link", row["id"], purpose=purpose)
    return f"{settings.url}/links/{secret}"


def first_link(store: Store, settings: Settings) -> str | None:
    """Return a one-time link for the first administrator, who is made if need be; None once an administrator can sign in.

    A start whose link was never used gives another one: the first may be lost in a log.
    """
    with store.write() as tx:
        if users.anybody(tx):
            return None
        row = users.by_login(tx, FIRST)
        if row is None:
            _add(tx, FIRST, "管理员", Role.ADMINISTRATOR, "", by="first-run")
            row = users.by_login(tx, FIRST)
        elif row["role"] != Role.ADMINISTRATOR or not row["active"]:
            return None  # somebody decided otherwise on the command line
        return _link(tx, settings, row, "first-run")


# -- accounts of others -----------------------------------------------------------------------------------------------------


def create(
    store: Store,
    settings: Settings,
    *,
    login: str,
    name: str = "",
    role: Role,
    unit: str = "",
    by: str,
    scopes: Collection[Scope] = ALL_SCOPES,
) -> tuple[str, str]:
    """Make an account; return (id, one-time link). Raises :class:`ServiceError` 409 for a taken login, 422, 403 as :func:`make_link`."""
    _within(role, scopes)
    folded = new_login(login)
    with store.write() as tx:
        user_id = _add(tx, folded, name, role, unit, by=by)
        return user_id, _link(tx, settings, users.one(tx, user_id), by)


def _add(tx: Any, login: str, name: str, role: Role, unit: str, *, by: str) -> str:
    _unit_for(role, unit)
    user_id = new_id()
    users.add(
        tx,
        id=user_id,
        login=login,
        name=name.strip(),
        role=role.value,
        unit=unit.strip(),
        unit_key=unit_key(unit),
        created=now(),
    )
    note(tx, by, "user.create", user_id, role=role.value)
    return user_id


def change(
    store: Store, user_id: str, version: int, *, by: str, scopes: Collection[Scope] = ALL_SCOPES, **wanted: Any
) -> None:
    """Change ``name``, ``role``, ``unit`` or ``active`` of an account. A change of rights ends the sessions.

    Raises :class:`ServiceError` 404; 409 if ``version`` is not the present one, or no administrator would be left; 422, 403.
    """
    with store.write() as tx:
        left = users.administrators(tx)  # locked first, so that two can't remove each other
        row = users.one(tx, user_id, lock=True)
        if row["version"] != version:
            raise conflict(
                "version", "这个账号刚刚被别人改过", "请刷新后再改，以免盖掉别人的修改。", version=row["version"]
            )
        new = {**row, **wanted}
        _within(row["role"], scopes)
        _within(new["role"], scopes)
        if new["role"]:
            _unit_for(Role(new["role"]), new["unit"])
        stays = new["role"] == Role.ADMINISTRATOR and new["active"]
        if user_id in left and len(left) == 1 and not stays:
            raise conflict("user.last_administrator", "这是最后一位管理员，不能停用或换角色", "请先另设一位管理员。")
        values = {k: v.strip() if isinstance(v, str) else v for k, v in wanted.items()}
        if "unit" in values:
            values["unit_key"] = unit_key(values["unit"])
        users.change(tx, user_id, version=version + 1, **values)
        if any(new[k] != row[k] for k in ("role", "unit", "active")):
            sessions.end_all(tx, user_id)
            webhooks.silence(tx, f"user:{user_id}")
        if not new["active"]:
            users.end_links(tx, user_id)
        if row["role"] == Role.REVIEWER and new["role"] != Role.REVIEWER:
            users.unassign_all(tx, user_id)
        note(tx, by, "user.change", user_id, fields=sorted(wanted), role=new["role"], active=new["active"])


def _unit_for(role: Role, unit: str) -> None:
    if role is Role.SUBMITTER and not unit_key(unit):
        raise ServiceError(422, "user.unit", "报送单位的账号要写明单位", "请填写单位的全称。")


def _within(role: str, scopes: Collection[Scope]) -> None:
    if role and not SCOPES[Role(role)] <= set(scopes):
        raise ServiceError(
            403, "forbidden.scope", "这个密钥的权限不够，不能管理权限更大的账号", "请用权限齐全的密钥，或由管理员操作。"
        )
