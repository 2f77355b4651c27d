"""The evidence ledger: numbers with units, dates, events, places, named activities, document numbers. Highlights, never pass or fail."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from screening.document import Document, Paragraph, Span
from screening.text.headings import numbering
from screening.text.numerals import NUMERAL, chinese_number, tenths
from screening.text.sentences import sentences
from screening.text.structure import LedgerItem, Section

# Longer units first: 个月 before 个. Behind a unit that begins words too, the words: 3 组织, 4.1 所列.
UNITS = (
    "个百分点|百分点|平方公里|平方米|公里|小时\\s*\\d{1,2}\\s*分钟?|台次|千米|公斤|人次|人天|场次|节次|校次|批次|课时|学时|小时|分钟|个月|学期|学年|万元|亿元|年级|学分|"
    "人(?!员|均|才|工|事)|名(?!师|单|称|额|校)|位(?!于|置)|个(?!别)|所(?![列述有在需谓示长提得占以做带获用]|学(?!校))|场(?![地景所])|节(?![点约奏目])|"
    "门(?!口)|期(?![间末待望中])|项(?!目)|篇|份(?!额)|件|条(?!件)|天(?!然)|周(?![期边转])|元(?![素旦])|倍|分(?![别析布成享工为段层类散解])|"
    "组(?![织成建长])|套(?!路)|台(?!账)|本(?![地校县届人次课案报土科])|册|班|轮|支|对(?![于比照应象接标口])|家(?![长庭校访乡])|间(?![隔接])|"
    "户(?![口籍])|里|㎡|岁|讲|集|张(?!贴)|批(?![准评改])|届|堂|遍|幅|首|步|年(?![级代度底初末来前后春夏秋冬暑寒]|\\d{1,2}月)|次(?![日年序])|秒|笔|处(?![理于方])|起(?![点来步草初始])|例(?!如)|"
    "段(?!落)|句(?!子)|页|道(?![理路德])|款|趟|封|辆|亩|吨|斤|米|稿|枚|只|座(?![谈位])|栋|块|科(?![目学室研])|种(?![子植地])|双(?!方)|针(?!对)|单(?![位元独])|层(?!次)|棵|株|头(?![一个])|箱|包(?!括)|袋|盒|桌|校(?![长本园内外区])|字(?![幕母])"
)
_CN_DIGIT = "[一二三四五六七八九十]"
# 1,200 and 1 200; a space only inside a full group of three, so that 2023 300人 stays two numbers.
_DIGITS = "(?:\\d{1,3}(?:[,，\u00a0\u2009 ]\\d{3})+(?!\\d)|\\d{1,12}+(?!\\d))(?:[.．]\\d{1,6})?"
_CHANGE = "(?:提高|提升|上升|增加|增长|下降|降低|减少|缩短|压缩|压减|精简|扩大|扩展|发展|延长|拓展|升|增|降|减|跌|涨|变)(?:到了|到|至|为|成)"
# The look-ahead at a pattern's head says again what it begins with: tried first, it passes over most characters quickly.
_AMOUNT = re.compile(
    "(?=[从由\\d])(?<![\\d.．\\-/第万亿千百])(?<!\\d[ ,，:：])"
    f"(?P<from>(?:(?:从|由)(?:[\u4e00-\u9fff]{{0,4}}第)?)?\\d[\\d., ]*+[%％]?[^，。；\\d]{{0,6}}{_CHANGE}第?\\s*+)?"
    "(?:(?P<low>\\d{1,12}+(?:\\.\\d{1,6})?)\\s*+(?:[-—–~～]+|至|到)\\s*+)?"
    f"(?P<number>{_DIGITS})\\s*+(?P<large>[万亿千百])?(?P<more>余|多)?\\s*+"
    f"(?:(?P<percent>[%％‰])|(?P<unit>分\\d{{1,2}}秒|{UNITS})|(?(from)(?=[，。；、（）)\\s]|位|$)|(?(large)(?=[，。；、）)]|$)|(?!))))"
)
_CHINESE_AMOUNT = re.compile(
    f"(?={NUMERAL})(?:(?P<over>{_CN_DIGIT}{{1,3}})分之(?P<under>{_CN_DIGIT}{{1,3}})|"
    f"(?P<number>(?<!{NUMERAL}){NUMERAL}{{2,12}}+|[十百千万](?=[余多])|(?<=近)[百千万]|[两三四五六七八九十](?=倍))(?P<more>[余多几来])?(?P<unit>{UNITS})|"
    "(?P<tenths>[二三四五六七八九]成[一二三四五六七八九]?)(?=[^果效员为立长就熟绩分本]|$)|百分之(?P<share>[〇零一二两三四五六七八九十百点]{1,12}))"
)
_ABOUT = re.compile("[一两二三四五六七八九]{2}")  # 三五个, 一两次: neither 35 nor 12
_CLOCK = re.compile("\\d{1,2}\\s*[时点:：]\\s*$")  # 6时30分
_NO_TIME = re.compile("[以之]?前(?![夕往后])|度?的?\\s*[\\d一二三四五六七八九十百]")
# A number that states what is asked for, not what was reached.
_ASKED = re.compile(
    "(?:不少于|不低于|不超过|不高于|不多于|不小于|不大于|不得|至少|最多(?![的是])|最高(?![的是达分])|上限|下限|须|必须|应达|应不|满分|名额|限报|限额|"
    "字数|字以|要求|控制在|原则上|预留)[^，。；]{0,8}$"
)
_ASKED_AFTER = re.compile(
    "^(?:以内|以下为|为限|为宜|满分|名额|字以|(?:及?以上|以下)(?:的|者)?(?:教师|老人|学员|人员|方可|才能|可))"
)
# What is meant to come, and what is only supposed: the rest of the sentence states no evidence.
_SUPPOSED = re.compile("例如|比如|譬如|假设|假如|假定|如果|倘若|要是|好比|设想|拟(?!定了|订了|合)|力争|预计|预期")
_PLANNED = re.compile(
    "[计规]划(?:于|在|到|用|再|从)|将(?:于|在|对|通过|按|继续|进一步|组织|开展|举办)|下一步|下步|今后|务必|请(?:各|于|在|将)|逾期|报名|"
    "须(?:于|在|参加)|必须参加|(?<![响相适反供对])应(?:于|在|当|提交|按|达|不|使|培|完|由)|不得|期限|放在\\s*\\d{1,2}月|前(?:将|报|上报)|"
    "进行自[评查]|报告如下|打算|想请|接下来|将持续|目标：|定于|不再推荐|(?:19|20)\\d\\d年：|报送|安排在|另行通知|具体时间|时间(?:为|是|：)|第[一二三四五六]阶段[（(]|"
    "(?:负责人|对象|学科|单位|人数|地点|主题)：|现(?:将|就|决定)|为进一步"
)
# Headings of what is to come; what stands under them are aims.
_AHEAD = re.compile(
    "下一步|下步|打算|设想|规划|(?:后续|下年度|明年|今后|未来)|改进(?:措施|方向|计划)|怎么改|努力方向|进度安排|实施计划|时间安排|日程"
)
HEADING_LENGTH = 30  # code points; a longer line is no heading of what is to come

_ACTIVITY_NAME = "(?:工程|计划|项目|活动|行动|工作坊|工作室|培训班|研修班|论坛|大赛|竞赛|课堂)"
_ACTIVITY = re.compile(
    f"(?=[“《「])(?:“[^“”\\n]{{1,16}}(?:{_ACTIVITY_NAME}”|”{_ACTIVITY_NAME})|「[^「」\\n]{{1,16}}(?:{_ACTIVITY_NAME}」|」{_ACTIVITY_NAME})|"
    f"《[^《》\\n]{{1,24}}》{_ACTIVITY_NAME})"
)
_DOCUMENT_NUMBER = re.compile(
    "(?P<code>[\u4e00-\u9fff]{2,10})[〔\\[［【（(]\\s*(?P<year>(?:19|20)\\d\\d)\\s*[〕\\]］】）)]\\s*第?\\s*(?P<number>\\d{1,5})\\s*号"
)
# What leads to a document number and is no part of it.
_NO_CODE = re.compile(".*(?:根据|依据|按照|依照|遵照|参照|贯彻|落实|执行|通知|文件|意见|印发|即|见|了|和)")

_YEAR = re.compile(
    "(?=[12])(?<!\\d)((?:19|20)\\d\\d)(?:\\s*年(?:\\s*(\\d{1,2})\\s*月(?:\\s*(\\d{1,2})\\s*日)?)?|(?=\\s*[-—–~～至]\\s*(?:19|20)\\d\\d\\s*(?:年|学年)))"
)
_DOTTED = re.compile(
    "(?=[12])(?<![\\d.])((?:19|20)\\d\\d)([-./])(\\d{1,2})(?:\\2(\\d{1,2}))?(?![\\d.%％]|\\s*[万亿元])"
)
_CHINESE_YEAR = re.compile(
    f"([一二][〇零○九][〇零○一二三四五六七八九]{{2}})年(?:({_CN_DIGIT}{{1,2}})月(?:({_CN_DIGIT}{{1,3}})[日号])?)?"
)
_MONTH_DAY = re.compile(
    "(?=\\d)(?<![\\d年])(?<!年\\s)(\\d{1,2})\\s*月(?:\\s*(\\d{1,2})(?:\\s*[-—–~～至]\\s*\\d{1,2})?\\s*[日号])?(?!份额)"
)
# 人间四月天 is no date: a month in Chinese numerals needs its day, or a word that places it.
_CHINESE_MONTH = re.compile(
    f"(?<![年一二三四五六七八九十])({_CN_DIGIT}{{1,2}})月(?:({_CN_DIGIT}{{1,3}})[日号]|(?=份|底|初|[上中下]旬|起|至|[，,]))"
)
_RELATIVE = re.compile("今年|去年|前年|本年度|上年度")

_SEASON = re.compile(
    "(?=[春夏秋冬寒暑上下元五国教中])(?:[春夏秋冬]季?学期|[寒暑]假|[上下]半年|(?:元旦|五一|国庆|教师节)(?:前夕|期间|当天)?|[上下中]旬)"
)
_ROUTINE = re.compile("每个?[年月周天期]|每学期|下一届|下学期")  # a season without a year, every year
_ACTION = re.compile(
    "举办|举行|开展|组织|召开|启动|走进|奔赴|前往|赶赴|参加|送教|跟岗|观摩|研讨|展示|磨课|座谈|调研|评选|交流|培训|研修|"
    "听课|评课|上课|讲授|授课|示范|汇报|返岗|入户|走访|签订|印发|出台|建成|上线|开班|结业|考核|验收|竞赛|比赛|执教|备课|承担|承办|主办|"
    "成立|设立|立项|入选|获得|获评|获奖|荣获|评为|选派|录制|发布|推行|试行|推出|来到|住进|回到|试点|开通|聘请|答辩|会商|执行|实施|新增|实行|"
    "派人|查出|开始|通过|聘|招收|了(?![解如结然])|过(?![程去渡度于])"
)
_PERSON = re.compile(
    "(?!任(?:校长|园长|主任|教研员|教授)|全[校县市体]|[和从向时对成]{1})[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹喻柏水窦章云苏潘葛范彭鲁韦马苗方俞任袁柳鲍史唐费廉岑薛雷贺倪汤"
    "罗毕郝安常乐于时傅齐康伍余元卜顾孟平黄和穆萧尹姚邵汪毛米贝明计成戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季贾路江童颜郭梅盛林钟徐邱骆高夏蔡田"
    "樊胡凌霍万柯管卢莫房解应宗丁邓郁单洪包左石崔吉龚程邢裴陆荣翁惠段焦巴谷车侯全班秋仲伊宁仇武符刘景詹龙叶司黎白蒲从索赖卓蔺屠池乔闻党"
    "翟谭劳申扶冉桑桂牛寿通边温庄晏瞿连习容向古易廖耿满文寇广欧聂晁敖冷辛那简饶曾关游权益公][\u4e00-\u9fff]{0,2}(?:老师|校长|园长|主任|教研员|同学|学员|教授)"
)
_PLACE = re.compile(
    # Behind one of these, behind 前往, or at the beginning.
    "(?<![^在到赴进自往、，和与为由从向：:“（(对给。；])(?:(?<!往)|(?<=前往))"
    # A verb of going is no part of the name that it leads to.
    "(?P<place>(?:(?!来自|走进|前往|[在到赴])[\u4e00-\u9fff]){2,8}?(?:省|市|县|镇|乡|村|小学|中学|幼儿园|进修学校|师范学院|师范大学|学院|大学)"
    "(?:[\u4e00-\u9fff]{0,6}?(?:小学|中学|幼儿园|进修学校))?)"
)
_NO_PLACE = re.compile(
    "[我各本该每某全两多这那此所的了在到和与去第]|[老教]师|^(?:城|乡|农|山|偏远|薄弱|基层|兄弟|项目|受援|帮扶|定点|省内|省外|市内|市外|县内|县外|区域|高等|职业|重点|示范|"
    "普通|一些|部分|不同|有关|相关|培训|承训|师范|其他|许多|几|\\d)|(?:参训|乡镇|农村|乡村|中小学|初中|高中|学校)$"
)


def ledger(document: Document, paragraphs: Sequence[Paragraph]) -> tuple[LedgerItem, ...]:
    """Return data, events, dates and places in the order of their places; ``quote`` is the author's own text at the span.

    ``value`` is a normal form: "86%", "1200人", "2023-05-12", "2023" (also for 二〇二三年), "今年".
    """
    out: list[LedgerItem] = []
    ahead = 0  # level of the heading of what is to come that a line stands under
    for p in paragraphs:
        line = document.quote(p.span)
        if not line.strip():
            continue
        if len(line) <= HEADING_LENGTH and "。" not in line and (p.level or (numbered := numbering(line.strip()))):
            level = p.level or (numbered.level if numbered else 1)
            ahead = level if _AHEAD.search(line) else 0 if level <= ahead else ahead
        dates = list(_dates(line))
        taken = [span for span, _ in dates]
        found = [("date", span, value) for span, value in dates]
        if not ahead:
            found += [("data", span, value) for span, value in _real(line, _data(line, taken), _SUPPOSED)]
            found += [("event", span, "") for span in _events(line, taken)]
        found += [("activity", Span(*m.span()), m[0]) for m in _ACTIVITY.finditer(line)]
        found += [("document", span, value) for span, value in _document_numbers(line)]
        found += [
            ("place", Span(*m.span("place")), m["place"])
            for m in _PLACE.finditer(line)
            if not _NO_PLACE.search(m["place"])
        ]
        out += [LedgerItem(k, s.shift(p.span.start), line[s.start : s.end], v) for k, s, v in found]
    order = {"event": 0, "document": 1, "activity": 2, "date": 3, "data": 4, "place": 5}
    return tuple(sorted(out, key=lambda i: (i.span.start, order[i.kind], i.span.end)))


def _document_numbers(line: str) -> Iterator[tuple[Span, str]]:
    for m in _DOCUMENT_NUMBER.finditer(line) if "号" in line else ():
        code = _NO_CODE.sub("", m["code"])
        if len(code) >= 2:
            yield Span(m.end("code") - len(code), m.end()), f"{code}〔{m['year']}〕{m['number']}号"


def _real(line: str, found: Iterable[tuple[Span, str]], unreal: re.Pattern[str]) -> Iterator[tuple[Span, str]]:
    """Pass on what does not stand, in its sentence, behind a word that makes it a supposition."""
    words = [m.end() for m in unreal.finditer(line)]
    stops = [m.start() for m in re.finditer("[。！？；]", line)] if words else []
    for span, value in found:
        n = bisect_left(words, span.start + 1) - 1
        if n < 0 or bisect_left(stops, words[n]) < bisect_left(stops, span.start):
            yield span, value


def in_words_of(document: Document, items: Sequence[LedgerItem]) -> tuple[LedgerItem, ...]:
    """Return the items, found in a copy in simplified characters, with the author's own text at their spans."""
    return tuple(replace(i, quote=document.quote(i.span)) for i in items)


def by_section(items: Sequence[LedgerItem], sections: Sequence[Section]) -> tuple[LedgerItem, ...]:
    """Return the items with the section that each stands in, the shortest where one lies in another."""
    placed = sorted(((s.span, s.name) for s in sections if s.span), key=lambda p: p[0].length)
    return tuple(replace(i, section=next((n for span, n in placed if span.covers(i.span)), "")) for i in items)


def _dates(line: str) -> Iterator[tuple[Span, str]]:
    for m in _YEAR.finditer(line):
        yield Span(*m.span()), "-".join([m[1], *(g.zfill(2) for g in m.groups()[1:] if g)])
    for m in _DOTTED.finditer(line):
        if 1 <= int(m[3]) <= 12:
            yield Span(*m.span()), "-".join([m[1], m[3].zfill(2), *([m[4].zfill(2)] if m[4] else [])])
    if "年" in line:
        for m in _CHINESE_YEAR.finditer(line):
            yield Span(*m.span()), "-".join([str(chinese_number(m[1])), *_two_digits(m[2], m[3])])
    if "月" in line:
        for m in _CHINESE_MONTH.finditer(line):
            if (month := chinese_number(m[1])) and month <= 12:
                yield Span(*m.span()), "-".join(["", *_two_digits(m[1], m[2])])
        for m in _MONTH_DAY.finditer(line):
            if 1 <= int(m[1]) <= 12:
                yield Span(*m.span()), "-".join(["", m[1].zfill(2), *([m[2].zfill(2)] if m[2] else [])])
    if "年" in line:
        for m in _RELATIVE.finditer(line):
            yield Span(*m.span()), m[0]


def _two_digits(*numerals: str | None) -> list[str]:
    return [f"{chinese_number(n):02}" for n in numerals if n]


def _data(line: str, taken: Sequence[Span]) -> Iterator[tuple[Span, str]]:
    dated = bytearray(len(line))
    for t in taken:
        dated[t.start : t.end] = b"\1" * t.length
    for m in _AMOUNT.finditer(line):
        span = Span(*m.span())
        if any(dated[span.start : span.end]) or (not m["from"] and _asked(line, span)):
            continue
        if m["unit"] is None and not m["percent"]:
            yield span, _plain(m["number"], m["large"] or "")  # 由58升至93
            continue
        if m["unit"] in ("年级", "班", "步", "里") and not (m["more"] or m["large"]):
            continue  # 三年级, 2 班: a name, not a quantity
        if (m["unit"] == "分" and _CLOCK.search(line[max(0, span.start - 6) : span.start])) or (
            m["unit"] == "学年" and len(m["number"]) == 4
        ):
            continue
        if m["percent"]:
            low = f"{m['low']}-" if m["low"] else ""
            yield span, f"{low}{_digits(m['number'])}{'‰' if m['percent'] == '‰' else '%'}"
        else:
            low = f"{_plain(m['low'], m['large'] or '')}-" if m["low"] else ""
            yield span, f"{low}{_plain(m['number'], m['large'] or '')}{m['unit']}"
    for m in _CHINESE_AMOUNT.finditer(line):
        span = Span(*m.span())
        before = line[max(0, span.start - 4) : span.start].rstrip()
        if before.endswith("第") or before[-1:].isdigit() or dated[span.start] or _asked(line, span):
            continue
        if m["over"]:
            yield span, f"{chinese_number(m['under'])}/{chinese_number(m['over'])}"
        elif m["tenths"]:
            yield span, f"{tenths(m['tenths']):g}%"
        elif m["share"]:
            whole, _, part = m["share"].partition("点")
            value = chinese_number(whole) if whole else None
            if value is not None:
                yield (
                    span,
                    f"{value}{'.' + str(chinese_number(part)) if part and chinese_number(part) is not None else ''}%",
                )
        elif (
            (number := chinese_number(m["number"])) is not None
            and not _ABOUT.fullmatch(m["number"])
            and (number >= 10 or m["unit"] == "倍")
            and m["unit"] not in ("年级", "班", "步", "里", "分")
        ):
            yield span, f"{number}{m['unit']}"


def _digits(number: str) -> str:
    return re.sub("[, ]", "", unicodedata.normalize("NFKC", number))


def _plain(number: str, large: str) -> str:
    value = float(_digits(number)) * {"": 1, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}[large]
    return f"{value:g}" if value < 1e6 else str(int(value))


def _asked(line: str, span: Span) -> bool:
    # A window, so that a line of ten thousand numbers is read once, not ten thousand times.
    before = line[max(0, span.start - 16) : span.start]
    return bool(_ASKED.search(before) or _ASKED_AFTER.search(line[span.end : span.end + 6]))


def _when(line: str, date: Span) -> bool:
    """Say whether a date says when something happened: not 较2021年, 2019年以前, 2021年的48%, 2022年207万元."""
    return line[date.start - 1 : date.start] not in ("比", "较", "第") and not _NO_TIME.match(line, date.end)


def _events(line: str, dates: Sequence[Span]) -> Iterator[Span]:
    """Yield sentences with a date or season and an action, or with a named person at a named place and an action."""
    if line.count("|") > 1:
        return  # a row of a table typed as text
    starts = sorted(d.start for d in dates if line[d.start] not in "今去前本上" and _when(line, d))
    for s in sentences(line, Span(0, len(line))):
        piece = line[s.start : s.end]
        n = bisect_left(starts, s.start)
        dated = (n < len(starts) and starts[n] < s.end) or (_SEASON.search(piece) and not _ROUTINE.search(piece))
        told = dated or (
            _PERSON.search(piece) and any(not _NO_PLACE.search(m["place"]) for m in _PLACE.finditer(piece))
        )
        # In the order of their cost: most sentences end at the first.
        if told and _ACTION.search(piece) and not _SUPPOSED.search(piece) and not _PLANNED.search(piece):
            yield s
