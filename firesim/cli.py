"""The command line. Exit status: 0 done, 2 the user's input is wrong, 1 a fault of ours.

Results go to standard output, progress and errors to standard error. The heavy parts are imported by the
command that needs them, so that `firesim --help` is quick.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from firesim.inputs.problems import BadInput, Problem, Problems, nearest

if TYPE_CHECKING:
    from firesim.scenario import Scenario
    from firesim.simulate import Run

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="The first minutes of a wildfire."
)
_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)

ScenarioArgument = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or a shipped scenario.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="The folder to write.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace an existing folder.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Names the luck: the same seed, the same run.")]
FiguresOption = Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the standard figures.")]


INTERRUPTED = 130  # what the shell expects of a program that Ctrl-C has ended
_owns_process = False  # whether nothing else will be done in this process than one command


def main() -> None:
    """Run the command line, and nothing else in this process; never shows a traceback for the user's own mistakes."""
    global _owns_process
    _owns_process = True
    try:
        app(standalone_mode=True)
    except BadInput as problems:
        _err.print(str(problems), markup=False, soft_wrap=True)
        sys.exit(2)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            _err.print("Interrupted; no complete folder was written.")
        raise


def _scenario(name: str) -> Scenario:
    from firesim.scenario import load_scenario

    return load_scenario(name)


def _must_be_sound(
    scenario: Scenario, option: str, strategies: list[str], folder: Path, force: bool, source: Path
) -> None:
    """Refuse unknown strategies and a folder that is there already: before the work rather than after it."""
    from firesim.record.folder import must_be_free

    problems = Problems()
    for name in strategies:
        if name not in scenario.strategies:
            message = f"Scenario {scenario.name} has no such strategy; it has {', '.join(scenario.strategies)}."
            problems.add(option, name, message, nearest(name, scenario.strategies))
    if option == "--strategies" and (len(strategies) < 2 or len(set(strategies)) < len(strategies)):
        message = "A comparison needs two or more different strategies."
        problems.add(option, ",".join(strategies), message, "Name them with commas: today,pilot.")
    try:
        must_be_free(folder, force, [source])
    except BadInput as found:
        problems.found += found
    problems.raise_if_any()


@app.command()
def run(
    scenario: ScenarioArgument,
    strategy: Annotated[str, typer.Option(help="One of the scenario's strategies.")] = "pilot",
    seed: SeedOption = 1,
    out: OutOption = None,
    force: ForceOption = False,
    figures: FiguresOption = True,
) -> None:
    """One run: the budget as a table, and a run folder."""
    loaded = _scenario(scenario)
    folder = out or Path("runs") / f"{loaded.name}-{strategy}-{seed}"
    _must_be_sound(loaded, "--strategy", [strategy], folder, force, Path(scenario))

    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from firesim.record import whole_folder
    from firesim.simulate import simulate, write

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[clock]}"), TimeElapsedColumn())
    with Progress(*columns, console=_err, transient=True) as progress:
        task = progress.add_task(f"{loaded.name}, {strategy}", total=loaded.horizon_s, clock="")

        def tick(now_s: float, what: str) -> None:
            progress.update(task, completed=now_s, clock=f"{now_s / 60:.0f} min  {what}")

        result = simulate(loaded, strategy, seed=seed, progress=tick)
        with whole_folder(folder, force) as partial:
            write(result, partial)
            if figures:
                progress.update(task, completed=loaded.horizon_s, clock="drawing")
                _draw(partial)
    _show(result, folder, figures)


def _draw(folder: Path) -> list[Path]:
    import matplotlib

    matplotlib.use("Agg")
    from firesim.plots import save_figures

    return save_figures(folder)


def _show(run: Run, folder: Path, figures: bool) -> None:
    """The budget, the main outcomes, every warning, and where everything lies."""
    from rich.box import SIMPLE
    from rich.table import Table

    title = f"The fifteen-minute budget: {run.scenario.name}, {run.strategy}, seed {run.seed} [min:s]"
    table = Table(title=title, box=SIMPLE)
    for name in ("stage", "ignition +", "detection +", "owner", "in window"):
        table.add_column(name, justify="left" if name in ("stage", "owner") else "right", no_wrap=True)
    for row in run.budget.to_pylist():
        table.add_row(
            row["stage"],
            _minutes(row["since_ignition_s"]),
            _minutes(row["since_detection_s"]),
            row["owner"],
            "yes" if row["inside_window"] else "",
        )
    _out.print(table)
    outcome = run.outcomes
    _out.print(
        f"People at risk {outcome['people_at_risk']:,.0f} of {outcome['people']:,.0f}; warned "
        f"{outcome['at_risk_warned_share']:.0%}, departed {outcome['at_risk_departed_share']:.0%}, safe "
        f"{outcome['at_risk_safe_share']:.0%} of them; trapped {outcome['trapped_people']:,.0f} people, exposed "
        f"{outcome['exposed_person_min']:,.0f} person-minutes. Burnt {outcome['area_burnt_ha']:,.0f} ha. "
        "Surface fire only."
    )
    for warning in run.warnings:
        _out.print(f"Warning: {warning}", markup=False, style="yellow")
    _out.print(f"Run folder: {folder}", soft_wrap=True)
    if figures:
        for path in sorted((folder / "figures").iterdir()):
            _out.print(f"Figure: {path}", soft_wrap=True)


def _minutes(seconds: float | None) -> str:
    if seconds is None or seconds != seconds or seconds == float("inf"):
        return "never"
    sign = "-" if seconds < -0.5 else ""
    whole = round(abs(seconds))
    return f"{sign}{whole // 60}:{whole % 60:02d}"


@app.command()
def compare(
    scenario: ScenarioArgument,
    strategies: Annotated[str, typer.Option(help="Names, first the one to compare with.")] = "today,pilot",
    replicates: Annotated[int, typer.Option(min=2, help="How many pairs.")] = 20,
    seed: SeedOption = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes; the tables do not depend on it.")] = os.cpu_count()
    or 1,
    dask: Annotated[str | None, typer.Option(help="Address of a Dask scheduler to run on instead.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted study.")] = False,
    out: OutOption = None,
    force: ForceOption = False,
    figures: FiguresOption = True,
) -> None:
    """Paired comparison of strategies over many replicates."""
    loaded = _scenario(scenario)
    names = [name.strip() for name in strategies.split(",")]
    folder = out or Path("studies") / f"{loaded.name}-{'-'.join(names)}-{seed}"
    _must_be_sound(loaded, "--strategies", names, folder, force, Path(scenario))

    from rich.progress import Progress

    import firesim
    from firesim.compare import compare as run_study
    from firesim.compare import write_study
    from firesim.record.study import study_folder

    facts = {"scenario_hash": loaded.fingerprint, "seed": seed, "strategies": names, "firesim": firesim.__version__}
    with (
        study_folder(folder, facts, force, resume) as unfinished,
        Progress(console=_err, transient=True) as progress,
    ):
        task = progress.add_task(f"{loaded.name}: {' and '.join(names)}", total=replicates)
        study = run_study(
            loaded,
            names,
            replicates,
            seed=seed,
            workers=workers,
            executor=_dask_executor(dask) if dask else None,
            folder=unfinished,
            progress=lambda done, _: progress.update(task, completed=done),
        )
        write_study(study, unfinished.partial)
        if figures:
            _draw(unfinished.partial)
    _out.print((folder / "report.md").read_text(encoding="utf-8"), markup=False, soft_wrap=True)
    _out.print(f"Study folder: {folder}", soft_wrap=True)


def _dask_executor(address: str):  # type: ignore[no-untyped-def]
    try:
        from distributed import Client
    except ImportError:
        remedy = "Install it: pip install 'firesim[dask]'."
        raise BadInput([Problem("--dask", address, "This needs Dask.", remedy)]) from None
    return Client(address).get_executor()


@app.command()
def check(scenario: ScenarioArgument) -> None:
    """All that is wrong with a scenario; then what it means, in words."""
    from firesim.scenario.words import in_words

    _out.print(in_words(_scenario(scenario)), markup=False, soft_wrap=True)


@app.command()
def plot(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that firesim wrote.")]) -> None:
    """Draw every standard figure of a run, a study or an evacuation."""
    for path in _draw(folder):
        _out.print(f"Figure: {path}", soft_wrap=True)


@app.command()
def schema() -> None:
    """The JSON Schema of the scenario format."""
    import json

    from firesim.scenario import ScenarioFields

    typer.echo(json.dumps(ScenarioFields.model_json_schema(), indent=2))


@app.command()
def behave(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="Which law: surface, crown, spot_torching, ...")],
    source: Annotated[Path, typer.Argument(metavar="IN.csv", help="A row a case.")],
    target: Annotated[Path, typer.Argument(metavar="OUT.csv", help="The same rows with what the laws return.")],
) -> None:
    """The laws of fire behaviour over a table."""
    from firesim.behave import run_table

    run_table(table, source, target)


@app.command()
def spread(
    case: Annotated[Path, typer.Argument(metavar="CASE.yaml", help="Landscape, weather and ignition.")],
    out: Annotated[Path, typer.Option("--out", help="The folder to write.")],
    force: ForceOption = False,
) -> None:
    """Fire alone: arrival, intensity, flame length, rate of spread and outlines of one case."""
    from firesim.record.folder import must_be_free, whole_folder
    from firesim.spread import load_case, solve, write_folder

    must_be_free(out, force, [case])
    loaded = load_case(case)
    with _err.status(f"{case.name}: the fire spreads"):
        solved = solve(loaded)
        with whole_folder(out, force) as partial:
            facts = write_folder(loaded, solved, partial)
    for warning in facts["warnings"]:
        _err.print(f"Warning: {warning}", markup=False, style="bold yellow", soft_wrap=True)
    _out.print(
        f"Burnt {facts['burned_area_ha']:,.1f} ha, {facts['burned_cells']:,} cells, in {facts['duration_h']:g} h; "
        f"solved in {facts['solve_cpu_s']:.2f} s of CPU, {facts['solver']} solver: {facts['solver_error']}.",
        soft_wrap=True,
    )
    _out.print(f"Coordinates: {facts['coordinates']}.", soft_wrap=True)
    _out.print(f"Folder: {out}", soft_wrap=True)


def _compile_ahead(job: str) -> None:
    """Have the kernels of a job come from a library, which saves it numba's memory; told where that cannot be."""
    from firesim import ahead

    if not (_owns_process and ahead.is_wanted()):
        return
    try:
        if not ahead.is_compiled(job):
            with _err.status("Kernels are compiled, once for this version"):
                ahead.compile_library(job)
        ahead.use_library(job)
    except ahead.CannotCompile as why:
        _err.print(f"Note: {why}; this run takes some 130 MB more, the first 330.", markup=False, soft_wrap=True)


@app.command()
def evacuate(
    network: Annotated[Path, typer.Argument(metavar="NETWORK", help="Roads as directed GraphML, or OSMnx's.")],
    demand: Annotated[Path, typer.Argument(metavar="DEMAND.csv", help="node,departure_s: a row a vehicle.")],
    exits: Annotated[str, typer.Option("--exits", help="Nodes where people are safe, with commas.")],
    out: Annotated[Path, typer.Option("--out", help="The folder to write.")],
    assignment: Annotated[str, typer.Option(help="nearest, fastest, safest or capacity.")] = "fastest",
    closures: Annotated[Path | None, typer.Option(help="u,v,closes_at_s: from then on nobody enters.")] = None,
    step_s: Annotated[float, typer.Option("--step-s", help="How often queues are looked at; the plan's step.")] = 10.0,
    gridlock: Annotated[str, typer.Option(help="none, push or remove.")] = "push",
    force: ForceOption = False,
) -> None:
    """Evacuation alone: who comes out when, by which roads, over a network with queues."""
    inputs = [network, demand, *([] if closures is None else [closures])]
    if all(path.is_file() for path in inputs):  # else it ends at once
        _compile_ahead("firesim.evacuation.solve:compile_kernels")
    from firesim.evacuation import evacuate as run_evacuation
    from firesim.evacuation import load_evacuation, write_folder
    from firesim.evacuation.solve import read_options
    from firesim.record.folder import must_be_free, whole_folder

    problems = Problems()
    options = read_options(assignment, gridlock, step_s, problems)
    case = None
    for check in (lambda: must_be_free(out, force, inputs), lambda: load_evacuation(network, demand, exits, closures)):
        try:
            case = check() or case
        except BadInput as found:
            problems.found += found
    problems.raise_if_any()
    assert case is not None
    with _err.status(f"{demand.name}: everybody leaves"):
        evacuated = run_evacuation(case, options)
        with whole_folder(out, force) as partial:
            facts, warnings = write_folder(case, evacuated, partial)
    for warning in warnings:
        _err.print(f"Warning: {warning}", markup=False, style="bold yellow", soft_wrap=True)
    _out.print(
        f"Arrived {facts['arrived']:,}, stranded {facts['stranded']:,}, removed {facts['removed']:,} of "
        f"{len(case.node):,}; out after 50, 90, 100 %: {_minutes(facts['clearance_50_s'])}, "
        f"{_minutes(facts['clearance_90_s'])}, {_minutes(facts['clearance_100_s'])} min:s, no sooner than "
        f"{_minutes(facts['capacity_bound_s'])}. 90 % by step [s]: "
        + ", ".join(f"{step} {_minutes(clear_s)}" for step, clear_s in facts["clearance_90_by_step_s"].items())
        + (f". Driven {evacuated.driven.ways}" if options.assignment == "capacity" else "")
        + f". Planned in {facts['plan_cpu_s']:.2f} s, driven in {facts['traffic_cpu_s']:.2f} s of CPU.",
        markup=False,
        soft_wrap=True,
    )
    _out.print(f"Folder: {out}", soft_wrap=True)
