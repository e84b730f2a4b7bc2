"""Links, downloads and forms, as the tracker counts them, in a real browser."""

import pytest

from tests.browser.collector import everything


@pytest.mark.parametrize(
    ("link", "name", "url"),
    [
        ('href="{elsewhere}/there?a=b"', "Outbound Link: Click", "{elsewhere}/there?a=b"),
        ('href="/files/report.PDF?a=b#c"', "File Download", "{site}/files/report.PDF"),
        ('href="{elsewhere}/files/a.zip"', "Outbound Link: Click", "{elsewhere}/files/a.zip"),
    ],
    ids=["outbound", "download", "download elsewhere"],
)
def test_clicking_a_link_is_recorded(page, collector, link, name, url):
    addresses = {"site": collector.site, "elsewhere": collector.elsewhere}
    page.goto(collector.serve("/", f"<a {link.format(**addresses)}><b>Go</b></a>"))
    collector.wait(1)
    page.get_by_text("Go").click()

    hits = collector.wait_for(name)

    assert [{"url": url.format(**addresses)}] == [hit["p"] for hit in hits if hit["n"] == name]


def test_an_outbound_click_still_navigates(page, collector):
    page.goto(collector.serve("/", f'<a href="{collector.elsewhere}/there">Go</a>'))
    collector.wait(1)
    page.get_by_text("Go").click()
    page.wait_for_url(collector.elsewhere + "/there")

    assert "Outbound Link: Click" in [
        hit["n"] for hit in collector.wait_for("Outbound Link: Click")
    ]


def test_middle_click_counts_and_right_click_does_not(page, collector):
    page.goto(collector.serve("/", f'<a href="{collector.elsewhere}/there">Go</a>'))
    collector.wait(1)
    page.evaluate(
        """for (const button of [2, 1]) document.querySelector('a').dispatchEvent(
            new MouseEvent('auxclick', {button, bubbles: true, composed: true}))"""
    )

    assert [("Outbound Link: Click", "/"), ("pageview", "/")] == everything(page, collector, 2)


def test_a_link_in_a_shadow_tree_that_stops_its_clicks_is_recorded(page, collector):
    page.goto(collector.serve("/", "<div id=host></div>"))
    collector.wait(1)
    page.evaluate(
        """address => {
            const root = host.attachShadow({mode: 'open'});
            root.innerHTML = `<a href="${address}"><i>Go</i></a>`;
            root.firstChild.onclick = (event) => {
                event.stopPropagation();
                event.preventDefault();
            };
            root.querySelector('i').click();
        }""",
        collector.elsewhere,
    )

    assert [("Outbound Link: Click", "/"), ("pageview", "/")] == everything(page, collector, 2)


def test_other_links_are_not_recorded(page, collector):
    body = '<a href="mailto:a@b.example">a</a><a href="#b">b</a><a>c</a><a href="/d.html">d</a>'
    page.goto(collector.serve("/", body + "<svg><a href='/e'><text y=20>e</text></a></svg>"))
    collector.wait(1)
    page.evaluate(
        """for (const link of document.querySelectorAll('a')) {
            link.addEventListener('click', (event) => event.preventDefault());
            link.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
        }"""
    )

    assert [("pageview", "/")] == everything(page, collector, 1)


def test_download_extensions_can_be_chosen(page, collector):
    body = '<a id=a href="/files/a.epub">a</a><a id=b href="/files/b.pdf">b</a>'
    page.goto(collector.serve("/", body, attributes='data-downloads="epub|mobi"'))
    collector.wait(1)
    page.evaluate("a.click()")
    page.evaluate("b.click()")

    assert [("File Download", "/"), ("pageview", "/")] == everything(page, collector, 2)


def test_submitting_a_form_is_recorded_and_still_submits(page, collector):
    form = '<form action="/thanks" method="post"><input name=a value=b><button>Send</button></form>'
    page.goto(collector.serve("/contact", form))
    collector.wait(1)
    page.get_by_text("Send").click()
    page.wait_for_url(collector.site + "/thanks")

    hits = collector.wait_for("Form: Submission")

    assert [{"path": "/contact"}] == [hit["p"] for hit in hits if hit["n"] == "Form: Submission"]


def test_automatic_events_can_be_switched_off(page, collector):
    body = f"""<a href="{collector.elsewhere}">a</a><a href="/files/a.pdf">b</a>
        <form action="/thanks"><button>Send</button></form>"""
    switches = 'data-outbound="false" data-downloads="false" data-forms="false"'
    page.goto(collector.serve("/", body, attributes=switches))
    collector.wait(1)
    page.evaluate(
        """() => {
            addEventListener('click', (event) => event.preventDefault());
            addEventListener('submit', (event) => event.preventDefault());
            for (const link of document.querySelectorAll('a')) link.click();
            document.forms[0].requestSubmit();
        }"""
    )

    assert [("pageview", "/")] == everything(page, collector, 1)
