"""Which passwords are refused, and how logins are compared."""

import pytest

from service.errors import ServiceError
from service.people.passwords import Passwords, check_password, new_login

PERSON = ("wang.li@example.cn", "王丽", "白麓大学（东校区）")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("短短的九个字符吧嗯", "太短"),
        ("x" * 257, "太长"),
        ("abababababab", "重复"),
        ("abcdefghijklm", "连续"),
        ("7890123456", "连续"),
        ("13812345678", "手机号"),
        ("11010519491231002x", "手机号"),
        ("woaini@20240501", "很多人"),
        ("ＷｏＡｉＮｉ1314520", "很多人"),
        ("qwertyuiop", "很多人"),
        ("1qaz2wsx3edc", "很多人"),
        ("zhongguo2024", "很多人"),
        ("wang.li@example.cn", "登录名"),
        ("wangli202405", "登录名"),
        ("白麓大学（东校区）2024", "登录名"),
    ],
)
def test_what_is_easy_to_guess_is_refused_with_the_reason(password, why):
    with pytest.raises(ServiceError) as told:
        check_password(password, PERSON)
    assert why in told.value.message
    assert password not in told.value.message + told.value.advice


@pytest.mark.parametrize("password", ["岸边的柳树 七月开花", "correct horse battery", "ttkzpwmqxr", "9f3k-20cm-77qp"])
def test_no_kind_of_character_is_demanded(password):
    check_password(password, PERSON)


def test_a_password_is_the_same_however_its_characters_are_written():
    hashing = Passwords(19, 2)
    kept = hashing.hash("Ｐａｓｓ岸边的柳树")
    assert hashing.right("Pass岸边的柳树", kept) == (True, None)
    assert hashing.right("Pass岸边的柳", kept)[0] is False
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_with_nothing_kept_nothing_is_right():
    assert Passwords(19, 2).right("", "") == (False, None)


def test_a_hash_of_a_lower_cost_is_made_anew():
    cheap, dear = Passwords(19, 2), Passwords(20, 2)
    right, anew = dear.right("岸边的柳树 七月开花", cheap.hash("岸边的柳树 七月开花"))
    assert right and "m=20480" in anew


@pytest.mark.parametrize("login", ["", "a", "a b", "sso:7", "<b>", "x" * 61])
def test_logins_are_plain_and_never_look_like_one_from_elsewhere(login):
    with pytest.raises(ServiceError, match="登录名"):
        new_login(login)
