"""One shape of error, an id for every request."""


def test_an_unknown_address_is_a_problem_with_a_code_and_an_advice(client_of):
    answer = client_of(None).get("/api/v1/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (404, "not_found")
    assert body["advice"]
    assert body["instance"] == f"urn:request:{answer.headers['x-request-id']}"


def test_a_request_id_that_came_along_is_kept_if_it_is_one(client_of):
    client = client_of(None)
    assert client.get("/", headers={"X-Request-Id": "abc123"}).headers["x-request-id"] == "abc123"
    assert client.get("/", headers={"X-Request-Id": 'a"b<c>'}).headers["x-request-id"] != 'a"b<c>'
