"""The command line. Exit status: 0 done, 2 the user's input is wrong, 1 a fault of ours.

Results go to standard output, progress and errors to standard error. The heavy parts are imported by the
command that needs them, so that `firesim --help` is quick.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

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


class WrongInput(Exception):
    """The user's input is wrong; the message is what the user reads."""


def main() -> None:
    """Run the command line; never shows a traceback for the user's own mistakes."""
    from firesim.record import FolderExists, NotARun

    try:
        app(standalone_mode=True)
    except (WrongInput, FolderExists, NotARun) as error:
        _fail(str(error))
    except ValueError as error:
        # BadInput and its kin say what is wrong with the input; any other ValueError is a fault of ours.
        if type(error).__name__ not in {"BadInput", "OtherStudy", "InputError"}:
            raise
        _fail(str(error))
    except BrokenPipeError:
        os._exit(0)
    except KeyboardInterrupt:
        _fail("Interrupted; no complete folder was written.", status=130)


def _fail(message: str, status: int = 2) -> NoReturn:
    _err.print(message, markup=False, soft_wrap=True)
    sys.exit(status)


def _scenario(name: str) -> Scenario:
    from firesim.scenario import load_scenario

    return load_scenario(name)


def _strategy_of(scenario: Scenario, strategy: str) -> str:
    if strategy not in scenario.strategies:
        raise WrongInput(f"{scenario.name} has no strategy {strategy!r}.\n  It has: {', '.join(scenario.strategies)}.")
    return strategy


def _must_be_free(folder: Path, force: bool) -> None:
    """Refuse before the work rather than after it."""
    from firesim.record import FolderExists

    if folder.exists() and not force:
        raise FolderExists(f"{folder} exists. Choose another folder with --out, or replace it with --force.")


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
    _strategy_of(loaded, strategy)
    folder = out or Path("runs") / f"{loaded.name}-{strategy}-{seed}"
    _must_be_free(folder, force)

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
    if seconds is None or seconds != seconds:
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
    names = [_strategy_of(loaded, name.strip()) for name in strategies.split(",")]
    if len(set(names)) < 2 or len(set(names)) != len(names):
        raise WrongInput(f"--strategies {strategies}\n  names fewer than two different strategies.\n  Give two or more.")
    folder = out or Path("studies") / f"{loaded.name}-{'-'.join(names)}-{seed}"
    _must_be_free(folder, force)

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
        raise WrongInput("--dask needs Dask.\n  Install it: pip install 'firesim[dask]'.") from None
    return Client(address).get_executor()


@app.command()
def check(scenario: ScenarioArgument) -> None:
    """All that is wrong with a scenario; then what it means, in words."""
    from firesim.scenario.check import in_words

    _out.print(in_words(_scenario(scenario)), markup=False, soft_wrap=True)


@app.command()
def plot(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run or study folder.")]) -> None:
    """Draw every standard figure of a run or study folder."""
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
