"""What is kept of texts and people is packed and, when a key is given, encrypted.

AES-256-GCM with a fresh 96-bit nonce for each piece (NIST SP 800-38D); ``place`` is bound to it, so that a piece moved to another row
does not open.
"""

from __future__ import annotations

import hashlib
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
    """Packs and opens. Without a key it packs only; what was sealed with a key needs that key.

    ``old`` are keys that open what was sealed before the key was changed; nothing new is sealed with them. ``veil`` is the secret
    behind pseudonyms (see :mod:`service.store.keyring`).
    """

    def __init__(self, key: bytes = b"", *old: bytes) -> None:
        self._ciphers = [AESGCM(k) for k in (key, *old) if k]
        self.keyed = bool(key)
        self.key_id = hashlib.sha256(b"key id|" + key).hexdigest()[:8] if key else ""
        self.veil = b""

    def seal(self, data: bytes, place: str, *, pack: bool = True) -> bytes:
        """Return the data as it is kept. ``pack`` compresses; files that are compressed already need none."""
        # Either carries a checksum: zlib's own, or CRC-32.
        body = (b"z" + zlib.compress(data, 6)) if pack else (b"r" + zlib.crc32(data).to_bytes(4) + data)
        if not self.keyed:
            return _PLAIN + body
        nonce = secrets.token_bytes(_NONCE)
        return _SEALED + nonce + self._ciphers[0].encrypt(nonce, body, place.encode())

    def open(self, kept: bytes, place: str) -> bytes:
        """Return what was sealed. Raises :class:`ServiceError` "store.sealed" without the right key, "store.damaged" for altered data."""
        head = kept[:1]
        if head not in (_PLAIN, _SEALED):
            raise _damaged()
        body = kept[1:] if head == _PLAIN else self._decrypted(kept[1:], place)
        if body[:1] != b"z":
            data = body[5:]
            if body[:1] != b"r" or zlib.crc32(data).to_bytes(4) != body[1:5]:
                raise _damaged()
            return data
        try:
            return zlib.decompress(body[1:])
        except zlib.error as error:
            raise _damaged() from error

    def resealed(self, kept: bytes, place: str) -> bytes | None:
        """Return a piece sealed with the present key, None if it is already. Raises :class:`ServiceError` as :meth:`open` does."""
        if self.keyed and kept[:1] == _SEALED:
            try:
                self._ciphers[0].decrypt(kept[1 : 1 + _NONCE], kept[1 + _NONCE :], place.encode())
            except InvalidTag:
                pass
            else:
                return None
        elif not self.keyed and kept[:1] == _PLAIN:
            return None
        packed = self._decrypted(kept[1:], place) if kept[:1] == _SEALED else kept[1:]
        return self.seal(self.open(kept, place), place, pack=packed[:1] == b"z")

    def _decrypted(self, body: bytes, place: str) -> bytes:
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(body[:_NONCE], body[_NONCE:], place.encode())
            except InvalidTag:
                continue
        raise _no_key()

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
