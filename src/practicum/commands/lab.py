"""`practicum lab`: the best model that one's own pictures allow, with an error bar and an explanation."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from practicum.lab.reading import Reading
    from practicum.lab.story import Story

PREPROCESSINGS = ("0-255", "0-1", "-1-1", "caffe", "torch")
DEFAULT_MINUTES = 10.0
_COULD_NOT = 2
_INTERRUPTED = 130


@click.group()
def lab() -> None:
    """Transfer learning on your own pictures: the best model they allow, with an error bar and an explanation."""
    # TensorFlow tells of hardware it does not find, before anything of ours can ask it not to.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@lab.command()
@click.argument("pictures", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="Where the model goes.")
@click.option(
    "--minutes",
    type=click.FloatRange(min=0),
    default=DEFAULT_MINUTES,
    show_default=True,
    help="Time for what is tried beyond the probes: drawn views, fine-tuning.",
)
@click.option("--backbone", "name", metavar="NAME", help="The pretrained network to build on.")
@click.option(
    "--preprocessing",
    type=click.Choice(PREPROCESSINGS),
    default="0-255",
    show_default=True,
    help="What the network of a Keras file wants to be given.",
)
@click.option("--side", type=click.IntRange(min=1), help="Height and width that pictures are brought to, in pixels.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="What chance is drawn from.")
def fit(
    pictures: Path,
    folder: Path | None,
    minutes: float,
    name: str | None,
    preprocessing: str,
    side: int | None,
    seed: int,
) -> None:
    """Learn to tell pictures apart, and say how well, how surely, and what would help.

    DIR holds a folder of pictures for each class; a CSV of files and labels, a .zip of either, or an .npz will do too.
    The same command goes on where an interrupted one stopped. Exit code: 0 if there is a model, 2 if there is none.
    """
    started = time.monotonic()
    folder = folder or Path(f"{_title(pictures)}-model")
    with _clear_errors(folder), _progress() as tell:
        tell("starting", 0, 1)
        from practicum.lab import export, fit, reading, registry
        from practicum.lab.cache import Disk, Steps
        from practicum.lab.scores import hopeless

        network = registry.backbone(name or registry.DEFAULT, preprocessing=preprocessing)  # type: ignore[arg-type]
        side = side or network.usual_side
        read = reading.read(pictures, side=side, progress=lambda done, of: tell("reading pictures", done, of))
        _describe(read)
        if (why := hopeless(read.images.counts)) is not None:
            click.secho(f"{why}. What follows is worth little; more pictures are worth more.", fg="yellow", err=True)
        work = folder / "work"
        request = fit.Request(_title(pictures), str(pictures), minutes, seed, started=started)
        made = fit.fit(read, network, request, cache=Disk(work), steps=Steps(work), tell=tell)
        classes = "".join(f"{one}\n" for one in made.story.classes)
        (folder / export.CLASSES).write_text(classes, "utf-8")
        exports = export.export(made.model, folder, read.images.pixels[:20], progress=lambda what: tell(what, 0, 1))
        told = replace(made.story, exports=exports, seconds=time.monotonic() - started)
        _keep(told, folder)
    _conclude(told, folder)


@lab.command()
@click.argument("model", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("pictures", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print every class's probability, as JSON.")
def predict(model: Path, pictures: tuple[Path, ...], as_json: bool) -> None:
    """Say which class each of PICTURES, files or folders, belongs to, with the model that `lab fit` left in MODEL.

    Exit code: 0 if all could be read, 1 if some could not, 2 if none could or there is no model.
    """
    with _clear_errors(model), _progress() as tell:
        from practicum.lab import story
        from practicum.lab.reading import read_pictures

        told = story.load(model)
        tell("starting", 0, 1)
        pixels, names, left_out = read_pictures(_files(pictures), side=told.side)
        probabilities = _probabilities(model, pixels) if len(names) else []
    for remark in left_out:
        click.echo(f"{remark.file}: {remark.what}", err=True)
    if as_json:
        rows = [
            {"file": name, "class": _likeliest(told, one)[0][0], "probabilities": dict(_likeliest(told, one))}
            for name, one in zip(names, probabilities, strict=True)
        ]
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        _table(told, names, probabilities)
    sys.exit(_COULD_NOT if not names else 1 if left_out else 0)


@lab.command()
@click.argument("model", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--to", "file", type=click.Path(path_type=Path, dir_okay=False), help="The HTML file to write.")
@click.option("--open", "open_it", is_flag=True, help="Show it in the browser.")
def report(model: Path, file: Path | None, open_it: bool) -> None:
    """Write the report of the fit in MODEL again, one HTML file, and say what it found."""
    from practicum.lab import report, story

    with _clear_errors(model):
        told = story.load(model)
        report.write(told, file or model / "report.html")
    _conclude(told, model, file)
    if open_it:
        click.launch(str((file or model / "report.html").absolute()))


@lab.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--set", "kind", type=click.Choice(["shapes", "emoji"]), default="shapes", show_default=True, help="What is drawn."
)
@click.option("--per-class", type=click.IntRange(min=2), default=20, show_default=True, help="Pictures of each class.")
@click.option("--side", type=click.IntRange(min=16), default=96, show_default=True, help="Height and width in pixels.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="What chance is drawn from.")
def draw(folder: Path, kind: str, per_class: int, side: int, seed: int) -> None:
    """Draw pictures to try `lab fit` with, a folder of PNG files for each class, into the new folder DIR."""
    with _clear_errors(folder):
        from PIL import Image

        from practicum.lab.emoji import emoji_images
        from practicum.lab.shapes import shapes

        if folder.exists() and any(folder.iterdir()):
            _give_up(f"{folder}: is not empty; name a new folder")
        drawn = (shapes if kind == "shapes" else emoji_images)(per_class, seed=seed, side=side)
        for row, (pixels, label) in enumerate(zip(drawn.pixels, drawn.labels, strict=True)):
            file = folder / drawn.classes[label] / f"{row:05}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(file)
    click.echo(f"{len(drawn)} pictures of {len(drawn.classes)} classes in {folder}; now: practicum lab fit {folder}")


# --- what is read and kept --------------------------------------------------------------------------------------------


def _title(pictures: Path) -> str:
    return pictures.absolute().name.removesuffix(pictures.suffix) if pictures.is_file() else pictures.absolute().name


def _keep(told: Story, folder: Path) -> None:
    """The story, its report and its card; the story last, which says that all is there."""
    from practicum.lab import card, report, story

    report.write(told, folder / "report.html")
    card.write(told, folder / "model-card.md")
    story.save(told, folder)


def _files(named: Sequence[Path]) -> list[Path]:
    """The files that were named, and all pictures below the folders that were."""
    from practicum.lab.sources import Folder, is_picture

    found = []
    for one in named:
        if one.is_dir():
            found += [one / name for name in Folder(one).files() if is_picture(name)]
        else:
            found.append(one)
    return found


def _probabilities(model: Path, pixels: Any) -> Any:
    import keras

    from practicum.lab.features import forward
    from practicum.lab.repeat import repeatable

    repeatable()
    return forward(keras.saving.load_model(model / "model.keras", compile=False, safe_mode=True), pixels)


# --- what is said -----------------------------------------------------------------------------------------------------


def _describe(read: Reading) -> None:
    images = read.images
    counts = ", ".join(f"{name} {count}" for name, count in zip(images.classes, images.counts, strict=True))
    click.echo(f"{len(images)} pictures of {len(images.classes)} classes: {counts}", err=True)
    for remark in read.left_out[:10]:
        click.echo(f"  left out: {remark.file} {remark.what}", err=True)
    if len(read.left_out) > 10:
        click.echo(f"  and {len(read.left_out) - 10} more left out; the report lists them", err=True)


def _conclude(told: Story, folder: Path, file: Path | None = None) -> None:
    from practicum.lab import report

    click.secho(report.answer(told), bold=True)
    for line in [*report.doubts(told), *report.why(told)]:
        click.echo(line)
    for finding in told.findings:
        click.echo(f"{finding.severity}: {finding.title}. {finding.evidence} {finding.remedy}")
    click.echo(f"Next: {told.next_step}")
    click.echo(f"Report: {file or folder / 'report.html'}")
    for one in told.exports:
        click.echo(f"{one.format}: {folder / one.file}")


def _likeliest(told: Story, probabilities: Any) -> list[tuple[str, float]]:
    """Classes with their probabilities, the likeliest first."""
    pairs = zip(told.classes, (round(float(one), 4) for one in probabilities), strict=True)
    return sorted(pairs, key=lambda pair: -pair[1])


def _table(told: Story, names: Sequence[str], probabilities: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("picture", "class", "sure", "else"):
        table.add_column(title, no_wrap=title != "picture", justify="right" if title == "sure" else "left")
    for name, one in zip(names, probabilities, strict=True):
        (first, sure), (second, less) = _likeliest(told, one)[:2]
        table.add_row(name, first, f"{sure:.0%}", f"{second} {less:.0%}")
    if names:
        Console().print(table, markup=False)


@contextmanager
def _progress() -> Iterator[Any]:
    """A bar on standard error: what is done now, how much of it, how long all has taken."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=None)

        def tell(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of if of > 1 else None)

        yield tell


@contextmanager
def _clear_errors(folder: Path) -> Iterator[None]:
    """One clear message for what can go wrong, and exit code 2."""
    try:
        yield
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.startswith("practicum"):
            raise
        _give_up(f"{missing.name} is not installed; type: pip install 'practicum[tensorflow]'")
    except (OSError, ValueError, RuntimeError) as reason:
        if not _is_meant(reason):
            raise
        _give_up(str(reason) if not isinstance(reason, OSError) or not reason.filename else _told(reason))
    except KeyboardInterrupt:
        click.echo(f"interrupted; what was finished is kept in {folder}: type the same again to go on", err=True)
        sys.exit(_INTERRUPTED)


def _is_meant(reason: Exception) -> bool:
    """Whether it is one of the lab's own messages, or of the disk."""
    return isinstance(reason, OSError) or type(reason).__module__.startswith("practicum.") or type(reason) is ValueError


def _told(reason: OSError) -> str:
    return f"{reason.filename}: {reason.strerror}"


def _give_up(why: str) -> NoReturn:
    click.echo(why, err=True)
    raise SystemExit(_COULD_NOT)
