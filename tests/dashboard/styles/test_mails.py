import re

import pytest
from allauth.account.adapter import get_adapter
from django.conf import settings as django_settings

from dashboard.styles.mails import samples
from realtime.mail.letter import write
from tests.factories import UserFactory
from tests.mail import delivered

FOLDER = django_settings.BASE_DIR / "templates" / "mail"
PARTS = {"layout", "notice", "button", "report", "head_cell", "figure_cells", "change"}
CASES = [pytest.param(name, context, id=f"{name} {case}") for name, case, context in samples()]


@pytest.fixture
def staff(client, db):
    client.force_login(UserFactory(is_staff=True))
    return client


@pytest.mark.parametrize("ending", ["txt", "html"])
def test_each_template_has_a_preview(ending):
    there = {path.stem for path in FOLDER.glob(f"*.{ending}")} - PARTS

    assert {name for name, _, _ in samples()} == there


@pytest.mark.parametrize(("name", "context"), CASES)
def test_mail_is_whole_and_loads_nothing(name, context):
    letter = write(name, "ada@example.com", context)

    assert letter.subject
    assert [] == re.findall(r"\{[{%#]|<p\b|&amp;|&lt;", letter.text)
    assert [] == re.findall(r"\{[{%#]", letter.html)
    assert [] == re.findall(r"(?i)<(?:link|script)\b|url\(|@import", letter.html)
    # A picture that comes with the mail is not loaded; a table is for rows that have heads.
    assert [] == re.findall(r'(?i)<img\b(?! src="cid:)', letter.html)
    assert [] == re.findall(r"(?is)<table\b(?:(?!</table>|<th scope).)*</table>", letter.html)
    plain = re.sub(r"\s+", " ", letter.text)
    for link in (value for key, value in context.items() if "link" in key or "url" in key):
        assert (True, True) == (link in plain, link.replace("&", "&amp;") in letter.html)


def test_page_shows_each_mail_with_its_subject(staff):
    page = staff.get("/styles/mail").content.decode()

    assert [True] * len(samples()) == [
        f"Subject: {write(name, '', context).subject}" in page for name, _, context in samples()
    ]
    assert len(samples()) == page.count("<iframe")


def test_mail_has_a_policy_of_its_own_that_lets_only_styles_be(staff):
    answer = staff.get("/styles/mail/1")

    assert ("SAMEORIGIN", {"default-src 'none'", "style-src 'unsafe-inline'", "sandbox"}) == (
        answer["X-Frame-Options"],
        {
            part.strip()
            for part in answer["Content-Security-Policy"].split(";")
            if part.split()[0] in ("default-src", "style-src", "sandbox")
        },
    )


def test_other_pages_keep_their_policy(staff):
    assert "unsafe-inline" not in staff.get("/styles/mail")["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/styles/mail", "/styles/mail/1"])
def test_mails_are_hidden_from_others(client, db, path):
    client.force_login(UserFactory())

    assert 404 == client.get(path).status_code


@pytest.mark.parametrize("number", [0, 999])
def test_mail_that_is_not_there_is_not_found(staff, number):
    assert 404 == staff.get(f"/styles/mail/{number}").status_code


@pytest.mark.parametrize(
    "prefix",
    ["account/email/email_confirm", "mfa/email/totp_activated"],
    ids=["account", "factors"],
)
def test_mails_of_accounts_are_ours(db, prefix, mailoutbox):

    get_adapter().send_mail(prefix, "ada@example.com", {})

    [message] = delivered()
    assert "text/html" == message.alternatives[0].mimetype
