"""The keys of this database: a sealed probe for each key in use, checked at every start, and the secret behind pseudonyms."""

from __future__ import annotations

import secrets
from typing import Any, Final

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from service.errors import ServiceError
from service.store.schema import secret
from service.store.sealing import Sealer

VEIL: Final = "veil"
_PROBE: Final = "probe/"


def place(name: str) -> str:
    """Return what a secret is bound to."""
    return f"secret/{name}"


def check(tx: Connection, sealer: Sealer) -> bool:
    """See that the keys given open all that lies here; return whether something is still to be written (:func:`complete`).

    Raises :class:`ServiceError` "store.key" if a key is missing.
    """
    rows = dict(map(tuple, tx.execute(select(secret.c.name, secret.c.body))))
    for name, body in rows.items():
        try:
            sealer.open(body, place(name))
        except ServiceError as error:
            if error.code != "store.sealed":
                raise
            raise ServiceError(
                500,
                "store.key",
                "数据库是加密保存的，" + ("没有给出密钥" if not sealer.keyed else "给出的密钥打不开它"),
                "请把设置 encryption_key（环境变量 SCREENING_ENCRYPTION_KEY）改为保存时用的密钥；"
                "更换密钥时，旧密钥写在 encryption_key_old 里，再运行 screening-service reseal。",
            ) from error
    if VEIL in rows:
        sealer.veil = sealer.open(rows[VEIL], place(VEIL))
    return VEIL not in rows or (sealer.keyed and _PROBE + sealer.key_id not in rows)


def complete(tx: Connection, sealer: Sealer) -> None:
    """Write the probe of the newest key and the secret behind pseudonyms, unless they are there."""
    _add(tx, VEIL, sealer.seal(secrets.token_bytes(32), place(VEIL)))
    if sealer.keyed:
        name = _PROBE + sealer.key_id
        _add(tx, name, sealer.seal(secrets.token_bytes(16), place(name)))
    body = tx.execute(select(secret.c.body).where(secret.c.name == VEIL)).scalar_one()
    sealer.veil = sealer.open(body, place(VEIL))


def forget_others(tx: Connection, sealer: Sealer) -> None:
    """Remove the probes of other keys: nothing is sealed with them any more."""
    keep = _PROBE + sealer.key_id
    tx.execute(secret.delete().where(secret.c.name.startswith(_PROBE), secret.c.name != keep))


def _add(tx: Connection, name: str, body: bytes) -> None:
    # Several processes start at once: the first one's value holds.
    make: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}.get(tx.dialect.name, insert)
    tx.execute(make(secret).values(name=name, body=body).on_conflict_do_nothing())
