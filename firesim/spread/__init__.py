"""Fire alone: `firesim spread CASE.yaml --out DIR`.

case = load_case(Path("case.yaml"))       # every error at once
solved = solve(case)                      # arrival, intensity, flame length, rate of spread
write_folder(case, solved, Path("out"))
"""

from firesim.spread.case import SpreadCase
from firesim.spread.folder import write_folder
from firesim.spread.load import LoadedCase, load_case
from firesim.spread.solve import Solved, solve

__all__ = ["LoadedCase", "Solved", "SpreadCase", "load_case", "solve", "write_folder"]
