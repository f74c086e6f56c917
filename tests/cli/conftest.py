"""What all tests of commands share."""

import os
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from iqgeo.cli import main


@pytest.fixture
def iqgeo(monkeypatch, capsys):
    """Runs the command in this process, which it leaves as it was."""

    def run(*arguments):
        typed = ["iqgeo", *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", typed)
        before, folder = dict(os.environ), Path.cwd()
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        written = capsys.readouterr()
        # Libraries set variables of their own as they are loaded; what was set stays.
        assert os.environ.items() >= before.items()
        assert Path.cwd() == folder
        code = ended.value.code
        assert code is None or isinstance(code, int), "the interpreter would print this"
        return CompletedProcess(typed, code or 0, written.out, written.err)

    return run
