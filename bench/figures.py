"""Figures: what was measured, against what, how; shown as they come and kept in ``bench.json``."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. ``ratio`` is value : baseline when something was measured beside it, value : goal when there is a goal only.

    ``baseline`` is in the same unit. ``good`` says whether the goal was reached; None when there is none.
    """

    value: float
    unit: str
    method: str
    baseline: float | None = None
    ratio: float | None = None
    goal: str = ""
    good: bool | None = None


@dataclass(slots=True)
class Book:
    """The figures of one run, written after each, so that a run cut short leaves what it found."""

    path: Path
    figures: dict[str, Figure] = field(default_factory=dict)

    def enter(self, name: str, figure: Figure) -> None:
        """Keep a figure and show it."""
        self.figures[name] = figure
        self.path.parent.mkdir(parents=True, exist_ok=True)
        known = json.loads(self.path.read_text()) if self.path.exists() else {}
        known[name] = {key: _rounded(value) for key, value in asdict(figure).items()}
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n")
        part.replace(self.path)
        print(line(name, figure), flush=True)


def line(name: str, figure: Figure) -> str:
    """A figure on one line."""
    baseline = "" if figure.baseline is None else f"  baseline {_plain(figure.baseline)}"
    ratio = "" if figure.ratio is None else f"  ratio {figure.ratio:.2f}"
    mark = {True: "  ✓", False: "  ✗", None: ""}[figure.good]
    goal = f"  (goal {figure.goal}{mark})" if figure.goal else ""
    return f"{name:<24} {_plain(figure.value):>10} {figure.unit:<12}{baseline}{ratio}{goal}"


def _plain(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:,.2f}"


def _rounded(value: object) -> object:
    return float(f"{value:.5g}") if isinstance(value, float) else value


def table(path: Path) -> str:
    """The figures kept in ``bench.json`` as a Markdown table: name, value, baseline, ratio, method."""
    rows = ["| figure | value | baseline | ratio | method |", "|---|---|---|---|---|"]
    for name, one in json.loads(path.read_text("utf-8")).items():
        goal = f" (goal {one['goal']})" if one.get("goal") else ""
        baseline = "" if one["baseline"] is None else _plain(one["baseline"])
        ratio = "" if one["ratio"] is None else f"{one['ratio']:.2f}"
        rows.append(f"| `{name}` | {_plain(one['value'])} {one['unit']}{goal} | {baseline} | {ratio} | {one['method']} |")
    return "\n".join(rows)
