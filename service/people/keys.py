"""Keys for programs: shown once, kept as a hash, with a role, scopes and an end."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from screening.case import unit_key
from service.errors import ServiceError
from service.moment import new_id, now
from service.people.principal import ALL_BATCHES, ALL_SCOPES, SCOPES, Principal, Role, Scope
from service.store import keys as rows
from service.store import users
from service.store.database import Store, note

PREFIX: Final = "csk_"
_SHOWN: Final = 12
_TOUCH: Final = timedelta(seconds=60)


def hashed(secret: str) -> str:
    """Return what is kept of a secret of 256 random bits: for such, a plain sha256 is as good as a slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(
    store: Store,
    *,
    name: str,
    role: Role,
    unit: str = "",
    scopes: Collection[Scope] = (),
    batches: Mapping[str, bool] | None = None,
    days: int,
    by: str,
    within: Collection[Scope] = ALL_SCOPES,
) -> tuple[str, str, datetime]:
    """Make a key; return (id, key, end). The key is not kept and can't be shown again.

    ``batches`` of a reviewer's key: which it sees, and whether blind; they are part of the key, as a program has no account to be
    assigned by, and a key that sees everything must have been asked for ("*"). ``within`` are the scopes of who asks: no key makes a
    mightier one. Raises :class:`ServiceError` 422 for a submitter without a unit, a reviewer without batches, batches that are not
    there, or scopes that the role does not have; 403 for scopes beyond ``within``.
    """
    if role is Role.SUBMITTER and not unit_key(unit):
        raise ServiceError(422, "key.unit", "报送单位的密钥要写明单位", "请填写单位的全称。")
    wanted = frozenset(scopes) or SCOPES[role]
    if beyond := wanted - SCOPES[role]:
        names = "、".join(sorted(beyond))
        raise ServiceError(422, "key.scopes", f"{role.label}的密钥不能有这些权限：{names}", "请去掉，或换一种角色。")
    if wanted - set(within):
        raise ServiceError(
            403, "forbidden.scope", "这个密钥不能发出权限比自己大的密钥", "请用权限齐全的密钥，或由管理员操作。"
        )
    if (role is Role.REVIEWER) != bool(batches):
        raise ServiceError(
            422,
            "key.batches",
            "评审的密钥要写明批次，别的密钥不要写",
            f"请列出批次编号；确实要看全部时写 {ALL_BATCHES}。",
        )
    key_id, secret, end = new_id(), f"{PREFIX}{secrets.token_urlsafe(32)}", now() + timedelta(days=days)
    with store.write() as tx:
        if missing := users.missing_batches(tx, [id_ for id_ in batches or {} if id_ != ALL_BATCHES]):
            raise ServiceError(422, "key.batches", f"没有这些批次：{'、'.join(missing)}", "请核对批次编号。")
        rows.add(
            tx,
            id=key_id,
            prefix=secret[:_SHOWN],
            hash=hashed(secret),
            name=name,
            role=role.value,
            unit=unit,
            unit_key=unit_key(unit),
            scopes=sorted(wanted),
            batches=dict(batches or {}),
            created=now(),
            expires=end,
            created_by=by.removeprefix("user:") if by.startswith("user:") else None,
        )
        note(tx, by, "key.issue", key_id, role=role.value)
    return key_id, secret, end


def principal_of(store: Store, secret: str) -> Principal:
    """Return who holds a key. Raises :class:`ServiceError` 401."""
    with store.read() as tx:
        row = rows.by_hash(tx, hashed(secret))
    if row is None:
        raise _refused("key.unknown", "密钥不对", "请核对请求头 Authorization: Bearer csk_…")
    if row["revoked"]:
        raise _refused("key.revoked", "密钥已被撤销", "请向管理员要新的密钥。")
    if row["expires"] <= now():
        raise _refused("key.expired", "密钥已过期", "请向管理员要新的密钥。")
    if row["seen"] is None or now() - row["seen"] > _TOUCH:
        with suppress(ServiceError), store.write() as tx:  # on a full disk, reading goes on
            rows.touch(tx, row["id"])
    return Principal(
        id=f"key:{row['id']}",
        name=row["name"],
        role=Role(row["role"]),
        unit=row["unit"],
        unit_key=row["unit_key"],
        scopes=frozenset(map(Scope, row["scopes"])),
        batches=row["batches"],
    )


def _refused(code: str, message: str, advice: str) -> ServiceError:
    return ServiceError(401, code, message, advice, headers={"WWW-Authenticate": "Bearer"})
