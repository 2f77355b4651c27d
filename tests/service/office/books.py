"""Rulebooks for the tests: the shipped one with some values changed."""

from screening.rulebook import texts_of
from screening.rulebook_editing import with_values

SHIPPED = "henan-2023-950"
LENGTH = "kinds.work_case.checks[0].max"


def made(name="henan-2024", values=()):
    """Return TOML and notice; ``values`` by their paths."""
    toml, notice = texts_of(SHIPPED)
    return with_values(toml, {"id": name, "notice": f"{name}.txt", **dict(values)}), notice


def save(client, name="henan-2024", parent=SHIPPED, reason="试一试", values=()):
    toml, notice = made(name, values)
    body = {"toml": toml, "notice": notice, "parent": parent, "reason": reason}
    return client.post("/api/v1/rulebooks", json=body)
