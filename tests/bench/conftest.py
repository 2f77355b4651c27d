import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Benches run when asked for (``-m bench``), never with the tests: they take minutes and want the machine for themselves."""
    if "bench" in config.getoption("markexpr"):
        return
    benches = [i for i in items if i.get_closest_marker("bench")]
    items[:] = [i for i in items if not i.get_closest_marker("bench")]
    config.hook.pytest_deselected(items=benches)
