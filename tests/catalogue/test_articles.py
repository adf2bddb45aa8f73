"""What articles for patients say: every one of their statements stands on one page, as their text."""

from collections import Counter

import pytest

from formulary import config
from formulary.catalogue import queries
from formulary.seed.shelf import read_shelf


@pytest.mark.databases("sqlite")  # the files alone
def test_every_topic_of_the_five_articles_is_there_with_what_becomes_of_it():
    shelf = read_shelf(config.seed_folder())
    said = Counter(row.source for row in shelf.article_statements)
    assert said == {"[S0]": 18, "[S1]": 27, "[S2]": 8, "[S3]": 18, "[S4]": 22}
    assert len(shelf.article_topics) == 34
    assert {row.topic for row in shelf.article_statements} == {row.word for row in shelf.article_topics}


@pytest.mark.databases("sqlite")  # words alone
def test_a_topic_shows_what_each_says_and_where_it_is_taken_up(clients):
    page = clients("practitioner").get_ok("/catalogue/articles")
    for topic in queries.article_topics():
        assert topic.taken_up in page.text
    assert "USD 250 to 600 per session; not insured" in page.text
    assert page.links["Look there for Interval"] == "/catalogue/protocols"
