"""What does the stand-in GitLab answer to a GraphQL query, and what may a query cost?

The cost rule is GitLab's: a field costs 1 and its children, a call to Gitaly 1 more; a
connection behind a resolver is multiplied by 1 % for each row of its page, which is 100 when
the query does not say.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import graphql
from graphql import language

from demo.gitlab_world import Spec, World

MAX_DEPTH = 20
MAX_CHARACTERS = 10_000
PAGE = 100
RESOLVED = {
    ("Query", "projects"),
    ("Group", "projects"),
    ("Project", "pipelines"),
    ("Pipeline", "jobs"),
    ("Pipeline", "stages"),
}
GITALY = {("Repository", "rootRef"), ("Repository", "empty"), ("Repository", "exists")}


@cache
def schema(is_old: bool = False) -> graphql.GraphQLSchema:
    """Return the schema; an old GitLab does not know `fullPaths`."""
    text = Path(__file__).with_suffix("").with_name("gitlab.graphql").read_text()
    return graphql.build_schema(text.replace("fullPaths: [String!], ", "") if is_old else text)


def _page(rows: list[Any], first: int | None) -> dict[str, Any]:
    kept = rows[: min(first or PAGE, PAGE)]
    return {"nodes": kept, "count": len(rows), "pageInfo": {"hasNextPage": len(kept) < len(rows)}}


def _job(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"gid://gitlab/Ci::Build/{row['id']}",
        "name": row["name"],
        "status": row["status"].upper(),
        "stage": {"name": row["stage"]},
        "duration": None if row["duration"] is None else round(row["duration"]),
        "allowFailure": row["allow_failure"],
        "retried": row["retried"],
        "failureMessage": row["failure_message"],
    }


def _pipeline(row: dict[str, Any]) -> dict[str, Any]:
    def jobs(_info: Any, retried: bool | None = None, first: int | None = None, **_rest: Any) -> Any:
        kept = [job for job in row["jobs"] if retried is None or job["retried"] == retried]
        return _page([_job(job) for job in kept[::-1]], first)

    def stages(_info: Any, first: int | None = None, **_rest: Any) -> Any:
        return _page([{"name": name} for name in dict.fromkeys(job["stage"] for job in row["jobs"])], first)

    return {
        "id": f"gid://gitlab/Ci::Pipeline/{row['id']}",
        "iid": str(row["iid"]),
        "status": row["status"].upper(),
        "sha": row["sha"],
        "ref": row["ref"],
        "source": row["source"],
        "coverage": None if row["coverage"] is None else float(row["coverage"]),
        "duration": row["duration"],
        "queuedDuration": row["queued_duration"],
        "createdAt": row["created_at"],
        "startedAt": row["started_at"],
        "finishedAt": row["finished_at"],
        "updatedAt": row["updated_at"],
        "active": row["finished_at"] is None,
        "warnings": row["group"] == "success-with-warnings",
        "detailedStatus": {"group": row["group"], "text": row["status"]},
        "stages": stages,
        "jobs": jobs,
    }


def _project(world: World, spec: Spec) -> dict[str, Any]:
    def pipelines(_info: Any, ref: str | None = None, first: int | None = None, **_rest: Any) -> Any:
        rows = [row for row in world.pipelines(spec) if row["source"] != "parent_pipeline"]
        return _page([_pipeline(row) for row in rows if ref in (None, row["ref"])], first)

    is_empty = spec.branch is None
    return {
        "id": f"gid://gitlab/Project/{spec.remote_id}",
        "name": spec.path.rpartition("/")[2],
        "fullPath": spec.path,
        "archived": spec.behaviour == "archived",
        "repository": {"rootRef": spec.branch, "empty": is_empty, "exists": not is_empty},
        "pipelines": pipelines,
    }


def _root(world: World) -> dict[str, Callable[..., Any]]:
    def projects(
        _info: Any,
        ids: list[str] | None = None,
        fullPaths: list[str] | None = None,  # noqa: N803 - GitLab's name
        first: int | None = None,
        **_rest: Any,
    ) -> Any:
        if fullPaths is not None and len(fullPaths) > 50:
            raise graphql.GraphQLError("You cannot provide more than 50 full_paths")
        paths = {path.lower() for path in fullPaths or ()}
        found = [
            spec
            for spec in world.projects.values()
            if (ids is None or f"gid://gitlab/Project/{spec.remote_id}" in ids)
            and (fullPaths is None or spec.path.lower() in paths)
        ]
        return _page([_project(world, spec) for spec in found[::-1]], first)

    def group(_info: Any, fullPath: str) -> Any:  # noqa: N803 - GitLab's name
        inside = [spec for spec in world.projects.values() if spec.path.startswith(f"{fullPath}/")]

        def of_group(_info: Any, first: int | None = None, **_rest: Any) -> Any:
            return _page([_project(world, spec) for spec in inside], first)

        return {"id": "gid://gitlab/Group/1", "fullPath": fullPath, "projects": of_group} if inside else None

    def project(_info: Any, fullPath: str) -> Any:  # noqa: N803 - GitLab's name
        spec = world.projects.get(fullPath)
        return spec and _project(world, spec)

    return {"projects": projects, "group": group, "project": project}


class Meter:
    """Adds up complexity and depth of a query, from its text alone."""

    def __init__(self, document: language.DocumentNode, variables: dict[str, Any], old: bool) -> None:
        self.schema = schema(old)
        self.variables = variables
        nodes = document.definitions
        self.fragments = {n.name.value: n for n in nodes if isinstance(n, language.FragmentDefinitionNode)}
        self.operations = [n for n in nodes if isinstance(n, language.OperationDefinitionNode)]

    def measure(self) -> tuple[int, int]:
        """Return (complexity, depth)."""
        sizes = [self._children(node.selection_set, self.schema.query_type) for node in self.operations]
        return sum(cost for cost, _ in sizes), max((depth for _, depth in sizes), default=0)

    def _children(self, selection: Any, parent: Any) -> tuple[int, int]:
        cost, depth = 0, 0
        for node in selection.selections if selection else ():
            if isinstance(node, language.FragmentSpreadNode):
                size = self._children(self.fragments[node.name.value].selection_set, parent)
            elif isinstance(node, language.InlineFragmentNode):
                size = self._children(node.selection_set, parent)
            else:
                size = self._field(node, parent)
            cost, depth = cost + size[0], max(depth, size[1])
        return cost, depth

    def _field(self, node: language.FieldNode, parent: Any) -> tuple[int, int]:
        name = node.name.value
        field = parent.fields.get(name)
        children, depth = self._children(
            node.selection_set, graphql.get_named_type(field.type) if field else parent
        )
        args = {
            arg.name.value: graphql.value_from_ast_untyped(arg.value, self.variables)
            for arg in node.arguments or ()
        }
        cost = 1 + children + ((parent.name, name) in GITALY)
        if (parent.name, name) in RESOLVED:
            cost += bool(args.get("sort")) + 5 * bool(args.get("search"))
            cost += 2 * (name == "pipelines" and bool(args.get("ref"))) + 2 * bool(args.get("sha"))
            size = min(n for n in (args.get("first"), args.get("last"), PAGE) if n is not None)
            cost = int(cost + cost * 0.01 * size)
        return cost, depth + 1


def _in_ruby_words(error: graphql.GraphQLError) -> dict[str, Any]:
    """Return a validation error as graphql-ruby words it."""
    words = error.message.split("'")
    if error.message.startswith("Cannot query field"):
        extensions = {"code": "undefinedField", "typeName": words[3], "fieldName": words[1]}
        return {"message": f"Field '{words[1]}' doesn't exist on type '{words[3]}'", "extensions": extensions}
    if error.message.startswith("Unknown argument"):
        field = words[3].rpartition(".")[2]
        extensions = {"code": "argumentNotAccepted", "name": field, "argumentName": words[1]}
        return {"message": f"Field '{field}' doesn't accept argument '{words[1]}'", "extensions": extensions}
    return error.formatted


def execute(
    world: World, query: str, variables: dict[str, Any], *, limit: int, is_old: bool
) -> tuple[dict[str, Any], int]:
    """Return GitLab's answer to `query` and what it scored."""
    try:
        document = graphql.parse(query)
    except graphql.GraphQLError as error:
        return {"errors": [error.formatted]}, 0
    invalid = graphql.validate(schema(is_old), document)
    if invalid:
        return {"errors": [_in_ruby_words(error) for error in invalid]}, 0
    score, depth = Meter(document, variables, is_old).measure()
    if score > limit:
        text = f"Query has complexity of {score}, which exceeds max complexity of {limit}"
        return {"errors": [{"message": text}]}, score
    if depth > MAX_DEPTH:
        text = f"Query has depth of {depth}, which exceeds max depth of {MAX_DEPTH}"
        return {"errors": [{"message": text}]}, score
    root = {**_root(world), "queryComplexity": {"score": score, "limit": limit}}
    result = graphql.execute_sync(schema(is_old), document, root, variable_values=variables)
    return dict(result.formatted), score
