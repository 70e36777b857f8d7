"""Assembles the gateway."""

from starlette.routing import Route, WebSocketRoute

from gateway import pages, projection
from gateway.assembly import Gateway
from gateway.endpoint import Endpoint
from gateway.models import Base
from gateway.sockets import Sockets
from gateway.tokens import Tokens
from runtime.service import Job, Service


def assemble() -> Service:
    """A gateway of its own."""
    own = Gateway()
    routes = [
        Route("/graphql", Endpoint(own.engine)),
        WebSocketRoute("/graphql", Sockets(own.engine).serve),
        Route("/", pages.portal),
        *Tokens(own.engine).routes(),
    ]
    jobs = [
        Job("tell subscribers", 1, own.tell_subscribers, is_endless=True),
        Job("hear other processes", 5, own.bridge.run, is_endless=True),
    ]
    return Service(
        "gateway", base=Base, handlers=[projection], jobs=jobs, routes=routes, after_commit=own.applied, on_start=own.start
    )


service = assemble()
