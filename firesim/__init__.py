"""firesim: the first minutes of a wildfire, from ignition to outcome.

    fire -> sensors -> link -> dispatcher -> routes & plans -> people & responders -> outcomes

Names are imported when they are first used, so that `import firesim` is quick and so that the command half
can be loaded in a process that never loads the world.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from firesim.compare import compare as compare
    from firesim.record import read_run as read_run
    from firesim.scenario import load_scenario as load_scenario
    from firesim.simulate import simulate as simulate

__version__ = "0.1.0"

_HOME_OF = {
    "compare": "firesim.compare",
    "load_scenario": "firesim.scenario",
    "read_run": "firesim.record",
    "simulate": "firesim.simulate",
}

__all__ = ["__version__", *_HOME_OF]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'firesim' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
