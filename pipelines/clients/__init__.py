"""Which CI systems can be read? One module for each, all with the same functions.

`read_projects(access, wanted, page_size=…, is_graphql_usable=…)`, `read_token(access)` and
`read_history(access, wanted, since=…, cursor=…, is_graphql_usable=…)`.
"""

from types import ModuleType

from pipelines.clients import gitlab

CLIENTS: dict[str, ModuleType] = {"gitlab": gitlab}
