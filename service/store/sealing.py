"""What is kept of texts and people is packed and, when a key is given, encrypted.

AES-256-GCM with a fresh 96-bit nonce for each piece (NIST SP 800-38D); ``place`` is bound to it, so that a piece moved to another row
does not open.
"""

from __future__ import annotations

import json
import secrets
import zlib
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.errors import ServiceError

_PLAIN: Final = b"\x00"
_SEALED: Final = b"\x01"
_NONCE: Final = 12


class Sealer:
    """Packs and opens. Without a key it packs only; what was sealed with a key needs that key."""

    def __init__(self, key: bytes = b"") -> None:
        self._cipher = AESGCM(key) if key else None

    def seal(self, data: bytes, place: str, *, pack: bool = True) -> bytes:
        """Return the data as it is kept. ``pack`` compresses; files that are compressed already need none."""
        body = (b"z" + zlib.compress(data, 6)) if pack else (b"r" + data)
        if self._cipher is None:
            return _PLAIN + body
        nonce = secrets.token_bytes(_NONCE)
        return _SEALED + nonce + self._cipher.encrypt(nonce, body, place.encode())

    def open(self, kept: bytes, place: str) -> bytes:
        """Return what was sealed. Raises :class:`ServiceError` "store.sealed" without the right key, "store.damaged" for altered data."""
        head, body = kept[:1], kept[1:]
        try:
            if head == _SEALED:
                if self._cipher is None:
                    raise _no_key()
                body = self._cipher.decrypt(body[:_NONCE], body[_NONCE:], place.encode())
            elif head != _PLAIN:
                raise _damaged()
            return zlib.decompress(body[1:]) if body[:1] == b"z" else body[1:]
        except InvalidTag as error:
            raise _no_key() from error
        except zlib.error as error:
            raise _damaged() from error

    def seal_json(self, value: Any, place: str) -> bytes:
        """Seal plain JSON values."""
        return self.seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), place)

    def open_json(self, kept: bytes, place: str) -> Any:
        """Return what :meth:`seal_json` sealed."""
        return json.loads(self.open(kept, place))


def _no_key() -> ServiceError:
    return ServiceError(
        500, "store.sealed", "这份数据是加密保存的，现有的密钥打不开", "请核对设置 encryption_key 是否与保存时相同。"
    )


def _damaged() -> ServiceError:
    return ServiceError(500, "store.damaged", "这份数据在数据库里已损坏", "请从备份恢复（screening-service restore）。")
