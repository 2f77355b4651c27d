"""Fictional text by the yard: words of a small vocabulary in seeded random order, so that a test can have as many cases as it needs."""

import io
import random

from docx import Document

WHO = "教师 校长 学员 教研员 骨干教师 培训者 名师 园长 青年教师 乡村教师 指导专家 研修组长".split()
WHERE = "临溪市 青榆县 松岗县 望桥县 南陂市 桐塬区 石榴镇 柳湾乡 沙河湾镇 东坪乡 麦岭镇".split()
ACT = "参加跟岗研修 开展送教下乡 组织校本研修 完成网络研修 走进课堂观摩 承担示范授课 撰写研修日志 进行同课异构 接受入校指导 汇报研修成果".split()
WHAT = "作业设计 单元整体教学 课堂提问 分层教学 阅读指导 实验操作 班级管理 数字资源 复式教学 学情诊断 游戏活动 习作讲评".split()
HOW = "按照计划 结合实际 分批分片 围绕需求 依托平台 借助录像 通过结对 利用周末 逐人过关 反复打磨 现场诊断 同伴互助".split()
RESULT = "课堂更活了 学生爱问了 备课更细了 评课更实了 家长来信多了 教案减了三成 听课不再走过场 年轻人留下来了 老教师重新上台 片区有了骨干".split()
TIME = "3月 4月 5月 6月 7月 8月 9月 10月 11月 12月".split()


def sentence(rng: random.Random) -> str:
    n = rng.randint(11, 989)
    return (
        f"{rng.choice(TIME)}，{rng.choice(WHERE)}{rng.choice(WHO)}{n}人{rng.choice(HOW)}{rng.choice(ACT)}，"
        f"针对{rng.choice(WHAT)}和{rng.choice(WHAT)}{rng.choice(HOW)}，第{rng.randint(2, 40)}周起{rng.choice(RESULT)}，满意率{rng.randint(700, 999) / 10}%。"
    )


def paragraph(rng: random.Random, sentences: int = 4) -> str:
    return "".join(sentence(rng) for _ in range(sentences))


HEADINGS = ("一、案例概要", "二、主要做法", "三、创新举措", "四、实施成效", "五、典型经验", "六、推广价值")


def case_lines(seed: int, paragraphs: int = 12) -> list[str]:
    """A case of about 200 字 a paragraph: title, six headings, text."""
    rng = random.Random(seed)
    lines = [f"{rng.choice(WHERE)}{rng.choice(WHAT)}研修纪事之{seed}"]
    each = max(1, paragraphs // 6)
    for heading in HEADINGS:
        lines += [heading, *(paragraph(rng) for _ in range(each))]
    return lines


def docx(lines: list[str], form: dict[str, str] | None = None) -> bytes:
    """A real .docx through python-docx: title, headings by their numbering, an author form as a table at the end."""
    document = Document()
    document.add_heading(lines[0], level=0)
    for line in lines[1:]:
        if line in HEADINGS:
            document.add_heading(line, level=1)
        else:
            document.add_paragraph(line)
    if form:
        table = document.add_table(rows=0, cols=2)
        for label, value in form.items():
            cells = table.add_row().cells
            cells[0].text, cells[1].text = label, value
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


HAN = "".join(chr(0x4E00 + 13 * n) for n in range(1200))


def noise(rng: random.Random, characters: int = 120) -> str:
    """Sentences of random characters: two of them share nothing, as texts by two hands on two subjects do."""
    out = ""
    while len(out) < characters:
        out += "，".join("".join(rng.choices(HAN, k=rng.randint(5, 12))) for _ in range(rng.randint(1, 3))) + "。"
    return out


def varied(rng: random.Random, text: str, share: float = 0.05) -> str:
    """The text with about this share of its characters dropped or replaced by little words: a light variant."""
    out = []
    for c in text:
        roll = rng.random()
        if roll >= share / 2:
            out.append(rng.choice("的了也还就都更又在与") if roll < share else c)
    return "".join(out)
