"""What was seen in a file besides its text: each kind with a sentence, counted, with a sample and its place."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from screening.document import Document
from screening.finding import IntakeWarning

SENTENCES: dict[str, str] = {
    "hidden_text": "有隐藏文字，没有计入字数和比对，请对照原文",
    "white_text": "有与底色相同（看不见）的文字，没有计入字数和比对，请对照原文",
    "tiny_text": "有小于 4 磅或挤成一团、肉眼难以看清的文字，没有计入字数和比对，请对照原文",
    "off_page": "有排到纸面以外、看不见的文字，没有计入字数和比对，请对照原文",
    "field_text": "有写在域代码里、页面上看不到的文字，没有计入字数和比对，请对照原文",
    "stuffed_text": "在图片的替代文字或文档属性里写有大段文字，没有计入字数和比对，请对照原文",
    "deletions": "有未接受的删除修订，按已删除处理；请接受或拒绝全部修订后再报送",
    "insertions": "有未接受的插入修订，按已插入处理；请接受或拒绝全部修订后再报送",
    "fields": "有会引用外部内容的域（DDE、INCLUDE 等），没有执行",
    "external_link": "引用了外部文件或网址，没有访问；请改为嵌入，或删除该引用",
    "linked_picture": "有的图片只是链接，没有存在文件里，换一台电脑就看不到；请改为插入图片",
    "remote_template": "打开时会从外部网址加载模板，没有访问；请改用本机模板后另存",
    "macros": "含有宏，没有运行；请另存为不含宏的 .docx",
    "controls": "含有 ActiveX 控件，没有运行；请删除后另存",
    "embedded_object": "嵌入了其他文件（如表格、演示文稿），其中内容没有读取",
    "unread_content": "含有没有读取的内容（图表、SmartArt 或嵌入文档）",
    "scan_suspected": "文字很少而有图片，疑似扫描件或截图；图片中的文字不能检查",
    "page_pictures": "有占满一页的图片，其中如有文字，不能计数和比对；请改为可编辑的文字",
    "math": "含有公式，公式中的文字计入比对",
    "zero_width": "文字中夹有看不见的零宽字符",
    "bidi": "文字中夹有改变显示方向的控制字符，看到的顺序可能与实际不同",
    "look_alike": "文字中夹有冒充常用字的形近字符（部首、西里尔或希腊字母等），比对时已还原",
    "extension_mismatch": "扩展名与内容不符",
    "comments": "含有批注；报送前请删除",
    "dangling_part": "文件内部引用了不存在的部件，已跳过",
}
QUOTE = 200  # code points of the sample
# Beside Arabic or Indic letters and inside emoji these characters do their proper work; beside Han and Latin ones they do none.
_INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u180b-\u180f\u200b-\u200d\u2060\u206a-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
)
_HAN = "\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uff9f\U00020000-\U000323af"
_PLAIN = f"0-9A-Za-z{_HAN}"
# The signs of formulas (U+2061–2064) and the selectors of variants are out of place right behind a Han character.
_ZERO_WIDTH = re.compile(
    f"(?:(?<=[{_PLAIN}])|^)[{_INVISIBLE}]+|[{_INVISIBLE}]+(?=[{_PLAIN}])|(?<=[{_HAN}])[\u2061-\u2064\ufe00-\ufe0e]",
    re.MULTILINE,
)
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u05f4\u0620-\u08ff\ufb1d-\ufdfd\ufe70-\ufefc]")
# Radicals and compatibility forms of Han; Cyrillic and Greek letters of Latin shape inside a Latin word.
_RADICALS = (
    "\u2e80-\u2fd5\uf900-\ufa0d\ufa10\ufa12\ufa15-\ufa1e\ufa20\ufa22\ufa25\ufa26\ufa2a-\ufad9\U0002f800-\U0002fa1d"
)
_TWINS = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοаеорсухіјѕԁһАВЕЅІЈКМНОРСТХ"
_LOOK_ALIKE = re.compile(f"[{_RADICALS}]|(?<=[A-Za-z])[{_TWINS}]|[{_TWINS}](?=[A-Za-z])")
_UNSEEN = re.compile(f"[{_INVISIBLE}\u2061-\u2064\ufe00-\ufe0e\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
AROUND = 6  # code points shown on either side of a character of the text
# Word hides those of a table of contents from web view, where there are no pages.
PAGE_NUMBER = re.compile("[0-9IVXivx]{1,5}")
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

    def take(self, other: Notes) -> None:
        """Add what another reader has noted."""
        for code, count in other._counts.items():
            self._counts[code] = self._counts.get(code, 0) + count
            self._quotes.setdefault(code, []).extend(other._quotes.get(code, ()))
            self._sources.setdefault(code, other._sources.get(code, ""))

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


def shown(text: str) -> str:
    r"""Return ``text`` with what can't be seen written out.

    >>> shown("国\u200b培")
    '国⟨U+200B⟩培'
    """
    return _UNSEEN.sub(lambda m: f"⟨U+{ord(m[0]):04X}⟩", text)


def _of_characters(document: Document, code: str, pattern: re.Pattern[str]) -> tuple[IntakeWarning, ...]:
    """Return the warning of a kind of characters: how many, which ones, the first places."""
    hits = list(pattern.finditer(document.text))
    if not hits:
        return ()
    kinds = Counter(c for m in hits for c in m[0])
    named = "、".join(f"U+{ord(c):04X}×{n}" for c, n in kinds.most_common(6))
    places = (document.text[max(0, m.start() - AROUND) : m.end() + AROUND].replace("\n", " ") for m in hits[:3])
    source = document.paragraphs[document.locate(hits[0].start())[0]].source
    quote = f"{'…'.join(map(shown, places))}（{named}）"
    return (IntakeWarning(code, SENTENCES[code], kinds.total(), quote[:QUOTE], source),)


def of_text(document: Document, pictures: int) -> tuple[IntakeWarning, ...]:
    """Return what the text itself shows: invisible, direction and look-alike characters, hardly any text beside pictures."""
    out = [*_of_characters(document, "zero_width", _ZERO_WIDTH)]
    if not _RIGHT_TO_LEFT.search(document.text):
        out += _of_characters(document, "bidi", _BIDI)
    out += _of_characters(document, "look_alike", _LOOK_ALIKE)
    han = sum("\u4e00" <= c <= "\u9fff" for c in document.text)
    if pictures and han < SCAN_HAN and len("".join(document.text.split())) < SCAN_ALL:
        out.append(IntakeWarning("scan_suspected", SENTENCES["scan_suspected"], pictures))
    return tuple(out)
