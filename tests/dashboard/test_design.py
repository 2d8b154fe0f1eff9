"""The page that shows what pages are made of, and who is led to it."""

import pytest

from tests import factories

pytestmark = pytest.mark.django_db
SHOWN = ('class="timeline"', 'aria-label="Pages"', '<dialog id="example-dialog"', '<ul class="stages">')


def test_every_kind_of_component_is_shown(client, tutor):
    client.force_login(tutor)
    page = client.get("/design/").text
    assert [part for part in SHOWN if part not in page] == []


@pytest.mark.parametrize("is_led", [True, False])
def test_the_menu_leads_administrators_to_it(client, is_led):
    client.force_login(factories.UserFactory(is_staff=is_led))
    assert ('href="/design/"' in client.get("/settings/profile/").text) is is_led
