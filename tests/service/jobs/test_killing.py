"""The service dies and comes back: nothing that was acknowledged is lost, nothing is there twice. The long run is a bench."""

from tests.service.killing import kill_again_and_again


def test_killed_eight_times_nothing_acknowledged_is_lost(tmp_path):
    figures = kill_again_and_again(tmp_path / "data", str(tmp_path / "data" / "screening.db"), 8, longest=0.8)
    assert figures.kills == 8
    assert figures.uploads >= 8
    assert (figures.lost, figures.doubled, figures.unfinished, figures.failed, figures.broken) == (0, 0, 0, 0, 0)
    assert max(figures.ready) < 20  # seconds; on a quiet machine one
