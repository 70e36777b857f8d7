"""Copies of the law's rows with lines added, for tests that ask what a correction changes."""

import csv
import shutil
from pathlib import Path

import law
from law.reference import load
from law.rows import Book

DATA = Path(law.__file__).with_name("data")
Line = dict[str, str]


class RowBook:
    """A folder of rows that lines may be appended to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for file in DATA.glob("*.csv"):
            shutil.copy(file, folder / file.name)

    def lines(self, name: str) -> list[Line]:
        with (self.folder / f"{name}.csv").open(encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def add(self, name: str, /, **cells: str) -> None:
        """Append a line; cells not given are blank."""
        with (self.folder / f"{name}.csv").open(encoding="utf-8") as file:
            header = next(csv.reader(file))
        with (self.folder / f"{name}.csv").open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, header, lineterminator="\n").writerow({cell: cells.get(cell, "") for cell in header})

    def book(self) -> Book:
        """The rows, read and checked anew."""
        return load(self.folder)
