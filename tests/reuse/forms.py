"""Forms for the tests: texts that share headings and stock sentences and have their own facts and stories between them."""

import random

from tests.writing import noise

PLACES = "临溪 青榆 松岗 望桥 南陂 桐塬 石榴 柳湾 沙河 东坪 麦岭 杏花 梓塬 白沙 槐湾 北坡".split()
NAMES = [a + b for a in "王李张刘陈杨赵黄周吴徐孙" for b in ("明远", "秀兰", "晓燕", "志强", "文博", "春生")]
SUMMARY = """{place}县教师发展中心{year}年度项目自评登记表
填表人：{name}　联系电话：{number}
一、任务完成情况
本年度我单位共承担培训项目{n}个，下达任务{number}人，实际完成{number}人，学员合格率{n}%，学员满意度{n}%。
{story}
二、组织实施情况
单位主要领导亲自抓、分管领导具体抓，各相关科室密切配合，成立了以{name}为组长的领导小组，做到了事前有方案、事中有检查、事后有总结。
{story}
三、资金使用情况
本年度项目资金共计{number}元，截至{m}月底已支出{number}元，做到了专款专用、单独核算，没有发现截留、挤占、挪用的情况。
{story}
四、存在的问题
在取得成绩的同时，我们也清醒地认识到工作中还存在一些不足：一是针对性还要增强，二是跟踪指导还要加强，三是资源建设还要完善。
以上所填内容真实有效，如有不实之处，由填表单位承担相应责任。填表日期：{year}年{m}月{d}日"""
LOG = """学员跟岗研修手册
姓名：{name}　所在学校：{place}镇中心小学　跟岗学校：{place}实验学校　班次：第{n}期
填写说明：请学员结合本人跟岗实际如实填写，字迹工整，由跟岗学校审核签字以后统一交给项目办公室存档。
一、跟岗任务
本人于{year}年{m}月{d}日至{m}月{d}日在该校跟岗，共听课{n}节，上课{n}节，参加教研活动{n}次，写日志{n}篇。
{story}
二、一堂印象最深的课
{story}
三、回校以后的打算
回到学校以后，我会把跟岗期间学到的做法用到自己的课堂上，和同组的老师一起备课、一起听课，做到学有所得、学有所用。
{story}
跟岗学校意见：该学员跟岗期间态度端正，遵守纪律，按时完成了各项任务，同意评定为{n}分。签字：{name}　{year}年{m}月{d}日"""


def form(rng: random.Random, template: str = SUMMARY, story: str | None = None) -> str:
    """Return a filled-in form of 700 to 1300 characters; ``story`` stands in its second free part."""
    parts = template.split("{story}")
    stories = [noise(rng, rng.randint(60, 250)) for _ in parts[1:]]
    if story is not None:
        stories[1] = story
    text = parts[0]
    for mine, part in zip(stories, parts[1:], strict=True):
        text += mine + part
    ways = {
        "place": lambda: rng.choice(PLACES),
        "name": lambda: rng.choice(NAMES),
        "year": lambda: str(rng.randint(2019, 2023)),
        "number": lambda: str(rng.randint(100, 999999)),
        "n": lambda: str(rng.randint(2, 99)),
        "m": lambda: str(rng.randint(1, 12)),
        "d": lambda: str(rng.randint(1, 28)),
    }
    for key, value in ways.items():
        while f"{{{key}}}" in text:
            text = text.replace(f"{{{key}}}", value(), 1)
    return text
