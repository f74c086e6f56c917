from hypothesis import given
from hypothesis import strategies as st

from iqgeo.texts import listed

names = st.lists(st.sampled_from(["", " ", "Stade", "Cuxhaven", "Osnabrück, Stadt"]))


@given(names)
def test_every_name_and_nothing_else(given_names):
    words = listed(given_names)
    assert words.split(", ") == ", ".join(it for it in given_names if it.strip()).split(", ")
    assert not words.startswith(",")
    assert not words.rstrip().endswith(",")
    assert ", ," not in words
