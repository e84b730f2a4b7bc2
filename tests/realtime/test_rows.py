from dataclasses import replace
from datetime import timedelta

from realtime.news import News
from realtime.rows import MOST_GOALS, MOST_ROWS, Row, Rows, render, render_growth
from realtime.visits import Step
from tests.realtime.test_visits import HOSTILE, VISIT


def step(id_, seconds, path="/next", name="pageview", goals=(), visit=VISIT.id):
    return Step(id_, visit, VISIT.time + timedelta(seconds=seconds), name, path, goals)


def grown(*steps):
    row = Row.begin(VISIT)
    for each in steps:
        row = row.after(each)
    return row


def ids(rows):
    return [row.id for row in rows]


def test_a_row_counts_pages_and_time_and_shows_the_page_seen_now():
    row = grown(step(8, 30, "/prices"), step(9, 75, name="Signup", goals=("Signup again",)))

    assert (9, 2, "/prices", "1m 15s", ("Signup", "Signup again")) == (
        row.last_id,
        row.pages,
        row.page,
        row.span,
        row.goals,
    )


def test_engagement_reaches_a_goal_and_adds_no_time():
    row = grown(step(8, 30, name="engagement", goals=("Scroll 50% on /beans",)))

    assert (1, "", ("Signup", "Scroll 50% on /beans")) == (row.pages, row.span, row.goals)


def test_a_view_that_was_told_late_is_counted_and_not_shown_as_the_latest():
    row = grown(step(8, 30, "/prices"), step(9, -10, "/earlier"))

    assert (3, "/prices", "40s") == (row.pages, row.page, row.span)


def test_a_goal_that_is_reached_again_is_named_once_and_of_many_the_first():
    row = grown(step(8, 1, goals=("Signup",)), step(9, 2, goals=tuple("abcdefgh")))

    assert ("Signup", *"abcdefgh")[:MOST_GOALS] == row.goals


def test_rows_tell_new_ones_from_those_that_grew():
    rows = Rows([Row.begin(VISIT)])
    other = replace(VISIT, id=8)

    new, old = rows.take(
        News(12, [other], [step(9, 1, visit=8), step(10, 2), step(11, 3, visit=1)])
    )

    assert ([(8, 9)], [(7, 10)]) == (
        [(row.id, row.last_id) for row in new],
        [(row.id, row.last_id) for row in old],
    )


def test_rows_that_a_cursor_knows_shorter_are_those_that_went_on_after_it():
    rows = Rows([Row.begin(VISIT), Row.begin(replace(VISIT, id=8))])
    rows.take(News(12, [], [step(9, 1), step(12, 1, visit=8)]))

    assert [[8], [7, 8], [7]] == [ids(rows.grown_after(cursor)) for cursor in (9, 8, 7)]


def test_rows_keep_the_newest():
    rows = Rows()
    rows.take(News(MOST_ROWS + 1, [replace(VISIT, id=n) for n in range(1, MOST_ROWS + 2)], []))

    assert list(range(MOST_ROWS + 1, 1, -1)) == ids(rows.latest(MOST_ROWS + 1))


def test_rows_are_found_by_their_ids_where_they_are_among_the_newest():
    rows = Rows()
    rows.take(News(9, [replace(VISIT, id=number) for number in (7, 8, 9)], []))

    assert [7, 9] == [row.id for row in rows.of_ids([9, 5, 7])]


def test_hostile_text_is_inert_in_what_grows():
    html = render_growth(grown(step(8, 30, HOSTILE, goals=(HOSTILE,))))

    assert "<img src=x" not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt;") == 3


def test_a_row_has_the_parts_that_grow():
    row = grown(step(8, 30))

    assert render_growth(row).strip() in render(row)
