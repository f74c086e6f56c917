"""What only other machines run is in step with what there is: workflow, container, Makefile, hooks."""

import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([\w-]+):(?!=)", MAKEFILE, re.MULTILINE))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked(name: str) -> set[str]:
    return set(re.findall(r"^([\w.-]+)==", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


def workflow() -> dict[str, Any]:
    return yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8"))


def commands() -> list[str]:
    return [step["run"] for job in workflow()["jobs"].values() for step in job["steps"] if "run" in step]


def test_the_workflow_runs_what_there_is() -> None:
    assert len(commands()) >= 6
    for command in commands():
        words = shlex.split(command)
        if words[0] == "make":
            assert words[1] in TARGETS
        elif words[0].startswith("./"):
            assert (ROOT / words[0]).stat().st_mode & 0o100
        elif words[1:4] == ["-m", "pip", "install"]:
            assert words[-1] == "." or (ROOT / words[-1]).is_file()
        else:
            assert words[:3] == ["python", "-m", "pytest"]
            marks = set(re.findall(r"\w+", words[4])) - {"not", "and"}
            said = {it.split(":")[0] for it in PROJECT["tool"]["pytest"]["ini_options"]["markers"]}
            assert marks <= said
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert set(re.findall(r"^make (\w+)", run, re.MULTILINE)) == {"test"}


def test_the_workflow_tries_every_python_from_the_lowest_on() -> None:
    jobs = workflow()["jobs"]
    tried = jobs["systems"]["strategy"]["matrix"]
    lowest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert tried["python"][0] == lowest
    minor = [int(it.split(".")[1]) for it in tried["python"]]
    assert minor == list(range(minor[0], minor[0] + len(minor)))
    assert {it.split("-")[0] for it in tried["system"]} == {"ubuntu", "macos", "windows"}
    for job in jobs.values():
        assert job["timeout-minutes"] <= 360
        for step in job["steps"]:
            # A version is named; what runs there may read and nothing else.
            assert "run" in step or re.fullmatch(r"[\w/-]+@v\d+", step["uses"])
    assert workflow()["permissions"] == {"contents": "read"}


def test_the_makefile_names_tests_that_exist() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) <= TARGETS
    named = re.findall(r"\btests/[\w/.]+", MAKEFILE)
    assert len(named) > 15
    for it in named:
        assert (ROOT / it).exists(), it
    for words in re.findall(r"\$\(MAKE\)(.*)$", MAKEFILE, re.MULTILINE):
        asked = {it for it in re.sub(r"-j \d+", "", words).split() if it[0] not in "-$"}
        assert asked
        assert asked <= TARGETS


def test_what_is_mutated_and_by_what_it_is_seen_is_there() -> None:
    mutated = PROJECT["tool"]["mutmut"]
    for it in [
        *mutated["only_mutate"],
        *mutated["also_copy"],
        *mutated["pytest_add_cli_args_test_selection"],
    ]:
        assert list(ROOT.glob(it)), it
    copied = re.search(r"cp -r (.*) \.mutants", MAKEFILE)
    assert copied is not None
    assert {*mutated["also_copy"], *mutated["source_paths"], "tests", "pyproject.toml"} == set(
        copied[1].split()
    )


def test_the_container_holds_what_it_installs() -> None:
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    steps = [it.split(maxsplit=1) for it in lines if it and not it.startswith("#")]
    assert steps[0][0] == "FROM"
    image = re.fullmatch(r"docker\.io/library/python:(\d+\.\d+)-slim", steps[0][1])
    assert image is not None
    assert image[1] == PROJECT["project"]["requires-python"].removeprefix(">=")
    copied: set[str] = set()
    for name, rest in steps[1:]:
        words = shlex.split(rest) if name in {"COPY", "RUN"} else [rest]
        if name == "COPY":
            for it in words[:-1]:
                assert (ROOT / it).exists(), it
                copied.add(it)
        elif name == "RUN" and "-r" in words:
            assert words[words.index("-r") + 1] in copied
            assert "--require-hashes" in words
        elif name == "RUN":
            wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
            needed = [*wheel["packages"], *wheel["force-include"], "pyproject.toml", "README.md", "LICENSE"]
            for it in needed:
                assert it.split("/")[0] in copied, it
    # Built without isolation: the builder comes with the lock.
    assert {"hatchling", "editables"} <= locked("requirements.lock")
    shown = [rest for name, rest in steps if name == "CMD"]
    assert len(shown) == 1
    assert "app.py" in copied
    assert '"app.py"' in shown[0]
    # streamlit looks for its settings beside the script: without them it tells its makers who runs it.
    assert ".streamlit" in copied
    assert "/.streamlit" in PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    # Nobody runs as root, and what is kept lies where a volume is.
    order = [name for name, _ in steps]
    assert order.index("USER") < order.index("CMD")
    environment = next(rest for name, rest in steps if name == "ENV")
    assert environment == "IQGEO_STORE=/data/plans.db"


def test_the_hooks_call_tools_that_are_installed() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    tools = {"ruff": "ruff", "lint-imports": "import-linter"}
    for hook in hooks["repos"][0]["hooks"]:
        tool = Path(hook["entry"].split()[0]).name
        assert tools[tool] in locked("requirements-dev.lock")


def test_what_contributing_names_is_there() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:iqgeo|docs|tests)/[\w/.]*|\w+/\w+\.(?:py|toml))`", page)
    assert len(named) > 8
    places = (ROOT, ROOT / "iqgeo", ROOT / "iqgeo" / "texts")
    assert [it for it in named if not any((place / it).exists() for place in places)] == []
    assert set(re.findall(r"`make ([\w-]+)`", page)) <= TARGETS


def test_every_example_of_contributing_is_a_commit() -> None:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("no history here: an archive of the sources")
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    examples = re.findall(r"`(git log [^`]*)`", page)
    assert len(examples) >= 5
    for example in examples:
        found = subprocess.run(
            [*shlex.split(example), "--format=%h"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert found.stdout.split(), example
