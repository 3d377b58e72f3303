"""Reading a file that the user names."""

from __future__ import annotations

from pathlib import Path

from firesim.inputs.problems import Problems


def read_text(field: str, path: Path, problems: Problems) -> str | None:
    """The file as text, or None with the problem noted."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        # What the command line names is an option or an argument: --closures, DEMAND.
        is_of_command = field.startswith("--") or field.isupper()
        remedy = f"Correct the path{'' if is_of_command else '; it is relative to the file that names it'}."
        problems.add(field, str(path), "There is no such file.", remedy)
    except UnicodeDecodeError as error:
        problems.add(field, str(path), f"The file cannot be read: {error}.", "Make it a text file in UTF-8.")
    except OSError as error:
        problems.add(field, str(path), f"The file cannot be read: {error.strerror}.", "Give a readable text file.")
    return None
