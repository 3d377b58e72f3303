# %% [markdown]
# # What does the pilot change in the first fire of Skiathos?
#
# One run to look at, then four paired replicates of two strategies. Four pairs are enough to see how the tools
# are used, and too few to conclude from: the last cell says how wide the intervals are.

# %%
import matplotlib.pyplot as plt

import firesim
from firesim.command.strategies import Pilot, register
from firesim.plots import budget_timeline, island_map
from firesim.record import read_run, whole_folder
from firesim.simulate import simulate, write

scenario = firesim.load_scenario("skiathos")
run = simulate(scenario, "pilot", seed=1)

# %% [markdown]
# Look for the gap between the dashed line (what the centre believed) and the solid one (what burnt), and for
# where the wind blows: the fire should run to the south.

# %%
with whole_folder("runs/first_fire", force=True) as folder:
    write(run, folder)
stored = read_run("runs/first_fire")
_, ax = plt.subplots(figsize=(11, 9.5), layout="constrained")
island_map(stored, ax)
plt.show()

# %% [markdown]
# The budget: each bar is time that somebody owns. Which owner has the longest bar inside the shaded window?

# %%
_, ax = plt.subplots(figsize=(10, 6.5), layout="constrained")
budget_timeline(stored, ax)
plt.show()

# %% [markdown]
# Now the comparison. Both strategies meet the same fire, wind, people and luck in each replicate, so the
# difference within a replicate is the effect of the strategy. A strategy of your own is a class with
# `decide(picture, now_s)`; here one that orders sooner than the pilot does.


# %%
class Cautious(Pilot):
    """Orders evacuation where the pilot would only warn."""

    def level_of(self, chance_order, chance_warn, parameters):
        return "order" if chance_warn >= parameters.order_probability else ""


register("Cautious", Cautious)
with_mine = scenario.with_strategy(
    "cautious",
    devices=scenario.strategies["pilot"].devices,
    channels=scenario.strategies["pilot"].channels,
    policy="Cautious",
)
study = firesim.compare(
    with_mine, ["today", "pilot", "cautious"], replicates=4, workers=2, policies={"Cautious": Cautious}
)

# %% [markdown]
# What was found, with the number and its interval.

# %%
shown = ["first_report_delivered_min", "at_risk_safe_share", "realised_margin_min", "exposed_person_min"]
columns = ["outcome", "strategy", "baseline_mean", "difference", "low", "high", "pairs"]
answer = study.differences[study.differences["outcome"].isin(shown)][columns].round(3)
print(answer.to_string(index=False))
