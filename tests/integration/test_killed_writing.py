"""A process that is killed while it writes leaves a whole result under the name, or none."""

import subprocess
import sys
from pathlib import Path

from toy_study import write_toy_study

from facility_coverage.files import atomic_folder

ROOT = Path(__file__).parents[2]
KILLS = 8

PROGRAM = """
import json, os, random, signal, sys, time
from pathlib import Path
from facility_coverage.files import atomic_folder, sha256_of
from facility_coverage.outputs.folder import write_results
from facility_coverage.outputs.layers import write_layer
from facility_coverage.study import run_study
from facility_coverage.study_file import Study

study, out, kills = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
result = run_study(Study.load(study))
chance = random.Random(3)

def write_all():
    with atomic_folder(out, overwrite=True) as folder:
        write_results(result, folder)
    write_layer(result.isochrones, out.with_suffix(".geojson"))

def write_little():
    with atomic_folder(out, overwrite=True) as folder:
        token = str(chance.random())
        (folder / "a.csv").write_text(token)
        manifest = {"program": {"name": "facility-coverage"}}
        manifest["outputs"] = {"a.csv": sha256_of(folder / "a.csv")}
        (folder / "manifest.json").write_text(json.dumps(manifest))

def kill_while(write, longest_s):
    child = os.fork()
    if child == 0:
        while True:
            write()
    time.sleep(chance.uniform(0.0, longest_s))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

def is_whole():
    if not out.exists():
        return False
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    for name, digest in manifest["outputs"].items():
        assert sha256_of(out / name) == digest, name
    return True

write_all()
whole = 0
for write, longest_s in ((write_all, 0.6), (write_little, 0.05)):
    for _ in range(kills):
        kill_while(write, longest_s)
        whole += is_whole()
        assert json.loads(out.with_suffix(".geojson").read_text(encoding="utf-8"))["features"]
print(whole)
"""


def test_a_kill_leaves_no_half_result(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    study = write_toy_study(tmp_path / "study")
    out = tmp_path / "out" / "result"
    done = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-c", PROGRAM, str(study), str(out), str(KILLS)],
        env={"PYTHONPATH": str(ROOT / "coverage"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > KILLS  # of twice as many, most leave the old or the new one
    # what the killed ones left beside it is hidden and hinders nobody
    left = {path.name for path in out.parent.iterdir()} - {"result", "result.geojson"}
    assert all(name.startswith(".result") for name in left)
    with atomic_folder(out, overwrite=True) as folder:
        (folder / "whole").touch()
    assert [path.name for path in out.iterdir()] == ["whole"]
