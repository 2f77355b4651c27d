"""Why a case stands where it stands, in plain Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from screening.ranking import NEAR
from screening.scoring.result import PARTS
from service.points import Seen
from service.shortlist.proposal import Candidate, Group, Place, Placed

NAMED = 3  # titles in one sentence

MARKS = {"in": "✓", "reserve": "·", "check": "◐"}  # beside every colour
HAND = {"in": "人工选入", "out": "人工列入候补"}
NOTE = (
    "建议由机器按名额和参考分得出，只供参考，由人定夺：在名额内、没有待核对问题的，按参考分从高到低建议入围；名额以外的建议候补；"
    f"有问题还没有人判定的请先核对，判定通过后自动参加排序。参考分相差不超过 {NEAR:g} 分的难分高下，请人比较。"
    "评审评分列在旁边供参考，不改变排序。"
)


def label(placed: Placed) -> str:
    """Return what people read of a case's place; what somebody changed says so."""
    return HAND.get(placed.candidate.hand) or placed.state.label


def score_words(c: Candidate) -> str:
    """Return the score with what it is made of: "参考分 86.5（切题 30/35，结构 …）"."""
    if c.score is None:
        return "没有参考分"
    parts = "，".join(f"{PARTS.get(k, k)} {points:g}/{weight:g}" for k, (points, weight) in c.parts.items())
    return f"参考分 {c.score:g}{f'（{parts}）' if parts else ''}"


def place_words(p: Placed) -> str:
    """Return the place in the unit's class and among all units', "" without one."""
    if p.rank is None:
        return ""
    inside = f"本单位本类 {p.of} 篇中第 {p.rank}" if p.of > 1 else "本单位本类只有这一篇"
    return f"{inside}，全部单位同类 {p.class_of} 篇中第 {p.class_rank}" if p.class_of > p.of else inside


def reasons(p: Placed, group: Group, title: Callable[[str], str]) -> list[str]:
    """Return the reasons in the order in which they count; ``title`` gives the titles of other cases of the group by id."""
    return [s for s in (*_why(p, group), *_border(p, title)) if s]


def _why(p: Placed, group: Group) -> Iterator[str]:
    c, limit = p.candidate, group.limit
    if c.hand:
        yield f"{HAND[c.hand]}；机器的建议是“{p.proposed.label}”"
    yield from p.checks
    if p.state is Place.CHECK:
        yield _advice(c)
    elif not p.checks:
        yield "评审判定通过" if c.decision == "pass" else "检查未见需要处理的问题"
    yield f"{score_words(c)}{f'，{place}' if (place := place_words(p)) else ''}"
    if limit is None:
        yield "通知没有规定名额"
    elif p.state is Place.IN and not c.hand:
        yield f"名额 {limit} 个，在名额之内"
    elif p.state is Place.RESERVE and not c.hand:
        held = sum(x.candidate.hand == "in" for x in group.placed)
        by_hand = f"，其中 {held} 个由人工选入" if held else ""
        rest = "" if held >= limit else f"，{'其余' if held else '前面'}的参考分更高"
        yield f"名额 {limit} 个已满{by_hand}{rest}"
    if p.would:
        yield "核对通过后可以入围" if p.would is Place.IN else "核对通过后列为候补，前面的参考分更高"


def _advice(c: Candidate) -> str:
    """Say what is to be done that a case takes part."""
    if c.state != "done":
        return "请管理员重试" if c.state == "failed" else "筛查完以后自动参加排序"
    if c.error:
        return "请打开材料看原因和办法，请单位重新报送"
    if c.decision == "return":
        return "改好重新报送，或改判“通过”，就参加排序"
    if c.decision == "pass":
        return "请人比较后选入或列入候补"
    return "请打开材料逐条判定；认为可以的，作整体判定“通过”"


def _border(p: Placed, title: Callable[[str], str]) -> Iterator[str]:
    if p.near:
        side = "候补" if p.state is Place.IN else "入围"
        yield f"与{side}的《{title(p.near)}》相差不超过 {NEAR:g} 分，难分高下，请人比较"
    if p.yields_to:
        yield f"{_named(p.yields_to, title)}参考分更高，还在核对；通过后由其入围，本篇可能转为候补"


def opinions(p: Placed, group: Group, points: Mapping[str, Seen], title: Callable[[str], str]) -> Iterator[str]:
    """Yield what the reviewers' points say, as far as one may see them: the mean, and where it contradicts the order."""
    own = points[p.candidate.id]
    if own.mean is None:
        return
    spread = f"{own.low:g}–{own.high:g}，" if own.count and own.count > 1 else ""
    yield f"评审均分 {own.mean:g}（{spread}{own.count} 人）"
    if p.state is Place.RESERVE and not p.candidate.hand:
        inside = [x.candidate.id for x in group.placed if x.state is Place.IN]
        lower = [i for i in inside if (mean := points[i].mean) is not None and own.mean - mean > NEAR]
        if lower:
            yield f"评审均分高于入围的{_named(lower, title)}，与参考分不一致，请人比较"


def _named(ids: Sequence[str], title: Callable[[str], str]) -> str:
    named = "".join(f"《{title(i)}》" for i in ids[:NAMED])
    return named if len(ids) <= NAMED else f"{named}等 {len(ids)} 篇"
