"""The Chinese words that pages, sheets and the terminal share."""

from __future__ import annotations

from screening.checks import all_checks
from screening.finding import Severity
from screening.report import Verdict

VERDICT_SYMBOL = {Verdict.CLEAR: "✓", Verdict.LOOK: "◐", Verdict.RETURN: "✕", Verdict.INCOMPLETE: "？"}
SEVERITY = {Severity.BLOCKER: "须退回修改", Severity.REVIEW: "请人工查看", Severity.NOTE: "提示"}
SEVERITY_SYMBOL = {Severity.BLOCKER: "✕", Severity.REVIEW: "◐", Severity.NOTE: "·"}
FOUND = {"heading": "标题命中", "inferred": "内容推断", "none": "未发现"}
BAND = {"on": "切题", "unsure": "待核", "off": "疑似偏题"}
STATUS = {"clear": "未见问题", "found": "有发现", "skipped": "未检查", "broken": "未完成"}
SEARCH = {"ordinary": "常规", "thorough": "细查"}
PLACE = {"batch": "本批", "archive": "往年", "notice": "通知"}
GENRE = {
    "case": "案例",
    "story": "成长故事",
    "notice": "通知",
    "plan": "方案",
    "news": "新闻",
    "paper": "论文",
    "lesson_plan": "教案",
    "speech": "讲话",
}
RATES = (
    ("total", "总相似率", "与他文相似的字符占全文的比例，一处与几份材料相似也只计一次"),
    ("without_quotes", "去除引用", "再减去明确加引号引用的部分（有上限）"),
    ("without_own", "去除本人本单位", "再减去与本人或本单位其他材料相似的部分"),
    ("without_stock", "去除套话", "再减去通知原文和常用套话"),
    ("largest_source", "单篇最大", "与某一份材料相似的字符占全文的最大比例"),
    ("raw", "还原前", "不还原繁体、形近字、零宽字符时的相似率；比还原后低很多，说明可能做过伪装"),
    ("repaired", "还原后", "还原伪装字符后的相似率，即总相似率"),
    ("rewritten", "疑似改写", "文字不同而数字、日期、名称等事实相同的部分；不计入以上各率，请人工核对"),
)
ORIGIN = {
    "manifest": "报送清单",
    "folder": "文件夹名",
    "filename": "文件名",
    "form": "作者信息表",
    "text": "正文",
    "unit": "单位名称",
    "option": "命令行",
    "default": "默认",
}


QUOTE_SHOWN = 160  # characters of a quote under a finding
MESSAGE_SHOWN = 400  # of a message: one that names hundreds of cases must not be repeated whole in each of them


def short(words: str, most: int = QUOTE_SHOWN) -> str:
    """Cut a long text (most > 40) in the middle, saying so.

    >>> short("甲" * 90, 60)[18:40]
    '甲甲 …（略 50 个字符）… 甲甲甲甲甲甲'
    """
    if len(words) <= most:
        return words
    return f"{words[: most - 40]} …（略 {len(words) - most + 20} 个字符）… {words[-20:]}"


def check_label(name: str) -> str:
    """Return what the reader calls a check; a check that this version does not know keeps its own name."""
    check = all_checks().get(name)
    return check.label if check else name


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share (0–1) as a percentage; the smallest ones never become a silent zero.

    >>> percent(0.3142), percent(0.0002), percent(0), percent(None)
    ('31.4%', '<0.1%', '0%', '—')
    """
    if share is None:
        return "—"
    if share == 0:
        return "0%"
    if share * 100 < 10**-digits:
        return f"<{10**-digits:g}%"
    return f"{share * 100:.{digits}f}%"
