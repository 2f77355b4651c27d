"""A request that is sent again gets the answer that was given, on either database."""

from service.store.idempotency import Claim, Given, claim, settle


def test_a_key_is_claimed_once(store):
    wanted = Claim.of("8e03978e", "key:one", "POST /api/v1/submissions", "digest")
    given = Given(202, "/api/v1/submissions/1", {"id": "1"})
    with store.write() as tx:
        assert claim(tx, wanted) is None
        settle(tx, wanted, given)
    with store.write() as tx:
        again = claim(tx, wanted)
    assert again
    assert (again.status, again.location, again.body) == (202, given.location, given.body)
