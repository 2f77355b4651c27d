"""The wheel holds all that the program needs: installed alone, run from another folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_demonstration_runs_from_the_wheel(tmp_path):
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist"), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as z:
        names = z.namelist()
        z.extractall(tmp_path / "site")
    assert any(n.endswith("licenses/LICENSE") for n in names)
    assert not [n for n in names if n.startswith(("tests/", "notebooks/"))]
    (tmp_path / "elsewhere").mkdir()
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    where = [sys.executable, "-c", "import screening; print(screening.__file__)"]
    kwargs = {"cwd": tmp_path / "elsewhere", "env": env, "capture_output": True, "text": True}
    assert subprocess.run(where, check=False, **kwargs).stdout.startswith(str(tmp_path / "site"))
    done = subprocess.run([sys.executable, "-m", "screening", "demo", "--out", "演示"], check=False, **kwargs)
    assert done.returncode in (0, 1), done.stderr
    assert (tmp_path / "elsewhere" / "演示" / "结果" / "index.html").stat().st_size > 100_000
