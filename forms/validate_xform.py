"""Check an XForm with ODK Validate (getodk/validate), the form engine that phones run.

It comes with pyxform and needs Java. It takes a file, so the form, which holds no personal data, is put into a folder
that is gone afterwards.
"""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyxform.validators.odk_validate import ODK_VALIDATE_PATH

__all__ = ["Validation", "validate_xform"]

LONGEST_SECONDS: Final = 100
STACK_TRACE: Final = re.compile(r"^\s*(at |\.\.\. \d+ more)|\.java:\d+")
JAVA_WORDS: Final = re.compile(
    r"^(Caused by: )?([a-z]\w*\.)+[A-Z]\w*(Exception|Error)(: )?|[,:]? ?Bad node: \S+|@[0-9a-f]{6,8}\b|\u034e"
)
FRAME: Final = re.compile(r"^>> |^Result: |^The following files failed|\.xml$")


@dataclass(frozen=True)
class Validation:
    """What ODK Validate said: `complaints` refuse the form, `warnings` do not."""

    complaints: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def validate_xform(xform: bytes, java: str | None) -> Validation:
    """Run ODK Validate with the given Java program; where that cannot be done, a warning says so."""
    program = shutil.which(java) if java else None
    if not program:
        return _skipped(f"the program '{java}' is not installed" if java else "nobody asked for it")
    try:
        with tempfile.TemporaryDirectory() as folder:
            form = Path(folder, "form.xml")
            form.write_bytes(xform)
            return _verdict(_run(program, form), str(form))
    except subprocess.TimeoutExpired:
        return _skipped(f"it did not end within {LONGEST_SECONDS} seconds")
    except OSError as error:
        return _skipped(f"'{java}' does not start ({error.strerror})")


def _run(program: str, form: Path) -> subprocess.CompletedProcess[bytes]:
    quick_and_traceless = ["-Djava.awt.headless=true", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]
    command = [program, *quick_and_traceless, "-jar", ODK_VALIDATE_PATH, str(form)]
    return subprocess.run(command, capture_output=True, timeout=LONGEST_SECONDS, check=False)


def _verdict(run: subprocess.CompletedProcess[bytes], path: str) -> Validation:
    said = _messages(run.stderr.decode("utf-8", "replace"), path)
    if run.returncode == 0:
        return Validation(warnings=said)
    if run.returncode < 0 or any("Unable to access jarfile" in message for message in said):
        return _skipped("it could not run")
    return Validation(complaints=said or ("The form is refused without a word.",))


def _skipped(reason: str) -> Validation:
    return Validation(warnings=(f"ODK Validate was skipped: {reason}.",))


def _messages(output: str, path: str) -> tuple[str, ...]:
    """One text for each paragraph that says something about the form; what speaks of Java is dropped."""
    found = []
    for paragraph in re.split(r"\n\s*\n", output.replace(path, "")):
        lines = [line for line in paragraph.splitlines() if not STACK_TRACE.search(line) and not FRAME.search(line.strip())]
        found.append(" ".join(JAVA_WORDS.sub("", line).strip() for line in lines).strip())
    return tuple(dict.fromkeys(text for text in found if text))
