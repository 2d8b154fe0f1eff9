"""Where do the pipelines of `make demo` come from? A stand-in GitLab that speaks its protocol.

    python -m demo.gitlab --port 8090 --token glpat-demo --projects generated:12

GraphQL and REST v4 answer as GitLab documents them, errors and limits included. What goes
wrong is switched at `/-/control`: POST {"mode": "expired"}; GET tells what was asked so far.
Modes: ok expired scope throttled old nographql error html truncated slow timeout.
"""

import argparse
import asyncio
import contextlib
import os
import sys

from aiohttp import web

from demo import ports
from demo.gitlab.rest import Rest
from demo.gitlab.server import GitLab
from demo.gitlab.world import projects_of


def application(gitlab: GitLab) -> web.Application:
    """Return the routes of `gitlab`."""
    rest = Rest(gitlab)
    app = web.Application(middlewares=[gitlab.guard])
    api = "/api/v4/projects/{project}"
    app.add_routes(
        [
            web.post("/api/graphql", gitlab.graphql),
            web.get("/api/v4/version", rest.version),
            web.get("/api/v4/personal_access_tokens/self", rest.token_self),
            web.get(api, rest.project),
            web.get(f"{api}/pipelines", rest.pipelines),
            web.get(f"{api}/pipelines/{{pipeline}}", rest.pipeline),
            web.get(f"{api}/pipelines/{{pipeline}}/jobs", rest.jobs),
            web.get(f"{api}/deployments", rest.deployments),
            web.get("/-/control", gitlab.control),
            web.post("/-/control", gitlab.control),
            web.get("/{path:(?!api/).*}", gitlab.page),
        ]
    )
    return app


async def serve(gitlab: GitLab, port: int) -> None:
    """Serve until the process is ended; tell the address first."""
    runner = web.AppRunner(application(gitlab), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    try:
        await site.start()
    except OSError as error:
        sys.exit(f"The demo's GitLab needs port {port}: {os.strerror(error.errno or 0)}")
    address = site._server.sockets[0].getsockname()
    print(f"Stand-in GitLab at http://127.0.0.1:{address[1]}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--port", type=int, default=ports.GITLAB, help="0 takes any free port")
    parser.add_argument("--token", default="glpat-demo")
    parser.add_argument("--projects", default="generated:12", help="generated:N[:seconds] or a JSON file")
    parser.add_argument("--expires-at", default=None, help="last day of the token, such as 2027-03-01")
    given = parser.parse_args()
    gitlab = GitLab(given.token, projects_of(given.projects), given.expires_at)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(gitlab, given.port))


if __name__ == "__main__":
    main()
