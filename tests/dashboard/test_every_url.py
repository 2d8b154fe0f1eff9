"""Every named address: strangers meet the login page, outsiders meet nothing of other people.

A new address with a number in it needs one line in `FACTORIES`: the factory of the row it shows.
A new address that works without login needs one line in `PUBLIC`.
"""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from alerts.services.stop_links import SIGNER
from tests import factories

PUBLIC = {
    "account_inactive",
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "alerts:stop",
    "dashboard:live",
    "dashboard:ready",
    "dashboard:status_badge",
    "dashboard:status_course",
    "dashboard:status_team",
}
PUBLIC_POSTS = {"courses:theme_set"}
# What the number in an address belongs to, by the name of the address or its beginning.
FACTORIES = {
    "alerts:acknowledge": "AlertFactory",
    "alerts:alert_": "AlertFactory",
    "alerts:channel_": "ChannelFactory",
    "alerts:rule_": "RuleFactory",
    "alerts:unacknowledge": "AlertFactory",
    "courses:environment_": "EnvironmentFactory",
    "courses:job_": "CourseJobFactory",
    "courses:key_": "ApiKeyFactory",
    "courses:member_": "MembershipFactory",
    "courses:note_": "EventFactory",
    "courses:view_": "SavedViewFactory",
    "experiments:": "ExperimentFactory",
    "health:check_": "CheckFactory",
    "health:environment_": "EnvironmentFactory",
    "health:host_": "HostFactory",
    "pipelines:pipeline_": "PipelineFactory",
    "pipelines:repository_": "RepositoryFactory",
    "pipelines:server_": "CIServerFactory",
}
HIDDEN = "Team nobody may know of"


def walk(patterns, space: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the name and the parameters of every address, those of the admin panel apart."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace != "admin":
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from walk(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            names = pattern.pattern.regex.groupindex
            yield f"{space}{pattern.name}", tuple(names)


ALL = sorted(set(walk(get_resolver().url_patterns)))
PRIVATE = [entry for entry in ALL if entry[0] not in PUBLIC | PUBLIC_POSTS]


def address(name: str, parameters: tuple[str, ...], project) -> str:
    """Return an address of that name about `project`, or about a row made for it."""
    team = project.team
    known = {
        "course": team.course.slug,
        "team": team.slug,
        "project": project.slug,
        "uidb36": "1",
        "key": "k",
        "token": SIGNER.sign("1-alerts"),
    }
    if "pk" in parameters:
        fitting = [factory for start, factory in FACTORIES.items() if name.startswith(start)]
        assert fitting, f"Add the factory for the number in {name!r} to FACTORIES in {__file__}."
        known["pk"] = getattr(factories, fitting[0])().pk
    unknown = set(parameters) - set(known)
    assert not unknown, f"Add values for {unknown} of {name!r} to address() in {__file__}."
    return reverse(name, kwargs={parameter: known[parameter] for parameter in parameters})


@pytest.fixture
def project(db):
    return factories.ProjectFactory(team__name=HIDDEN, team__course__has_status_page=True)


def identify(entry):
    return f"{entry[0]}-{len(entry[1])}"


@pytest.mark.parametrize("entry", PRIVATE, ids=identify)
@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_meet_the_login_page(client, project, entry, method):
    url = address(*entry, project)
    answer = getattr(client, method)(url)
    assert answer.status_code == 302
    # who signs out without being signed in is sent to the overview, which asks to sign in
    login = "/" if entry[0] == "account_logout" else "/accounts/login/?next="
    assert answer.headers["Location"].startswith(login)


@pytest.mark.parametrize("entry", [entry for entry in PRIVATE if entry[1]], ids=identify)
def test_outsiders_get_404(client, project, outsider, entry):
    url = address(*entry, project)
    client.force_login(outsider)
    statuses = [client.get(url).status_code, client.post(url).status_code]
    assert set(statuses) <= {404, 405}
    assert 404 in statuses


@pytest.mark.parametrize("entry", [entry for entry in PRIVATE if not entry[1]], ids=identify)
def test_lists_show_outsiders_nothing_of_others(client, project, outsider, entry):
    factories.EnvironmentFactory(project=project)
    client.force_login(outsider)
    answer = client.get(address(*entry, project))
    assert answer.status_code in (200, 302, 403, 404, 405)
    assert HIDDEN not in answer.content.decode()


@pytest.mark.parametrize("entry", [entry for entry in ALL if entry[0] in PUBLIC], ids=identify)
def test_public_pages_answer_strangers(client, project, entry):
    assert client.get(address(*entry, project)).status_code == 200


@pytest.mark.parametrize("name", sorted(PUBLIC_POSTS))
def test_what_strangers_may_post_has_no_page(client, name):
    assert client.get(reverse(name)).status_code == 405


def test_the_list_of_public_pages_is_up_to_date():
    assert {name for name, _ in ALL} >= PUBLIC | PUBLIC_POSTS


def test_the_admin_panel_asks_strangers_to_sign_in(client, db):
    for name in ("index", "courses_user_changelist", "courses_event_changelist", "password_change"):
        assert client.get(reverse(f"admin:{name}")).status_code == 302
