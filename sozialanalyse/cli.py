"""The command ``sozialanalyse``: English words, German output.

Nothing but click is imported before a command runs, so that help appears at once.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import FrameType
from typing import Final

import click

from sozialanalyse import __version__
from sozialanalyse.errors import SozialanalyseError

__all__ = ["commands", "main"]

_INTERRUPTED: Final = 130
_HEADINGS: Final = {"Options": "Optionen", "Commands": "Befehle"}


class _Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        super().write_usage(prog, args, prefix or "Aufruf: ")

    def write_heading(self, heading: str) -> None:
        """Write a heading in German."""
        super().write_heading(_HEADINGS.get(heading, heading))


class _Context(click.Context):
    formatter_class = _Formatter


class _Command(click.Command):
    context_class = _Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the help option with a German text."""
        return _help_option(super().get_help_option(ctx))


class _Group(click.Group):
    context_class = _Context
    command_class = _Command

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the help option with a German text."""
        return _help_option(super().get_help_option(ctx))


def _help_option(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = "Diese Hilfe anzeigen."
    return option


_data = click.option("--data", metavar="ORDNER", default="", help="Ordner mit dem Datensatz.")
_parameters = click.option(
    "--parameters", metavar="ORDNER", default="", help="Ordner mit den YAML-Dateien der Notebooks."
)


@click.group(
    cls=_Group,
    options_metavar="[OPTIONEN]",
    subcommand_metavar="BEFEHL …",
    help="Sozialraumanalysen erstellen: für jedes Gebiet eine Seite, aus Daten und Notebooks.\n\n"
    "»sozialanalyse BEFEHL --help« erklärt einen Befehl.",
)
@click.version_option(__version__, message="%(prog)s %(version)s", help="Version anzeigen.")
def commands() -> None:
    """Group of all commands."""


@commands.command(
    options_metavar="[OPTIONEN]",
    short_help="Seiten erstellen.",
    help="Notebooks für viele Gebiete ausführen und als HTML-Seiten ablegen.\n\n"
    "Ohne Namen laufen alle Notebooks, für die es eine YAML-Datei gibt. Ein Fehler in einem Gebiet hält die "
    "anderen nicht auf. Rückgabewert 0 nur, wenn alle Seiten erstellt wurden und sich keine geheime "
    "Angabe ableiten lässt.",
)
@click.argument("notebook", nargs=-1, metavar="[NOTEBOOK]…")
@_data
@_parameters
@click.option("--out", metavar="ORDNER", default="outputs", help="Ausgabeordner (sonst »outputs«).")
@click.option("--area", "areas", metavar="ID", multiple=True, help="Nur dieses Gebiet; mehrfach möglich.")
@click.option("--level", metavar="EBENE", default="", help="Nur Gebiete dieser Ebene.")
@click.option(
    "--jobs", metavar="ZAHL", type=click.IntRange(min=1), help="Prozesse zugleich (sonst je Kern einer)."
)
@click.option(
    "--engine",
    metavar="NAME",
    type=click.Choice(["fork", "papermill"]),
    default="fork",
    help="fork: alle Seiten aus einem vorbereiteten Prozess (sonst); papermill: je Seite ein neuer Kernel.",
)
@click.option(
    "--scheduler",
    metavar="ADRESSE",
    default="",
    help="Auf mehreren Rechnern: Adresse eines Schedulers von Dask (tcp://rechner:8786), oder »local«.",
)
@click.option("--force", is_flag=True, help="Auch Seiten neu erstellen, an denen sich nichts geändert hat.")
@click.option(
    "--quiet", is_flag=True, help="Nur melden, was fehlschlägt; alles andere steht in protokoll.txt."
)
@click.option(
    "--timeout", metavar="SEKUNDEN", type=click.IntRange(min=1), help="Zeitgrenze je Seite (sonst 1800)."
)
@click.option(
    "--memory", metavar="MIB", type=click.IntRange(min=64), help="Arbeitsspeicher je Seite (sonst 4096)."
)
def run(
    notebook: tuple[str, ...],
    data: str,
    parameters: str,
    out: str,
    areas: tuple[str, ...],
    level: str,
    jobs: int | None,
    engine: str,
    scheduler: str,
    force: bool,
    quiet: bool,
    timeout: int | None,
    memory: int | None,
) -> int:
    """Render pages."""
    folder = Path(out)
    if not force:
        lines = _unchanged(folder, data, parameters, notebook, areas, level)
        if lines:
            _echo([] if quiet else [*lines, _overview(folder)])
            return 0
    from sozialanalyse.batch.executors import available_cores  # noqa: PLC0415 - help must not wait for it
    from sozialanalyse.batch.machinery import choose_machinery, head_start  # noqa: PLC0415

    chosen = choose_machinery(
        engine, jobs=jobs or available_cores(), timeout=timeout, memory=memory, scheduler=scheduler
    )
    if chosen.remark:
        click.echo(chosen.remark, err=True)
    with head_start(chosen, data, parameters) as machinery:
        # What takes long to import comes after the start.
        from rich.console import Console  # noqa: PLC0415

        from sozialanalyse.batch.plan import select_runs  # noqa: PLC0415
        from sozialanalyse.batch.progress import progress_for  # noqa: PLC0415
        from sozialanalyse.batch.project import open_project  # noqa: PLC0415
        from sozialanalyse.batch.run import run_batch  # noqa: PLC0415
        from sozialanalyse.batch.summary import summary_lines  # noqa: PLC0415

        project = open_project(data, parameters)
        runs = select_runs(project.plan, project.dataset, notebook, areas, level)
        ready = machinery.knowing(project)
        with progress_for(Console(), quiet=quiet) as progress:
            summary = run_batch(
                project,
                runs,
                folder,
                executor=ready.executor,
                listener=progress,
                engine=ready.engine,
                force=force,
            )
    if summary.failed or not quiet:
        _echo(["", *summary_lines(summary), _overview(folder)])
    return 1 if summary.failed or summary.breaches else 0


def _unchanged(
    folder: Path,
    data: str,
    parameters: str,
    notebooks: Sequence[str],
    areas: Sequence[str],
    level: str,
) -> Sequence[str]:
    """Return the summary of a batch that has nothing to do; empty if there is something to do."""
    from sozialanalyse.batch.cache import CACHE, whole_digest  # noqa: PLC0415
    from sozialanalyse.batch.lock import locked  # noqa: PLC0415
    from sozialanalyse.batch.recipe import notebooks_folder  # noqa: PLC0415
    from sozialanalyse.batch.unchanged import unchanged_summary  # noqa: PLC0415
    from sozialanalyse.project import chosen_folder  # noqa: PLC0415

    if not (folder / CACHE).is_file():
        return ()
    rules = chosen_folder("parameters", parameters)
    with locked(folder):
        whole = whole_digest(chosen_folder("data", data), rules, notebooks_folder(rules))
        return unchanged_summary(folder, whole, notebooks, areas, level)


def _overview(folder: Path) -> str:
    return f"Übersicht: {(folder / 'index.html').as_posix()}"


@commands.command(
    options_metavar="[OPTIONEN]",
    short_help="Seiten noch einmal erstellen und vergleichen.",
    help="Alles, was in einem Ausgabeordner liegt, an anderer Stelle noch einmal erstellen und Byte für Byte "
    "vergleichen.\n\nRückgabewert 0, wenn alles gleich ist, sonst 1. Der Ordner wird nicht verändert.",
)
@click.argument("out", metavar="ORDNER")
@_data
@_parameters
@click.option(
    "--jobs", metavar="ZAHL", type=click.IntRange(min=1), help="Prozesse zugleich (sonst je Kern einer)."
)
@click.option(
    "--engine", metavar="NAME", type=click.Choice(["fork", "papermill"]), default="fork", help="Wie bei run."
)
def verify(out: str, data: str, parameters: str, jobs: int | None, engine: str) -> int:
    """Render again and compare the bytes."""
    from rich.console import Console  # noqa: PLC0415 - help must not wait for it

    from sozialanalyse.batch.executors import available_cores  # noqa: PLC0415
    from sozialanalyse.batch.machinery import choose_machinery  # noqa: PLC0415
    from sozialanalyse.batch.progress import progress_for  # noqa: PLC0415
    from sozialanalyse.batch.project import open_project  # noqa: PLC0415
    from sozialanalyse.batch.verify import differing_files  # noqa: PLC0415

    project = open_project(data, parameters)
    machinery = choose_machinery(engine, jobs=jobs or available_cores())
    with progress_for(Console()) as progress:
        differing, compared = differing_files(project, Path(out), machinery=machinery, listener=progress)
    if differing:
        _echo(["", f"{len(differing)} von {compared} Dateien sind nicht gleich:"])
        _echo(f"  {name}" for name in differing)
        return 1
    _echo(["", f"Alle {compared} Dateien sind Byte für Byte gleich."])
    return 0


@commands.command(
    options_metavar="[OPTIONEN]",
    short_help="Einen Datensatz prüfen.",
    help="Den Datensatz prüfen und alle Fehler mit Datei, Zeile, Spalte und Abhilfe nennen.\n\n"
    "Rückgabewert 0, wenn er in Ordnung ist, sonst 1.",
)
@_data
@_parameters
def check(data: str, parameters: str) -> int:
    """Validate a dataset."""
    from sozialanalyse.dataset.planning_forms import PLANNING_FORMS  # noqa: PLC0415 - help must not wait
    from sozialanalyse.dataset.read import read_dataset  # noqa: PLC0415
    from sozialanalyse.indicators.compute import compute_values  # noqa: PLC0415
    from sozialanalyse.planning_rules import planning_check  # noqa: PLC0415
    from sozialanalyse.project import chosen_folder  # noqa: PLC0415

    rules = planning_check(chosen_folder("parameters", parameters))
    dataset = read_dataset(chosen_folder("data", data), rules)
    years = dataset.observations["year"]
    span = "" if years.empty else f", {_span(int(years.min()), int(years.max()))}"
    made_up = " Die Zahlen sind erfunden (Beispieldaten)." if dataset.synthetic else ""
    counts = (
        f"{_count(len(dataset.areas), 'Gebiet', 'Gebiete')} auf "
        f"{_count(len(dataset.levels), 'Ebene', 'Ebenen')}, "
        f"{_count(len(dataset.indicators), 'Indikator', 'Indikatoren')}, "
        f"{_count(len(dataset.observations), 'Beobachtung', 'Beobachtungen')}{span}"
    )
    _echo([f"Der Datensatz »{dataset.title}« ist in Ordnung: {counts}.{made_up}"])
    planning = [f"{PLANNING_FORMS[name].title} {len(frame)}" for name, frame in dataset.planning.present()]
    if planning:
        _echo([f"Planungstabellen: {', '.join(planning)}."])
    remarks = dataset.remarks + compute_values(dataset).remarks
    if remarks:
        _echo(["", "Hinweise:", *(f"- {remark}" for remark in remarks)])
    return 0


@commands.command(
    options_metavar="[OPTIONEN]",
    short_help="Einen neuen Projektordner anlegen.",
    help="Einen Projektordner anlegen, der nur noch gefüllt werden muss: Daten, Regeln, Notebooks und eine "
    "Arbeitsmappe für die Planungstabellen mit Auswahllisten und Erklärungen.\n\n"
    "Der Ordner darf noch nichts enthalten.",
)
@click.argument("folder", metavar="ORDNER")
@click.option(
    "--data",
    metavar="ORDNER",
    default="",
    help="Einen Datensatz übernehmen; seine Planungstabellen kommen in die Arbeitsmappe.",
)
@_parameters
def new(folder: str, data: str, parameters: str) -> int:
    """Make a project folder."""
    from sozialanalyse.batch.new_project import create_project  # noqa: PLC0415 - help must not wait

    _echo(create_project(Path(folder), Path(data) if data else None, parameters))
    return 0


@commands.command(
    options_metavar="[OPTIONEN]",
    short_help="Erstellte Seiten angreifen.",
    help="Erstellte Seiten lesen wie eine fremde Person und versuchen, geheime Angaben auszurechnen.\n\n"
    "Rückgabewert 0, wenn das nicht gelingt, sonst 1; dann nennt jede Zeile Indikator, Gebiet und Jahr.",
)
@click.argument("out", metavar="ORDNER")
def audit(out: str) -> int:
    """Attack rendered pages."""
    from sozialanalyse.batch.audit import audit_folder, audit_lines  # noqa: PLC0415 - help must not wait

    report = audit_folder(Path(out))
    _echo(audit_lines(report))
    return 1 if report.breaches else 0


@commands.command(
    "list",
    options_metavar="[OPTIONEN]",
    short_help="Zeigen, was es gibt.",
    help="Notebooks, Ebenen, Gebiete und Indikatoren zeigen.",
)
@_data
@_parameters
def show(data: str, parameters: str) -> int:
    """List notebooks, levels, areas and indicators."""
    from sozialanalyse.batch.project import open_project  # noqa: PLC0415 - help must not wait for pandas
    from sozialanalyse.vocabulary import DOMAIN_LABELS  # noqa: PLC0415

    project = open_project(data, parameters)
    dataset, plan = project.dataset, project.plan
    sizes = dataset.areas["level"].value_counts()
    notebooks: list[tuple[str, ...]] = []
    for recipe in plan.recipes:
        pages = sum(run.notebook == recipe.notebook and not run.on_request for run in plan.runs)
        served = plan.skipped.get(recipe.notebook, _count(pages, "Seite", "Seiten"))
        notebooks.append((recipe.notebook, served, recipe.title))
    blocks: dict[str, list[tuple[str, ...]]] = {
        "Notebooks": notebooks,
        "Ebenen": [
            (level.level, _count(int(sizes.get(level.level, 0)), "Gebiet", "Gebiete"), level.label)
            for level in dataset.levels
        ],
        "Gebiete": list(zip(dataset.areas.index, dataset.areas["level"], dataset.areas["name"], strict=True)),
        "Indikatoren": list(
            zip(
                dataset.indicators.index,
                dataset.indicators["domain"].map(DOMAIN_LABELS),
                dataset.indicators["unit"],
                dataset.indicators["label"],
                strict=True,
            )
        ),
    }
    for number, (heading, rows) in enumerate(blocks.items()):
        _echo([*([""] if number else []), heading, *_aligned(rows)])
    return 0


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _count(number: int, one: str, many: str) -> str:
    grouped = f"{number:,}".replace(",", ".")
    return f"{grouped} {one if number == 1 else many}"


def _span(first: int, last: int) -> str:
    return f"Jahr {first}" if first == last else f"Jahre {first} bis {last}"


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 all well, 1 something failed, 2 wrong call, 130 interrupted.

    Parameters
    ----------
    arguments : sequence of str, optional
        Instead of those of the process.
    """
    for stream in (sys.stdout, sys.stderr):
        # A German text must not fail on a console that cannot show one of its characters.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # A shell that starts a command in the background lets it ignore this one; whoever sends it means it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = commands.main(
            list(sys.argv[1:] if arguments is None else arguments), "sozialanalyse", standalone_mode=False
        )
    except click.UsageError as error:
        click.echo(f"{_usage_text(error)}\nHilfe: {_path_of(error)} --help", err=True)
        sys.exit(2)
    except SozialanalyseError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(
            f"Eine Datei ließ sich nicht lesen oder schreiben ({error}). Bitte Rechte prüfen.", err=True
        )
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Abgebrochen. Fertige Seiten bleiben erhalten.", err=True)
        sys.exit(_INTERRUPTED)
    sys.exit(code)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _path_of(error: click.UsageError) -> str:
    return error.ctx.command_path if error.ctx is not None else "sozialanalyse"


def _usage_text(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            return f"Die Option »{error.option_name}« gibt es nicht."
        case click.BadOptionUsage():
            return f"Die Option »{error.option_name}« ist falsch verwendet; meist fehlt ihr Wert."
        case click.MissingParameter(param=click.Parameter() as parameter):
            return f"Es fehlt die Angabe {parameter.metavar}."
        case click.BadParameter(param=click.Parameter() as parameter):
            return f"Der Wert von »{parameter.opts[0]}« ist nicht zulässig{_allowed(parameter.type)}."
    if error.ctx is not None and error.ctx.command is not commands:
        return f"»{error.ctx.info_name}« versteht diesen Aufruf nicht; er hat eine Angabe zu viel."
    known = ", ".join(sorted(commands.commands))
    return f"Dieser Aufruf ist nicht möglich. Befehle: {known}."


def _allowed(kind: object) -> str:
    match kind:
        case click.Choice():
            return f"; erlaubt: {', '.join(map(str, kind.choices))}"
        case click.IntRange():
            return f"; erlaubt: ganze Zahlen ab {kind.min}"
    return ""
