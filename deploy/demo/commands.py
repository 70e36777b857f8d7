"""The demo's commands: lodge, feed, replay."""

import asyncio
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from contracts.petitions import LodgeForm
from contracts.vocabulary import Kind, Role, Source
from deploy.demo import letters, receipt_log, verdict
from deploy.demo.aside import DidNotStart, platform_aside
from deploy.demo.client import Badge, Platform, Refused
from deploy.demo.feed import Past, Progress, begun
from deploy.demo.letters import Letter, Wish
from deploy.demo.live import Live
from deploy.demo.replay import Replay, Told
from runtime.auth import private_key
from runtime.calling import NobodyAnswers
from runtime.clock import LegalClock, uuid7
from runtime.settings import home

DEFAULT_SEED = 107
"""After Conclusion 107-KL/TW, from which all the plans come."""


def register(app: typer.Typer) -> None:
    """Add the demo's commands."""
    app.command()(lodge)
    app.command()(feed)
    app.command()(replay)


def lodge(
    kind: Annotated[Kind | None, typer.Option(help="kind of the letters; any when left out")] = None,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="how many")] = 1,
    to: Annotated[str | None, typer.Option(help="code of the body that receives them")] = None,
    seed: Annotated[int | None, typer.Option(help="the same seed lodges the same letters")] = None,
    file: Annotated[Path | None, typer.Option(help="letters of yours as JSON (forms of POST /petitions); - reads standard input")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Lodge letters on the portal, invented or given, and print their receipt codes."""
    forms = given(file) if file else [on_portal(letter) for letter in invented(kind, count, to, seed)]
    with _one_sentence():
        answers = asyncio.run(_lodge(forms))
    if as_json:
        sys.stdout.write(json.dumps(answers, ensure_ascii=False) + "\n")
    for answer in [] if as_json else answers:
        found = answer.get("ok")
        typer.echo(f"{found['code']}  {found['received_by']}  {found['case_id']}" if found else answer["refusal"]["detail"], err=not found)
    if any("refusal" in answer for answer in answers):
        raise typer.Exit(1)


def invented(kind: Kind | None, count: int, to: str | None, seed: int | None) -> list[Letter]:
    """Letters received today."""
    chosen = random.SystemRandom().randrange(10**9) if seed is None else seed
    today = LegalClock().today()
    return [letters.letter(chosen, number, today, Wish(kind=kind, receiver=to)) for number in range(count)]


def on_portal(letter: Letter) -> LodgeForm:
    """The form as a citizen sends it from home: nothing in it that only an officer may say."""
    axes = msgspec.structs.replace(letter.form.axes, source=Source.PORTAL, is_in_person=False, forwarder=None)
    return msgspec.structs.replace(letter.form, axes=axes, external_id=None, received_on=None)


def given(file: Path) -> list[LodgeForm]:
    """The letters in a file. A file that does not hold such forms ends the program with a sentence."""
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        found = msgspec.json.decode(data, type=LodgeForm | list[LodgeForm])
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise typer.BadParameter(f"{file} does not hold a letter: {wrong}") from wrong
    return found if isinstance(found, list) else [found]


async def _lodge(forms: list[LodgeForm]) -> list[dict[str, Any]]:
    bodies = [{**msgspec.to_builtins(form), "idempotency_key": uuid7()} for form in forms]
    async with Platform(home() / "keys", patience=1) as platform:
        return await platform.batch("intake", "/petitions/batch", bodies, badge=Badge(Role.ANONYMOUS))


def feed(
    count: Annotated[int, typer.Option(min=1, help="letters of the past")] = 3000,
    days: Annotated[int, typer.Option(min=30, max=700, help="how long the past is")] = 180,
    every: Annotated[float, typer.Option(min=0.05, help="seconds between two acts of the live feed, on average")] = 2.0,
    seed: Annotated[int, typer.Option(help="the same seed gives the same province")] = DEFAULT_SEED,
    live: Annotated[bool, typer.Option(help="go on with a gentle live feed once the past is built")] = True,
) -> None:
    """Fill the platform with a past of some months, then let things move. Goes on where it was when killed."""
    os.umask(0o077)
    private_key(home() / "keys")  # where there are none no platform ever ran, and nothing shall be begun
    book, progress = begun(home(), seed=seed, count=count, days=days, today=LegalClock().today())
    with _one_sentence():
        asyncio.run(_feed(Past(Platform(home() / "keys"), book, progress, _say), progress, every if live else None))


async def _feed(past: Past, progress: Progress, every: float | None) -> None:
    async with past.platform:
        pending = await past.build()
        if every is not None:
            await Live(past.desk, past.book, progress, pending, LegalClock().today).run(every)


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


@contextmanager
def _one_sentence() -> Iterator[None]:
    """What stops a command is told in one sentence, with exit code 1."""
    try:
        yield
    except (NobodyAnswers, DidNotStart) as problem:
        raise SystemExit(str(problem)) from problem
    except Refused as refused:
        raise SystemExit(str(refused.problem.get("detail", refused))) from refused
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def replay(
    log: Annotated[str, typer.Argument(help="name of the log")] = "receipt_wabo",
    data: Annotated[Path, typer.Option(help="folder of real logs")] = Path("../shared/data/event_logs"),
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Drive a real municipal log through a platform of its own, and print what reporting says of it."""
    path = data / f"{log}.csv.gz"
    if log != "receipt_wabo" or not path.exists():
        typer.echo(f"Không có nhật ký {log} ở {data}; không có gì để chạy lại · there is no log {log} there, so nothing is replayed.")
        return
    cases = receipt_log.read(path)
    say = (lambda sentence: typer.echo(sentence, err=True)) if as_json else _say
    with _one_sentence(), platform_aside("replay", say) as folder:
        told = asyncio.run(_replay(folder, cases, say))
    said = receipt_log.lateness(cases)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode({"log": said, "platform": told, "agrees": verdict.agrees(said, told)}) + b"\n")
    else:
        typer.echo(verdict.account(cases, said, told))
    if not verdict.agrees(said, told):
        raise typer.Exit(1)


async def _replay(folder: Path, cases: list[receipt_log.LogCase], say: Callable[[str], None]) -> Told:
    async with Platform(folder / "keys") as platform:
        return await Replay(platform, cases, say).run()
