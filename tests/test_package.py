"""What `import firesim` gives stays what it is, whatever is imported in which order."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "first", ["firesim.simulate", "from firesim.compare import compare", "from firesim.simulate.clock import Clockwork"]
)
def test_the_functions_of_the_package_stay_functions(first: str) -> None:
    code = f"""
import firesim
{first}
import firesim.simulate.result
from firesim import simulate
for name in ("simulate", "compare", "load_scenario", "read_run"):
    for _ in range(2):
        assert type(getattr(firesim, name)).__name__ == "function", name
assert simulate is firesim.simulate
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_importing_the_package_alone_loads_none_of_its_parts() -> None:
    code = "import sys, firesim; assert not [m for m in sys.modules if m.startswith('firesim.')]"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_unknown_name_is_an_attribute_error() -> None:
    import firesim

    with pytest.raises(AttributeError, match="no_such_thing"):
        firesim.no_such_thing  # noqa: B018
