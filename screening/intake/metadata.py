"""Where a submission's metadata comes from: manifest, folder and file name, form, text; each value says which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Names = tuple[tuple[str, tuple[str, ...]], ...]

_UNIT = re.compile(
    "[\u4e00-\u9fff（）()A-Za-z0-9]{2,30}?(?:教育体育局|教育局|教体局|教师发展中心|教师进修学校|进修学校|教研室|教研院|电教馆|中心小学|中心校|"
    "师范学院|师范大学|高等专科学校|职业学院|学院|大学|幼儿园|小学|初中|高中|中学|学校|中心|集团|公司|园)"
)
_JUNK = re.compile("^[\\d.、\\-_\\s（(]+|[）)\\s]+$")
_SEPARATORS = re.compile("[-—_－＿+＋|·\\s　、，,（()）【】\\[\\]《》“”]+")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names by which a rulebook's kinds, project classes and unit types occur: (key, names) pairs, own name first."""

    kinds: Names = ()
    projects: Names = ()
    unit_types: Names = ()


def recognise(text: str, names: Names) -> str:
    """Return the key whose longest name occurs in ``text``, "" if none does.

    >>> recognise("2023教师成长案例-周明远", (("work_case", ("案例",)), ("growth_story", ("成长案例",))))
    'growth_story'
    """
    squeezed = re.sub("[“”\"'《》\\s]", "", text)
    hits = [(len(n), -i, key) for i, (key, all_names) in enumerate(names) for n in all_names if n and n in squeezed]
    return max(hits)[2] if hits else ""


def unit_in(text: str) -> str:
    """Return the unit that a folder's or file's name holds, "" if none can be told.

    >>> unit_in("03-临溪市教育局（国培）"), unit_in("第一批")
    ('临溪市教育局', '')
    """
    for part in _parts(text):
        match = _UNIT.fullmatch(part)
        if match:
            return part
    for part in _parts(text):
        match = _UNIT.match(part)
        if match and len(part) - match.end() <= 6:
            return match[0]
    return ""


def author_in(stem: str) -> str:
    """Return the author that a file name's last part holds, "" if none can be told: two to four Han with a usual surname.

    >>> [author_in(s) for s in ("教师成长案例-石榴镇中心小学-周明远", "石榴镇中心小学周明远", "一块屏幕点亮大山")]
    ['周明远', '周明远', '']
    """
    parts = list(_parts(stem))
    if len(parts) < 2:
        # 石榴镇中心小学周明远: the name stands right behind the unit.
        unit = _UNIT.match(stem)
        parts = [stem[unit.end() :]] if unit else []
    for part in reversed(parts):
        if 2 <= len(part) <= 4 and part[0] in SURNAMES and re.fullmatch("[\u4e00-\u9fff]+", part):
            return part
    return ""


def _parts(text: str) -> Iterator[str]:
    for part in _SEPARATORS.split(text):
        clean = _JUNK.sub("", part)
        if clean:
            yield clean


SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严金魏陶姜谢邹喻苏潘葛范彭鲁韦马苗方俞任袁柳鲍史唐费薛雷贺倪汤罗毕郝安常于时傅齐康"
    "伍余元顾孟黄穆萧尹姚邵汪毛米贝戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季贾路江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍万柯管卢莫房解应丁邓郁单洪包"
    "左石崔吉龚程邢裴陆荣翁段焦侯全班仲宁仇刘景詹龙叶司黎白蒲赖卓蔺屠池乔闻党翟谭劳申冉牛边温庄晏瞿习向古易廖耿满文寇欧聂晁敖冷辛简饶曾关游"
)
