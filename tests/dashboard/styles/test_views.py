from tests.factories import UserFactory


def test_page_of_components_is_for_staff(client, db):
    client.force_login(UserFactory(is_staff=True))

    assert 200 == client.get("/styles").status_code


def test_page_of_components_is_hidden_from_others(client, db):
    client.force_login(UserFactory())

    assert 404 == client.get("/styles").status_code
