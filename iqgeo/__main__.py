"""``python -m iqgeo`` is the command ``iqgeo``."""

from iqgeo.cli import main

main()
