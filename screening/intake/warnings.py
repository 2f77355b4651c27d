"""What was seen in a file besides its text: each kind with a sentence, counted, with a sample and its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from screening.document import Document
from screening.finding import IntakeWarning

SENTENCES: dict[str, str] = {
    "hidden_text": "有隐藏文字，没有计入字数和比对，请对照原文",
    "white_text": "有与底色相同（看不见）的文字，没有计入字数和比对，请对照原文",
    "tiny_text": "有小于 4 磅、肉眼难以看清的文字，没有计入字数和比对",
    "deletions": "有未接受的删除修订，按已删除处理；请接受或拒绝全部修订后再报送",
    "insertions": "有未接受的插入修订，按已插入处理；请接受或拒绝全部修订后再报送",
    "fields": "有会引用外部内容的域（DDE、INCLUDE 等），没有执行",
    "external_link": "引用了外部文件或网址，没有访问",
    "macros": "含有宏，没有运行；请另存为不含宏的 .docx",
    "embedded_object": "嵌入了其他文件（如表格、演示文稿），其中内容没有读取",
    "unread_content": "含有没有读取的内容（图表、SmartArt 或嵌入文档）",
    "scan_suspected": "文字很少而有图片，疑似扫描件或截图；图片中的文字不能检查",
    "math": "含有公式，公式中的文字计入比对",
    "zero_width": "文字中夹有看不见的零宽字符",
    "bidi": "文字中夹有改变显示方向的控制字符，看到的顺序可能与实际不同",
    "extension_mismatch": "扩展名与内容不符",
    "comments": "含有批注；报送前请删除",
    "dangling_part": "文件内部引用了不存在的部件，已跳过",
}
QUOTE = 200  # code points of the sample
HARMFUL_FIELD = re.compile("\\b(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE)\\b", re.IGNORECASE)
PAGE_NUMBER = re.compile("[0-9IVXivx]{1,5}")  # Word hides those of a table of contents from web view: no evidence
_ZERO_WIDTH = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad\u180e]")
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Fewer Han characters than this beside pictures are probably a scan; a text in another script is none.
SCAN_HAN, SCAN_ALL = 200, 600


@dataclass(slots=True)
class Notes:
    """Collects remarks by kind while a file is read."""

    _counts: dict[str, int] = field(default_factory=dict)
    _quotes: dict[str, list[str]] = field(default_factory=dict)
    _sources: dict[str, str] = field(default_factory=dict)

    def add(self, code: str, quote: str = "", source: str = "") -> None:
        """Note one place; the first places' words are kept as the sample."""
        self._counts[code] = self._counts.get(code, 0) + 1
        if quote:
            kept = self._quotes.setdefault(code, [])
            if sum(map(len, kept)) < QUOTE:
                kept.append(quote)
        if source:
            self._sources.setdefault(code, source)

    def warnings(self) -> tuple[IntakeWarning, ...]:
        """Return one warning a kind, in the order of the table."""
        return tuple(
            IntakeWarning(
                code,
                sentence,
                self._counts[code],
                "".join(self._quotes.get(code, ()))[:QUOTE],
                self._sources.get(code, ""),
            )
            for code, sentence in SENTENCES.items()
            if code in self._counts
        )


def of_text(document: Document, pictures: int) -> tuple[IntakeWarning, ...]:
    """Return what the text itself shows: zero-width and bidi characters, hardly any text beside pictures."""
    out = []
    for code, pattern in (("zero_width", _ZERO_WIDTH), ("bidi", _BIDI)):
        n = len(pattern.findall(document.text))
        if n:
            out.append(IntakeWarning(code, SENTENCES[code], n))
    han = sum("\u4e00" <= c <= "\u9fff" for c in document.text)
    if pictures and han < SCAN_HAN and len("".join(document.text.split())) < SCAN_ALL:
        out.append(IntakeWarning("scan_suspected", SENTENCES["scan_suspected"], pictures))
    return tuple(out)
