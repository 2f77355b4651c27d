"""Keys for programs: shown once, kept as a hash, with a role, scopes and an end."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from screening.case import unit_key
from service.errors import ServiceError
from service.moment import new_id, now
from service.people.principal import SCOPES, Principal, Role, Scope
from service.store import keys as rows
from service.store.database import Store, note

PREFIX: Final = "csk_"
_SHOWN: Final = 12


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
    days: int,
    by: str,
) -> tuple[str, str, datetime]:
    """Make a key; return (id, key, end). The key is not kept and can't be shown again.

    Raises :class:`ServiceError` 422 for a submitter without a unit or scopes that the role does not have.
    """
    if role is Role.SUBMITTER and not unit_key(unit):
        raise ServiceError(422, "key.unit", "报送单位的密钥要写明单位", "请填写单位的全称。")
    wanted = frozenset(scopes) or SCOPES[role]
    if beyond := wanted - SCOPES[role]:
        names = "、".join(sorted(beyond))
        raise ServiceError(422, "key.scopes", f"{role.label}的密钥不能有这些权限：{names}", "请去掉，或换一种角色。")
    key_id, secret, end = new_id(), f"{PREFIX}{secrets.token_urlsafe(32)}", now() + timedelta(days=days)
    with store.write() as tx:
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
    return Principal(
        id=f"key:{row['id']}",
        name=row["name"],
        role=Role(row["role"]),
        unit=row["unit"],
        unit_key=row["unit_key"],
        scopes=frozenset(map(Scope, row["scopes"])),
        batches={"*": True} if row["role"] == Role.REVIEWER else {},
    )


def _refused(code: str, message: str, advice: str) -> ServiceError:
    return ServiceError(401, code, message, advice, headers={"WWW-Authenticate": "Bearer"})
