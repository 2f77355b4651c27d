"""The wordings of the author form's labels, as units really write them."""

from __future__ import annotations

import re

LABELS: dict[str, tuple[str, ...]] = {
    "title": (
        "文章标题",
        "文章题目",
        "案例标题",
        "案例名称",
        "案例题目",
        "作品名称",
        "作品标题",
        "作品题目",
        "故事标题",
        "论文题目",
        "标题",
        "题目",
    ),
    "name": (
        "作者真实姓名",
        "作者姓名",
        "真实姓名",
        "教师姓名",
        "学员姓名",
        "第一作者",
        "撰写人",
        "撰稿人",
        "执笔人",
        "作者",
        "姓名",
    ),
    "unit": (
        "工作单位",
        "所在单位",
        "作者单位",
        "任职单位",
        "单位名称",
        "单位全称",
        "所在学校",
        "学校名称",
        "任职学校",
        "单位",
        "学校",
    ),
    "post": (
        "职务/职称",
        "职称/职务",
        "职务、职称",
        "职称、职务",
        "职务(职称)",
        "职称(职务)",
        "职务及职称",
        "职务和职称",
        "职务职称",
        "职称职务",
        "专业技术职务",
        "技术职称",
        "职务",
        "职称",
        "岗位",
    ),
    "email": (
        "电子邮箱",
        "电子邮件",
        "电子信箱",
        "邮箱地址",
        "邮箱号",
        "QQ邮箱",
        "联系邮箱",
        "邮箱",
        "E-mail",
        "Email",
        "Mail",
    ),
    "phone": ("联系电话", "手机号码", "电话号码", "联系手机", "移动电话", "联系方式", "手机号", "手机", "电话", "Tel"),
    # One label for two fields: its value is given to both.
    "unit_post": ("工作单位及职务", "单位及职务", "工作单位及职称", "工作单位、职务", "单位、职务", "单位职务"),
    # What else such forms ask for: no field of ours, but part of the form and not of the text.
    "other": (
        "性别",
        "年龄",
        "民族",
        "籍贯",
        "学历",
        "学位",
        "教龄",
        "出生年月",
        "出生日期",
        "政治面貌",
        "任教学科",
        "任教学段",
        "学科",
        "学段",
        "通讯地址",
        "通信地址",
        "联系地址",
        "单位地址",
        "地址",
        "邮政编码",
        "邮编",
        "微信号",
        "微信",
        "QQ号",
        "QQ",
        "身份证号码",
        "身份证号",
        "作者简介",
        "个人简介",
        "联系人",
        "指导教师",
        "所在县区",
        "县区",
        "参训项目",
        "培训项目",
        "所属项目",
        "项目名称",
        "项目类别",
    ),
}

_GAP = "[\\s\u3000]*+"  # possessive: a line of ten thousand spaces must cost no more than its length


def _loose(label: str) -> str:
    """Let white space stand between the characters of a label (姓　名), and full-width forms for the ASCII marks."""
    wide = {"/": "[/／、]", "(": "[(（]", ")": "[)）]", "-": "[-－—]?"}
    return _GAP.join(wide.get(c, re.escape(c)) for c in label)


_ALTERNATIVES = "|".join(
    f"(?P<{key}>{'|'.join(_loose(s) for s in sorted(spellings, key=lambda s: (-len(s), s)))})"
    for key, spellings in LABELS.items()
)
_NOTE = "(?:[(（][^()（）]{1,12}[)）])?"  # 姓名（必填）

# What may stand before the first label of a line: numbering, a bullet, an opening bracket.
LEAD = re.compile(
    f"{_GAP}(?:[（(]?[0-9一二三四五六七八九十]{{1,2}}[)）.．、]|[①-⑳])?{_GAP}[*＊●•·◆▪■\\-—【\\[（(]?{_GAP}"
)

# A cell or line that is nothing but a label; and a label with its colon (or in brackets of its own), several of which
# may stand in one line.
ALONE = re.compile(f"{LEAD.pattern}(?:{_ALTERNATIVES}){_GAP}{_NOTE}{_GAP}[】\\]]?[:：]?{_GAP}", re.IGNORECASE)
WITH_COLON = re.compile(
    f"(?:(?<=^)|(?<=[\\s\u3000；;，,|｜.．、)）①-⑳*＊●•·◆▪■\\-—【\\[（(]))"
    f"(?:{_ALTERNATIVES}){_GAP}{_NOTE}{_GAP}(?:[:：]|[】\\]][:：]?)",
    re.IGNORECASE,
)


def fields_of(key: str) -> tuple[str, ...]:
    """Return the fields of the author form that a key of ``LABELS`` fills: none, one or two.

    >>> fields_of("unit_post"), fields_of("email"), fields_of("other")
    (('unit', 'post'), ('email',), ())
    """
    return {"unit_post": ("unit", "post"), "other": ()}.get(key, (key,))


def label_alone(text: str) -> str:
    """Return the key of ``LABELS`` whose label ``text`` is, "" if it is something else.

    >>> [label_alone(t) for t in ("姓　　名", "职务（职称）：", "E－mail", "*联系电话", "1.【性别】", "姓名张三")]
    ['name', 'post', 'email', 'phone', 'other', '']
    """
    match = ALONE.fullmatch(text)
    return match.lastgroup or "" if match else ""
