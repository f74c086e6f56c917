"""The command line, as thin as the app: options in, results out, no computation."""

from iqgeo.cli.main import main

__all__ = ["main"]
