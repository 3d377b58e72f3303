"""firesim: the first minutes of a wildfire, from ignition to outcome.

    fire -> sensors -> link -> dispatcher -> routes & plans -> people & responders -> outcomes

Names are imported when they are first used, so that `import firesim` is quick and so that the command half
can be loaded in a process that never loads the world.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
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


class _Package(ModuleType):
    """The package, whose functions stay what they are when the modules of the same name are imported.

    Importing `firesim.simulate` writes the module over the function in the package; a property cannot be written over.
    """


def _function(name: str, home: str) -> property:
    def get(_: ModuleType) -> Any:
        return getattr(import_module(home), name)

    def keep(_: ModuleType, value: Any) -> None:
        # The import system offers the module of the same name: it stands in `sys.modules`, where imports look.
        if not isinstance(value, ModuleType):
            raise AttributeError(f"firesim.{name} cannot be replaced; replace it in {home}")

    return property(get, keep)


for _name, _home in _HOME_OF.items():
    setattr(_Package, _name, _function(_name, _home))
sys.modules[__name__].__class__ = _Package
