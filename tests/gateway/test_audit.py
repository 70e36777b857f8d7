"""The GraphQL-over-HTTP audit (npm ``graphql-http``) against a served gateway; skipped with a reason where node is missing."""

import asyncio
import json
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
import uvicorn

from contracts.vocabulary import Role
from tests.gateway.world import WARD, World

_HERE = Path(__file__).parent / "audit"


def installed(folder: Path) -> Path:
    """The audit with its packages in a folder of the test."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed: the GraphQL-over-HTTP audit was not run")
    for name in ("package.json", "audit.mjs"):
        shutil.copy(_HERE / name, folder)
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        pytest.skip("npm could not install graphql-http: the GraphQL-over-HTTP audit was not run")
    return folder


async def test_every_check_of_the_graphql_over_http_audit_holds(world: World, tmp_path: Path) -> None:
    folder = installed(tmp_path)
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(world.service.app(), log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve([listening]))
    try:
        command = ["node", "audit.mjs", f"http://127.0.0.1:{port}/graphql", world.token(Role.OFFICER, WARD)]
        process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=asyncio.subprocess.PIPE)
        output, _ = await asyncio.wait_for(process.communicate(), 60)
    finally:
        server.should_exit = True
        await serving
    results = json.loads(output)
    failed = [f"{one['status']} {one['id']} {one['name']}: {one['reason']}" for one in results if one["status"] != "ok"]
    assert failed == []
    assert len(results) == 61
