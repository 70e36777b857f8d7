"""``python -m bench [law|sweep|streams|platform …]`` prints figures and keeps them (``.run/bench.json``); ``table``: for the docs."""

import sys

from bench import law, platform, streams
from bench.figures import Book, table
from bench.ground import ground
from runtime.settings import home


def main() -> None:
    """Measure what is named, or everything."""
    wanted = sys.argv[1:] or ["law", "streams", "platform"]
    book = Book(home() / "bench.json")
    if wanted == ["table"]:
        print(table(book.path))
        return
    if "law" in wanted:
        law.measure(book)
    if "sweep" in wanted:
        law.measure_whole_sweep(book)
    if "streams" in wanted:
        with ground() as servers:
            streams.measure(servers, book)
    if "platform" in wanted:
        platform.measure(book)
    print(f"kept in {book.path}")


if __name__ == "__main__":
    main()
