"""The baseline of ``graphql``: an endpoint written for one question, over the same statement and the same SQLite file.

``python -m bench.bare PORT FILE`` with the statement and its values as JSON on standard input.
"""

import json
import sys

import pysqlite3.dbapi2 as sqlite3
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def main() -> None:
    """Serve until ended."""
    told = json.load(sys.stdin)
    connection = sqlite3.connect(sys.argv[2], check_same_thread=False)
    connection.execute("PRAGMA query_only=ON")

    async def page(request: Request) -> Response:
        await request.body()
        (answer,) = connection.execute(told["sql"], told["values"]).fetchone()
        return Response(b'{"data":' + answer.encode() + b"}", media_type="application/json")

    app = Starlette(routes=[Route("/page", page, methods=["POST"])])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)


if __name__ == "__main__":
    main()
