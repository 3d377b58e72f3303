"""Evacuation alone: `firesim evacuate NETWORK DEMAND.csv --exits A,B --out DIR`.

case = load_evacuation(Path("town.graphml"), Path("demand.csv"), "A,B")    # every error at once
evacuated = evacuate(case, Options("capacity"))                           # ways, traffic, and the bound
write_folder(case, evacuated, Path("out"))
"""

from firesim.evacuation.case import ASSIGNMENTS, GRIDLOCK_RULES, Evacuation, load_evacuation
from firesim.evacuation.folder import write_folder
from firesim.evacuation.second_looks import LookAgain
from firesim.evacuation.solve import Evacuated, Options, evacuate

__all__ = [
    "ASSIGNMENTS",
    "GRIDLOCK_RULES",
    "Evacuated",
    "Evacuation",
    "LookAgain",
    "Options",
    "evacuate",
    "load_evacuation",
    "write_folder",
]
