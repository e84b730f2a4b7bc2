"""Goals, segments and what a visit has done, as filters name them."""

import pytest

from tests.factories import SiteFactory
from tracking.models import Goal, Segment, Site
from tracking.warehouse import QueryError
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.filter_syntax import read_filters
from tracking.warehouse.filters import All, Any, Done, Not, Reached
from tracking.warehouse.goals import Goal as ReadGoal

pytestmark = pytest.mark.django_db

DE = ["is", "visit:country", ["DE"]]
SIGNUP = ReadGoal("Signup", "Signup")
BLOG = ReadGoal("Visit /blog", "pageview", path="/blog")


@pytest.fixture
def site() -> Site:
    site = SiteFactory()
    Goal.objects.create(site=site, event_name="Signup")
    Goal.objects.create(site=site, page_path="/blog")
    return site


def read(site: Site, *plain: list) -> All:
    return read_filters(list(plain), Definitions(site.pk))


def segment(site: Site, *filters: list) -> list:
    number = Segment.objects.count() + 1
    stored = Segment.objects.create(site=site, name=str(number), filters=list(filters))
    return ["is", "segment", [stored.pk]]


@pytest.mark.parametrize(
    ("condition", "goals"),
    [
        (["is", "event:goal", ["Signup"]], (SIGNUP,)),
        (["is", "event:goal", ["SIGNUP"], {"case_sensitive": False}], (SIGNUP,)),
        (["is", "event:goal", ["Signup", "Visit /blog"]], (SIGNUP, BLOG)),
        (["contains", "event:goal", ["blog", "xyz"]], (BLOG,)),
        (["contains", "event:goal", ["BLOG"], {"case_sensitive": False}], (BLOG,)),
        (["contains", "event:goal", ["xyz"]], ()),
    ],
    ids=str,
)
def test_filter_on_goals_means_those_of_the_site_whose_name_fits(
    site: Site, condition: list, goals: tuple
) -> None:
    assert All((Reached(goals),)) == read(site, condition)


def test_filter_on_nothing_the_owner_defined_reads_no_definitions(
    site: Site, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        read(site, DE)


def test_goals_of_another_site_are_unknown(site: Site) -> None:
    with pytest.raises(QueryError, match="The goal 'Signup' is not one of this site's"):
        read(SiteFactory(), ["is", "event:goal", ["Signup"]])


def test_has_done_and_has_not_done_are_opposites(site: Site) -> None:
    done = Done(Reached((SIGNUP,)))
    goal = ["is", "event:goal", ["Signup"]]

    assert All((done, Not(done))) == read(site, ["has_done", goal], ["has_not_done", goal])


def test_segment_is_as_if_its_filters_stood_there(site: Site) -> None:
    goal = ["is", "event:goal", ["Signup"]]

    assert read(site, DE, goal) == read(site, segment(site, DE, goal))


def test_several_segments_are_alternatives(site: Site) -> None:
    one, two = segment(site, DE), segment(site, ["is", "visit:os", ["iOS"]])
    both = ["is", "segment", [one[2][0], two[2][0]]]
    tree = read(site, DE, ["is", "visit:os", ["iOS"]])

    assert All((Any(tuple(All((each,)) for each in tree.of)),)) == read(site, both)


def test_segment_inside_another_filter_is_one_of_its_parts(site: Site) -> None:
    inside = read(site, DE).of

    assert All((Not(Any((All(inside),))),)) == read(site, ["not", segment(site, DE)])


@pytest.mark.parametrize(
    ("plain", "sentence"),
    [
        (["is_not", "event:goal", ["Signup"]], "'event:goal' knows the operators is and contains"),
        (["matches", "event:goal", ["S"]], "'event:goal' knows the operators is and contains"),
        (["is", "event:goal", ["Signup", "Nope"]], "The goal 'Nope' is not one of this site's."),
        (["not", ["is", "event:goal", ["Signup"]]], "'event:goal' can stand inside has_done"),
        (["has_done", DE], "'visit:country' cannot stand inside has_done, which is about events"),
        (["has_done"], 'The filter "has_done" must have exactly one filter'),
        (
            ["has_done", ["not", ["has_not_done", ["is", "event:page", ["/"]]]]],
            'The filter "has_not_done" cannot stand inside another of its kind.',
        ),
        (["is_not", "segment", [1]], "A filter on segments must be a list such as"),
        (["is", "segment", ["1"]], "The values of the filter on 'segment' must be whole numbers."),
        (["is", "segment", []], "The values of the filter on 'segment' must be whole numbers."),
        (["is", "segment", [987654]], "There is no segment 987654 of this site."),
    ],
    ids=str,
)
def test_what_names_no_goal_or_segment_is_refused_with_a_sentence(
    site: Site, plain: list, sentence: str
) -> None:
    with pytest.raises(QueryError, match=sentence):
        read(site, plain)


def test_segment_of_another_site_is_unknown(site: Site) -> None:
    with pytest.raises(QueryError, match="There is no segment"):
        read(SiteFactory(), segment(site, DE))


def test_segment_cannot_name_another(site: Site) -> None:
    with pytest.raises(QueryError, match="'segment' cannot stand inside a segment"):
        read(site, segment(site, segment(site, DE)))


def test_goal_in_a_segment_stands_where_the_segment_does(site: Site) -> None:
    with pytest.raises(QueryError, match="'event:goal' can stand inside has_done"):
        read(site, ["not", segment(site, ["is", "event:goal", ["Signup"]])])


def test_segments_of_a_question_have_a_limit(site: Site) -> None:
    with pytest.raises(QueryError, match="must not name more than 10 segments"):
        read(site, *[segment(site, DE)] * 11)
