"""How the documentation is built: offline, nothing asked of the internet, everything shipped."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

from iqgeo import __version__  # noqa: E402 -- the path comes first

project = "iqgeo"
author = "iqgeo"
release = version = __version__
extensions = ["sphinx.ext.autodoc", "numpydoc", "myst_parser", "beispiele", "bilder"]
language = "de"
master_doc = "index"
exclude_patterns = ["_build", "proxy"]
myst_heading_anchors = 3
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
html_theme = "alabaster"
html_theme_options = {
    "description": "Wer hat es wie weit zur nächsten Stelle?",
    "show_powered_by": False,
    "page_width": "1140px",
}
html_show_copyright = html_show_sourcelink = False
html_static_path = ["stil"]
html_css_files = ["iqgeo.css"]
html_sidebars = {"**": ["about.html", "searchbox.html", "navigation.html", "relations.html"]}
# Files of the project are linked as they lie in the repository.
suppress_warnings = ["myst.xref_missing"]
