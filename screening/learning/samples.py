"""Labelled texts as JSON lines: read whole or refused with the line's number, and measured as scoring measures them."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screening.case import GROWTH_STORY, SELF_REPORT, WORK_CASE
from screening.document import Document
from screening.errors import UsageError
from screening.text.view import simplified
from screening.topic.features import FEATURES
from screening.topic.lexicon import lexicon
from screening.topic.model import TopicModel
from screening.topic.result import TopicFit
from screening.topic.score import score_topic

KINDS: Mapping[str, str] = {
    WORK_CASE: "典型工作案例",
    GROWTH_STORY: "教师成长案例",
    SELF_REPORT: "项目绩效自评报告",
}
_SHOWN = 20  # characters of a wrong value that an error repeats
# A model that passes the features through: training sees exactly what scoring sees.
_MEASURE = TopicModel(
    kind="",
    sha256="",
    means=dict.fromkeys(FEATURES, 0.0),
    scales=dict.fromkeys(FEATURES, 1.0),
    weights=dict.fromkeys(FEATURES, 1.0),
    intercept=0.0,
    low=0.0,
    high=1.0,
)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A labelled text: ``on`` says whether it is an acceptable text of its kind; ``source`` is who it comes from.

    ``theme`` (one of the notice's directions) and ``stratum`` ("near": near the topic without being on it …) are "" where not told.
    """

    id: str
    text: str
    kind: str
    on: bool
    source: str
    theme: str = ""
    title: str = ""
    stratum: str = ""

    def fit(self, model: TopicModel) -> TopicFit:
        """Score the text."""
        return scored(self.text, self.kind, self.title, model)

    @property
    def values(self) -> dict[str, float]:
        """The eight features."""
        found = dict(self.fit(_MEASURE).contributions)
        del found["intercept"]
        return found


def scored(text: str, kind: str, title: str, model: TopicModel) -> TopicFit:
    """Score a bare text, a paragraph a line, as the same text in a file is scored: under its title."""
    document = document_of(text, title)
    return score_topic(document, document.paragraphs, kind, model, title=simplified(title))


def document_of(text: str, title: str = "") -> Document:
    """Return a bare text as the topic stage reads it: in simplified characters, its title first."""
    whole = text if not title or text.lstrip().startswith(title) else f"{title}\n{text}"
    return Document.from_lines(simplified(whole).split("\n"))


def read_samples(path: Path) -> tuple[Sample, ...]:
    """Read labelled texts. Raises :class:`UsageError` "labels.…": the first line that can't be used, why, and what to write instead."""
    lines: dict[str, int] = {}
    out = []
    for n, row in json_lines(path):
        sample = Sample(
            id=field(row, "id", n),
            text=field(row, "text", n),
            kind=field(row, "kind", n, KINDS),
            on=label_of(row, n),
            source=field(row, "source", n),
            theme=field(row, "theme", n, lexicon().themes, needed=False),
            title=field(row, "title", n, needed=False),
            stratum=field(row, "stratum", n, needed=False),
        )
        if sample.id in lines:
            raise duplicate(n, lines[sample.id], sample.id)
        lines[sample.id] = n
        out.append(sample)
    return tuple(out)


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Return the objects of a file of JSON lines with their line numbers (from 1); empty lines are passed over.

    Raises :class:`UsageError`: "labels.missing", "labels.empty", "labels.encoding", "labels.json".
    """
    if not path.is_file():
        raise UsageError(
            "labels.missing", f"找不到文件 {path}", "请核对路径；应是一个 JSON Lines 文件（每行一个 JSON 对象）。"
        )
    raw = path.read_bytes()
    remedy = "请另存为 UTF-8 编码（记事本：另存为，编码选 UTF-8）。"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UsageError("labels.encoding", f"{path.name} 第 1 行：不是 UTF-8 编码（是 UTF-16）", remedy)
    empty = True
    for n, line in enumerate(raw.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8"))
            json.dumps(row, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except UnicodeDecodeError as error:
            looks = "，像是 GBK" if _is_gbk(line) else ""
            raise UsageError("labels.encoding", f"{path.name} 第 {n} 行：不是 UTF-8 编码{looks}", remedy) from error
        except UnicodeEncodeError as error:
            raise _wrong(n, "有不成对的代理字符，不是有效的文字", "请重新导出这一行。", "labels.encoding") from error
        except (ValueError, RecursionError) as error:
            raise _wrong(n, "不是完整的 JSON", "每行写一个 JSON 对象，文字里的换行写作 \\n。", "labels.json") from error
        if not isinstance(row, dict):
            raise _wrong(n, "不是 JSON 对象", "每行写一个 {…}，不要把全部放进一个 […]。", "labels.json")
        empty = False
        yield n, row
    if empty:
        raise UsageError(
            "labels.empty", f"{path.name} 是空的", "请每行写一个 JSON 对象：id、text、kind、label、source。"
        )


def field(
    row: Mapping[str, Any], name: str, line: int, known: Mapping[str, Any] | None = None, *, needed: bool = True
) -> str:
    """Return a field that must be text, and, where it is needed, not empty; ``known`` are the values it may have."""
    value = row.get(name)
    if value is None and not needed:
        return ""
    remedy = f'请写成 "{name}": "…"。'
    if value is None:
        raise _wrong(line, f"缺少 {name}", remedy)
    if not isinstance(value, str):
        raise _wrong(line, f"{name} 的值不是文字：{_short(value)}", remedy)
    if needed and not value.strip():
        raise _wrong(line, f"{name} 是空的", f"请补上 {name}，或删去这一行。")
    if value and known is not None and value not in known:
        raise _wrong(line, f"{name} 不认识：{_short(value)}", f"{name} 只能是 {'、'.join(known)}。")
    return value


def label_of(row: Mapping[str, Any], line: int) -> bool:
    """Return the label, "on" or "off" and nothing else: a guess at what 1, 是 or 合格 means would be a wrong label."""
    value = row.get("label")
    if value not in ("on", "off"):
        said = "缺少 label" if value is None else f"label 不认识：{_short(value)}"
        raise _wrong(line, said, "label 只能写 on（切题、可收）或 off（偏题、不可收）。", "labels.label")
    return bool(value == "on")


def duplicate(line: int, first: int, name: str) -> UsageError:
    """Return the error of an id that is there twice."""
    return _wrong(line, f"编号 {_short(name)} 与第 {first} 行重复", "每份文本的 id 不能相同。", "labels.duplicate")


def _wrong(line: int, said: str, advice: str, code: str = "labels.field") -> UsageError:
    return UsageError(code, f"第 {line} 行：{said}", advice)


def _short(value: Any) -> str:
    words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"“{words[:_SHOWN]}{'…' if len(words) > _SHOWN else ''}”"


def _is_gbk(line: bytes) -> bool:
    try:
        return any("\u4e00" <= c <= "\u9fff" for c in line.decode("gb18030"))
    except UnicodeDecodeError:
        return False
