"""What can go wrong around a command: another locale or clock, odd paths, a disk that is full or
read-only, and an end at any moment.
"""

import ctypes
import json
import locale
import os
import resource
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from iqgeo.region import embedded_directory

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="limits, users and signals of Unix"),
]

PROJECT = Path(__file__).resolve().parents[2]
ROOT = os.name == "posix" and os.geteuid() == 0
# Numbers of Linux (capability.h, prctl.h).
CAP_DAC_OVERRIDE, PR_CAPBSET_DROP = 1, 24
# A few places keep the runs short: towns that one office at Hannover leaves out.
OFFICES = "id,name,lon,lat\nH,Hannover Süd,9.73,52.37\n"
PEOPLE = "id,lon,lat,people\n" + "".join(f"{n},{7.2 + n / 100},53.2,{n + 1}\n" for n in range(150))


def run(*command, limit_bytes=None, bound=False, **environment):
    """Run Python, as its user would start it.

    ``limit_bytes`` is the largest file it may write; ``bound`` holds root, too, to the permissions of
    files: the child loses the right to override them, which is a root's only by this one capability.
    """
    libc = ctypes.CDLL(None)

    def before():
        if limit_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
        if bound and ROOT and sys.platform == "linux":
            libc.prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)

    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))
    }
    return subprocess.run(
        [sys.executable, *map(str, command)],
        capture_output=True,
        timeout=120,
        check=False,
        cwd=PROJECT,
        preexec_fn=before,
        # Python itself leaves half a compiled module behind when the disk is full.
        env={**kept, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", **environment},
    )


def iqgeo(*arguments, **options):
    return run("-m", "iqgeo", *arguments, **options)


@pytest.fixture
def inputs(tmp_path):
    """Offices and people in a folder whose name has blanks and umlauts; the options that name them."""
    folder = tmp_path / "Größe & Lücken (neu)"
    folder.mkdir()
    offices, people = folder / "Stellen für Süd.csv", folder / "Menschen – Maß.csv"
    offices.write_text(OFFICES, encoding="utf-8")
    people.write_text(PEOPLE, encoding="utf-8")
    return folder, ("--offices", offices, "--demand", people)


def german_locale():
    before = locale.setlocale(locale.LC_ALL)
    for name in ("de_DE.UTF-8", "de_DE.utf8", "de_DE"):
        try:
            locale.setlocale(locale.LC_ALL, name)
        except locale.Error:
            continue
        locale.setlocale(locale.LC_ALL, before)
        return name
    return None


PLACES = {
    "locale C, the clock ahead": {"LC_ALL": "C", "TZ": "Pacific/Kiritimati"},
    # Nothing helps here: neither the locale nor Python's own guess knows an umlaut.
    "ASCII only, the clock behind": {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "TZ": "Pacific/Pago_Pago",
    },
    "locale de_DE": {"LC_ALL": "de_DE"},
}


@pytest.fixture(scope="module")
def usual():
    done = iqgeo("coverage", "--json", "-", LC_ALL="C.UTF-8", TZ="UTC")
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize("place", PLACES)
def test_the_same_json_in_every_locale_and_zone(place, usual):
    environment = dict(PLACES[place])
    if environment["LC_ALL"] == "de_DE":
        name = german_locale()
        if name is None:
            pytest.skip("no German locale is installed on this machine")
        environment["LC_ALL"] = name
    done = iqgeo("coverage", "--json", "-", **environment)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert done.stdout == usual
    assert "Osnabrück" in usual.decode("utf-8")


def test_blanks_and_umlauts_in_every_path_and_no_letters_to_say_them(inputs):
    folder, options = inputs
    region, out = folder / "Région Ä", folder / "Lücken Süd.csv"
    shutil.copytree(embedded_directory(), region)
    done = iqgeo("gaps", "--region", region, *options, "--out", out, LC_ALL="C", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert "Hannover Süd" in out.read_text(encoding="utf-8-sig")
    assert sorted(it.name for it in folder.iterdir()) == sorted(
        [
            "Région Ä",
            "Lücken Süd.csv",
            "Lücken Süd.csv-metadata.json",
            "Stellen für Süd.csv",
            "Menschen – Maß.csv",
        ]
    )


def test_data_that_may_only_be_read(inputs, tmp_path):
    folder, options = inputs
    region, home = folder / "region", tmp_path / "home"
    shutil.copytree(embedded_directory(), region)
    home.mkdir()
    closed = [*region.iterdir(), region, *folder.glob("*.csv"), folder, home]
    for path in closed:
        path.chmod(0o555 if path.is_dir() else 0o444)
    homes = {name: str(home) for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    try:
        # As root, the test shows something only if its children may not write everywhere.
        probe = run("-c", "open(__import__('sys').argv[1], 'w')", folder / "probe", bound=True)
        if probe.returncode == 0:
            pytest.skip("this root cannot give up writing where it may not")
        command = ("coverage", "--region", region, *options, "--json")
        done = iqgeo(*command, "-", bound=True, **homes)
        refused = iqgeo(*command, folder / "neu.json", bound=True, **homes)
    finally:
        for path in reversed(closed):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["people"] == sum(range(1, 151))
    assert refused.returncode == 2
    assert "darf nicht geschrieben werden" in refused.stderr.decode()
    assert not (folder / "neu.json").exists()


@pytest.mark.parametrize(
    ("command", "option", "name"), [("coverage", "--json", "alt.json"), ("gaps", "--out", "alt.csv")]
)
def test_a_full_disk_leaves_the_old_file(command, option, name, inputs):
    folder, options = inputs
    out = folder / name
    out.write_bytes(b"old")
    done = iqgeo(command, *options, option, out, limit_bytes=1024)
    assert done.returncode == 2
    said = done.stderr.decode()
    assert "eine ältere Datei dieses Namens ist unverändert" in said
    assert "Traceback" not in said
    assert out.read_bytes() == b"old"
    assert not list(folder.glob(".iqgeo-*"))


# The command runs up to the moment at which it would write. From there it is forked again and again:
# each child is that command, goes on with a disk so slow that half a file would be seen, and is killed;
# the moments are spread evenly over the time that writing takes and a little more. At last the command
# goes on itself.
KILLED = """
    import json, os, signal, sys, time
    from pathlib import Path
    import iqgeo.reports.registry as registry
    from iqgeo.cli import main

    write, target, old = registry.write_bytes, Path(sys.argv[-1]), b"old" * 1000
    report = Path(sys.argv.pop(1))

    def slowly(path, content):
        with path.open("wb", buffering=0) as file:
            for start in range(0, len(content), len(content) // 20 + 1):
                file.write(content[start : start + len(content) // 20 + 1])
                time.sleep(0.01)

    def attempt(delay_s, *given):
        target.write_bytes(old)
        begun = time.monotonic()
        child = os.fork()
        if child == 0:
            Path.write_bytes = slowly
            write(*given)
            os._exit(0)
        if delay_s is not None:
            time.sleep(delay_s)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        left = target.read_bytes()
        return time.monotonic() - begun, os.WIFSIGNALED(status), "old" if left == old else left.hex()

    def killed_many_times(*given):
        if Path(given[0]) != target:
            return write(*given)
        whole = attempt(None, *given)
        found = [attempt(whole[0] * step / 20, *given) for step in range(24)]
        report.write_text(json.dumps([whole, *found]))
        return write(*given)

    registry.write_bytes = killed_many_times
    main()
"""


def test_killed_at_any_moment_of_writing_the_file_is_the_old_or_the_new(inputs, tmp_path):
    folder, options = inputs
    out, report = folder / "luecken.csv", tmp_path / "report.json"
    done = run("-c", textwrap.dedent(KILLED), report, "gaps", *options, "--out", out)
    assert done.returncode == 0, done.stderr.decode()
    new = out.read_bytes().hex()
    (_, killed, left), *attempts = json.loads(report.read_text(encoding="utf-8"))
    assert (killed, left) == (False, new)
    ends = [left for _, killed, left in attempts if killed]
    assert set(ends) <= {"old", new}, "half a file"
    assert len(ends) >= 8, "hardly any was killed in time: the test shows nothing"
    assert "old" in ends
