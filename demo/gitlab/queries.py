"""What does the stand-in GitLab answer to a GraphQL query?"""

from collections.abc import Callable
from typing import Any

import graphql

from demo.gitlab.cost import Meter, schema
from demo.gitlab.objects import page_of, project_of
from demo.gitlab.world import Spec, World

MAX_DEPTH = 20
MAX_CHARACTERS = 10_000


def _found(world: World, ids: list[str] | None, full_paths: list[str] | None) -> list[Spec]:
    paths = {path.lower() for path in full_paths or ()}
    return [
        spec
        for spec in world.projects.values()
        if (ids is None or f"gid://gitlab/Project/{spec.remote_id}" in ids)
        and (full_paths is None or spec.path.lower() in paths)
    ]


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
        found = _found(world, ids, fullPaths)
        return page_of([project_of(world, spec) for spec in found[::-1]], first)

    def group(_info: Any, fullPath: str) -> Any:  # noqa: N803 - GitLab's name
        inside = [spec for spec in world.projects.values() if spec.path.startswith(f"{fullPath}/")]

        def of_group(_info: Any, first: int | None = None, **_rest: Any) -> Any:
            return page_of([project_of(world, spec) for spec in inside], first)

        return {"id": "gid://gitlab/Group/1", "fullPath": fullPath, "projects": of_group} if inside else None

    def project(_info: Any, fullPath: str) -> Any:  # noqa: N803 - GitLab's name
        spec = world.projects.get(fullPath)
        return spec and project_of(world, spec)

    return {"projects": projects, "group": group, "project": project}


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
