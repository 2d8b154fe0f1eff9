"""What may a GraphQL query cost?

The rule is GitLab's: a field costs 1 and its children, a call to Gitaly 1 more; a connection
behind a resolver is multiplied by 1 % for each row of its page, which is 100 when the query
does not say.
"""

from functools import cache
from pathlib import Path
from typing import Any

import graphql
from graphql import language

PAGE = 100
RESOLVED = {
    ("Query", "projects"),
    ("Group", "projects"),
    ("Project", "pipelines"),
    ("Project", "environments"),
    ("Pipeline", "jobs"),
    ("Pipeline", "stages"),
}
GITALY = {("Repository", "rootRef"), ("Repository", "empty"), ("Repository", "exists")}


@cache
def schema(is_old: bool = False) -> graphql.GraphQLSchema:
    """Return the schema; an old GitLab does not know `fullPaths`."""
    text = Path(__file__).with_name("schema.graphql").read_text()
    return graphql.build_schema(text.replace("fullPaths: [String!], ", "") if is_old else text)


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
