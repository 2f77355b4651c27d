"""Participation: the sentences of a growth story in which its narrator takes part in training."""

from __future__ import annotations

import re

from screening.topic.clean import Sentence

# 我 as the narrator: neither 我省 and the like, nor 我的同事 and others of whom the sentence may be told.
_NARRATOR = re.compile(
    "我(?![县市省区校国院园局乡镇方党军]|的?(?:同事|爱人|丈夫|妻子|先生|母亲|父亲|妈妈|爸爸|师傅|徒弟|学生|孩子|女儿|儿子|搭档|同桌|班上))"
)
_TAKING_PART = re.compile(
    "参加|参训|参与|走进|走上|来到|报名|报到|报了|入选|选上|选派|派我|推荐我|让我去|通知我|轮到我|名单|学员|培训班|研修班|国培班|结业"
    "|坐在|听课|听讲|听了|听完|听专家|学会|学到|学了|学着|学习|跟着|跟岗|导师|专家|第一次|名额|录取|回校|返岗|返校|出发|班里|归来|回来|作业|笔记|日记|磨课|打磨|研修|课程"
)
_NOT = re.compile(
    "没有?(?:能|去|机会|资格)?(?:参加|参训|去成|轮到|选上|报上)|未能?参加|错过了?(?:国培|省培|培训)|从未|从来没|与我无关|轮不到"
)


def takes_part(sentence: Sentence) -> bool:
    """Say whether 我 takes part in training in this sentence."""
    text = sentence.text
    return "training" in sentence.lists and bool(
        _NARRATOR.search(text) and _TAKING_PART.search(text) and not _NOT.search(text)
    )
