"""The faults of the demonstration: what people do to a text, and to a file, each in a few lines and repeatable."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from screening.demo.source import Block, Source

_TRADITIONAL = str.maketrans(
    "师学习经验实践发现课题组织运动国际网络资源关键问题质量书记级办电话总结训练计划绩效专业门类",
    "師學習經驗實踐發現課題組織運動國際網絡資源關鍵問題質量書記級辦電話總結訓練計劃績效專業門類",
)


def swapped(source: Source, pairs: Sequence[tuple[str, str]]) -> Source:
    """Hand in last year's case under another name: places, numbers, names replaced throughout, longest first."""
    ordered = sorted(pairs, key=lambda p: -len(p[0]))

    def change(text: str) -> str:
        # Through private-use marks, so that a replacement is never replaced again.
        for n, (old, _) in enumerate(ordered):
            text = text.replace(old, chr(0xE000 + n))
        for n, (_, new) in enumerate(ordered):
            text = text.replace(chr(0xE000 + n), new)
        return text

    return _mapped(source, change)


def disguised(source: Source) -> Source:
    """Hide a copy from a search: traditional forms, and a zero-width space after every seventh character."""

    def change(text: str) -> str:
        text = text.translate(_TRADITIONAL)
        return "\u200b".join(text[i : i + 7] for i in range(0, len(text), 7))

    return _mapped(source, change)


def _mapped(source: Source, change: Callable[[str], str]) -> Source:
    blocks = tuple(
        replace(b, text=change(b.text), rows=tuple(tuple(change(c) for c in row) for row in b.rows))
        for b in source.blocks
    )
    return replace(source, title=change(source.title), blocks=blocks)


def paragraphs(source: Source) -> tuple[Block, ...]:
    """Return the running paragraphs of a text, without headings and tables."""
    return tuple(b for b in source.blocks if not b.level and not b.rows)


def lifted(host: Source, donors: Sequence[tuple[Source, Sequence[int]]]) -> Source:
    """Replace paragraphs of ``host`` by paragraphs of the donors (by number, from 0), spread over the host in order."""
    taken = [paragraphs(donor)[n] for donor, numbers in donors for n in numbers]
    places = [i for i, b in enumerate(host.blocks) if not b.level and not b.rows]
    step = max(1, len(places) // (len(taken) + 1))
    blocks = list(host.blocks)
    for n, block in enumerate(taken):
        blocks[places[min((n + 1) * step, len(places) - 1)]] = block
    return replace(host, blocks=tuple(blocks))


def reordered(source: Source) -> Source:
    """Hand in a text with its parts in another order: pairs of neighbouring paragraphs swapped, headings left in place."""
    places = [i for i, b in enumerate(source.blocks) if not b.level and not b.rows]
    blocks = list(source.blocks)
    for a, b in zip(places[::2], places[1::2], strict=False):
        blocks[a], blocks[b] = blocks[b], blocks[a]
    return replace(source, blocks=tuple(blocks))


def plain_text(source: Source, form: Iterable[tuple[str, str]]) -> bytes:
    """Return the text and its author form (label, value) as plain UTF-8, as when somebody renames a .txt to .docx."""
    lines = [source.title, *(b.text for b in source.blocks if b.text), *(f"{k}：{v}" for k, v in form)]
    return "\r\n".join(lines).encode("utf-8")


def encrypted_package() -> bytes:
    """Return what Word saves when a password is set: an OLE compound file with an ``EncryptedPackage`` stream."""
    content = bytes((i * 73 + 41) % 256 for i in range(_STREAM))
    info = struct.pack("<HHI", 4, 4, 0x40) + b"<encryption/>"
    return compound_file(("EncryptedPackage", content), ("EncryptionInfo", info))


def legacy_document() -> bytes:
    """Return a .doc of Word 97: an OLE compound file whose ``WordDocument`` stream begins as [MS-DOC] wants it, and says little."""
    return compound_file(("WordDocument", struct.pack("<HH8x", 0xA5EC, 0xC1)), ("1Table", b""))


def lock_file(user: str) -> bytes:
    """Return the 162 bytes that Word leaves under ``~$…`` while a document is open: the user's name, once in each encoding."""
    narrow, wide = user.encode("gb18030"), user.encode("utf-16-le")
    return (bytes([len(narrow)]) + narrow).ljust(55, b" ") + (bytes([len(user)]) + b"\0" + wide).ljust(107, b" ")


_STREAM = 4096  # bytes: the size from which streams live in ordinary sectors


def compound_file(first: tuple[str, bytes], second: tuple[str, bytes]) -> bytes:
    """Return a compound file of two streams (name, content), each filled up to 4,096 bytes.

    Written by hand after [MS-CFB]: a header, one FAT sector, one directory sector and the sectors of the streams.
    """
    free, end, fat_sector, none = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
    sectors = _STREAM // 512
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16))
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, _STREAM, end, 0, end, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", free) * 108
    chains = [fat_sector, end]
    for start in (2, 2 + sectors):
        chains += [*range(start + 1, start + sectors), end]
    fat = struct.pack("<128I", *chains, *[free] * (128 - len(chains)))

    def entry(name: str, kind: int, child: int, sibling: int, start: int, length: int) -> bytes:
        raw = (name + "\0").encode("utf-16-le")
        row = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, none, sibling, child)
        return row + bytes(16 + 4 + 16) + struct.pack("<IQ", start, length)

    directory = entry("Root Entry", 5, 1, none, end, 0)
    directory += entry(first[0], 2, none, 2, 2, _STREAM)
    directory += entry(second[0], 2, none, none, 2 + sectors, _STREAM)
    directory += bytes(128)
    return bytes(header) + fat + directory + b"".join(content.ljust(_STREAM, b"\0") for _, content in (first, second))
