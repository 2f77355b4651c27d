"""Filters must not tell a blind reviewer what is hidden from him: also not on the page of the list."""

import pytest

from service.errors import ServiceError
from service.people.principal import Principal, Role
from service.routes.pages_cases import wanted_of


def reviewer(*, blind):
    return Principal(id="user:1", name="", role=Role.REVIEWER, batches={"*": blind})


@pytest.mark.parametrize("line", ["单位:临溪", "阅读 unit:临溪"])
def test_a_blind_reviewer_cannot_look_for_a_unit_on_the_page(app, line):
    with pytest.raises(ServiceError) as error:
        wanted_of(app.state.service, reviewer(blind=True), line, "", "rate", "")
    assert error.value.code == "query.unit"
    assert wanted_of(app.state.service, reviewer(blind=False), line, "", "rate", "").filter.unit == "临溪"
