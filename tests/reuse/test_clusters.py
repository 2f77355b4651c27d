"""Groups of similar texts: against a textbook version, in any order, and never a chain of unlike texts."""

import json
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.case import CaseInfo
from screening.intake.manifest import CHINA
from screening.reuse.clusters import LEAST, Cluster, Link, Links, Member, average_link
from screening.reuse.copies import ENOUGH
from screening.reuse.result import SourceMatch

NAMES = "abcdefghi"


def match(name, rate, back=0.0, **more):
    given = {"id": name, "title": name, "unit": "", "own": False, "earlier": None, "rate": rate}
    return SourceMatch(**{**given, "share_of_source": back, "characters": 0, **more})


def linked(*rows):
    """The links of rows (case, source, rate of the case, share of the source)."""
    links = Links()
    for case, source, rate, back in rows:
        links.add(CaseInfo(id=case, title=case), [match(source, rate, back)])
    return links


def ids(clusters):
    return [sorted(m.id for m in c.members) for c in clusters]


def textbook(rates, least):
    """Average linkage as the books have it: all pairs of groups anew at each step."""

    def average(a, b):
        return sum(rates.get((min(x, y), max(x, y)), 0) for x in a for y in b) / (len(a) * len(b))

    groups = [[name] for name in sorted({n for pair in rates for n in pair})]
    while len(groups) > 1:
        a, b = max(combinations(groups, 2), key=lambda ab: average(*ab))  # the first of equals: smallest names
        if average(a, b) < least:
            break
        groups = sorted([sorted(a + b), *(g for g in groups if g not in (a, b))])
    return groups


PAIRS = st.sampled_from(list(combinations(NAMES, 2)))
# Few different rates, so that ties are frequent.
RATES = st.dictionaries(
    PAIRS, st.sampled_from([400, 1000, 2000, 2500, 5000, 10000]) | st.integers(1, 10000), max_size=24
)


@given(RATES, st.sampled_from([1, 1000, 2500]))
def test_average_linkage_is_that_of_the_textbook(rates, least):
    assert sorted(sorted(g) for g in average_link(rates, least)) == textbook(rates, least)


SHARE = st.integers(0, 10000).map(lambda n: n / 10000)
ROWS = st.lists(st.tuples(PAIRS, st.booleans(), SHARE, SHARE), max_size=24)


@given(ROWS, st.randoms())
def test_groups_do_not_depend_on_the_order_and_keep_their_promises(rows, random):
    seen = [(b, a, x, y) if turned else (a, b, x, y) for (a, b), turned, x, y in rows]
    found = linked(*seen).clusters()
    random.shuffle(seen)
    assert linked(*seen).clusters() == found
    members = [m.id for c in found for m in c.members]
    assert len(members) == len(set(members))
    shares = {}
    for case, source, mine, its in seen:
        for key, share in (((case, source), mine), ((source, case), its)):
            shares[key] = max(share, shares.get(key, 0.0))
    for c in found:
        inside = {m.id for m in c.members}
        strong = {p for p in combinations(sorted(inside), 2) if max(shares.get(p, 0), shares.get(p[::-1], 0)) >= LEAST}
        assert {(x.a, x.b) for x in c.links} == strong
        assert inside == {n for p in strong for n in p}
        for x in c.links:
            assert (x.share_of_a, x.share_of_b) == (shares[x.a, x.b], shares[x.b, x.a])
            assert c.weakest.rate <= x.rate <= c.strongest.rate
        told = sum(x.rate for x in c.links) / c.pairs
        assert c.average >= told - 1e-4
        assert 0 <= c.implied <= c.pairs - len(c.links)
        if not c.implied:
            assert c.average == pytest.approx(told, abs=1e-4)
        if all(x.least < ENOUGH for x in c.links):
            assert c.average >= LEAST - 1e-4


def test_the_larger_direction_makes_the_link_and_both_are_kept():
    (cluster,) = linked(("short", "long", 0.9, 0.05)).clusters()
    (link,) = cluster.links
    assert (link.a, link.share_of_a, link.b, link.share_of_b, link.rate) == ("long", 0.05, "short", 0.9, 0.9)
    # What the other case says of the same pair only adds.
    (cluster,) = linked(("short", "long", 0.9, 0.05), ("long", "short", 0.08, 0.85)).clusters()
    assert (cluster.links[0].share_of_a, cluster.links[0].share_of_b) == (0.08, 0.9)


def test_below_the_threshold_there_is_no_link():
    assert linked(("a", "b", 0.0999, 0.0999)).clusters() == ()
    assert ids(linked(("a", "b", 0.1, 0.0)).clusters()) == [["a", "b"]]


def test_a_chain_of_unlike_texts_is_split_and_a_dense_one_stays():
    weak = linked(("a", "b", 0.15, 0.15), ("b", "c", 0.15, 0.15))
    assert ids(weak.clusters()) == [["a", "b"]]
    strong = linked(("a", "b", 0.6, 0.6), ("b", "c", 0.6, 0.6))
    assert ids(strong.clusters()) == [["a", "b", "c"]]
    (dense,) = strong.clusters()
    # Nobody compared a with c: of b both have 0.6, so they share a fifth of it.
    assert (dense.pairs, len(dense.links), dense.implied, dense.average) == (
        3,
        2,
        1,
        pytest.approx((0.6 + 0.6 + 0.2) / 3, abs=1e-4),
    )
    long = linked(*((f"{n:02}", f"{n + 1:02}", 0.5, 0.5) for n in range(40)))
    assert max(len(c.members) for c in long.clusters()) <= 4


def test_the_notice_joins_nobody():
    links = Links()
    for name in "ab":
        links.add(CaseInfo(id=name), [match("notice", 0.5, 0.5, place="notice")])
    assert links.clusters() == ()


DAY = datetime(2024, 1, 10, 9, tzinfo=CHINA)


def group(*members):
    links = tuple(Link(a="a", b=m.id, share_of_a=0.5, share_of_b=0.5, own=False) for m in members[1:])
    return Cluster(members=members, links=links)


def member(name, days=None, place="batch"):
    received = (DAY + timedelta(days=days)).isoformat() if days is not None else ""
    return Member(id=name, title=name, file=name, unit="", received=received, place=place)


@pytest.mark.parametrize(
    ("members", "first"),
    [
        ((member("a", 3), member("b", 1)), "b"),
        ((member("a", 1), member("b", 1)), None),  # at the same moment
        ((member("a", 1), member("b")), None),  # the other may have been earlier
        ((member("a", 1), member("b"), member("z", place="archive")), "z"),
        ((member("a", 1), member("y", place="archive"), member("z", place="archive")), None),
        ((member("a", 1), member("y", -300, "archive"), member("z", -700, "archive")), "z"),
    ],
)
def test_who_was_first_is_said_only_where_it_is_known(members, first):
    earliest = group(*members).earliest
    assert (earliest and earliest.id) == first


def test_members_stand_in_the_order_of_time_the_archive_first():
    links = Links()
    times = {"a": DAY, "b": DAY - timedelta(days=2), "c": None}
    for name, received in times.items():
        links.add(CaseInfo(id=name, received=received), [match("z", 0.9, 0.9, place="archive")])
    (cluster,) = links.clusters()
    assert [m.id for m in cluster.members] == ["z", "b", "a", "c"]


def test_moments_in_two_time_zones_are_compared_as_moments():
    earlier, later = "2024-01-10T09:00:00+08:00", "2024-01-10T02:00:00+00:00"
    rows = [Member(id=i, title="", file="", unit="", received=r) for i, r in (("a", later), ("b", earlier))]
    assert group(*rows).earliest.id == "b"


def test_a_cluster_comes_back_equal_from_json():
    links = Links()
    links.add(
        CaseInfo(id="a", received=DAY, unit="甲"), [match("b", 0.4, 0.7, own=True), match("z", 0.2, place="archive")]
    )
    for cluster in links.clusters():
        wire = json.loads(json.dumps(cluster.to_json()))
        assert Cluster.from_json(wire) == cluster
        assert wire["strongest"]["rate"] == 0.7 and wire["strongest"]["own"] is True
        assert wire["earliest"]["id"] == "z"
