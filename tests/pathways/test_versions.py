"""Versions and the ranges by which starts and children name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.versions import MOST_CHARACTERS, Version, VersionError, highest, parse_range

NUMBERS = st.tuples(*(st.integers(0, 30) for _ in range(3)))
SUFFIXES = st.sampled_from(["", "", "", "alpha", "alpha.1", "alpha.2", "alpha.10", "beta", "rc.1"])


@pytest.mark.parametrize(
    ("wanted", "meant", "not_meant"),
    [
        ("1.4.2", ["1.4.2"], ["1.4.1", "1.4.3", "1.4.2-beta"]),
        ("=1.4.2", ["1.4.2"], ["1.4.3"]),
        ("^1", ["1.0.0", "1.99.0"], ["0.9.9", "2.0.0", "2.0.0-beta", "1.5.0-beta"]),
        ("^1.2", ["1.2.0", "1.9.0"], ["1.1.9", "2.0.0"]),
        ("^1.2.3", ["1.2.3", "1.3.0"], ["1.2.2", "2.0.0"]),
        ("^0.3.1", ["0.3.1", "0.3.9"], ["0.4.0", "0.3.0"]),
        ("^0.0.3", ["0.0.3"], ["0.0.4", "0.0.2"]),
        ("^0.0", ["0.0.0", "0.0.9"], ["0.1.0"]),
        ("^0", ["0.0.1", "0.9.0"], ["1.0.0"]),
        ("~1.2.3", ["1.2.3", "1.2.9"], ["1.2.2", "1.3.0"]),
        ("~1.2", ["1.2.0", "1.2.9"], ["1.3.0"]),
        ("~1", ["1.0.0", "1.9.9"], ["2.0.0"]),
        ("1.x", ["1.0.0", "1.9.9"], ["2.0.0", "0.9.9"]),
        ("1.2.x", ["1.2.0", "1.2.7"], ["1.3.0"]),
        ("1.X.x", ["1.2.0"], ["2.3.0"]),
        ("1", ["1.2.0"], ["2.3.0"]),
        ("1.2", ["1.2.9"], ["1.3.0"]),
        ("*", ["0.0.0", "7.1.2"], ["7.1.2-beta"]),
        ("x", ["0.0.0", "7.1.2"], []),
        (">=1.0.0 <2.0.0", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0"]),
        (">= 1.0.0   < 2.0.0", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0"]),
        (">= 1.0, < 2", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0"]),
        (">1.2.3", ["1.2.4"], ["1.2.3"]),
        (">1", ["2.0.0"], ["1.9.9"]),
        ("<=1", ["1.9.9"], ["2.0.0"]),
        ("<=1.2.3", ["1.2.3"], ["1.2.4"]),
        ("<1.2", ["1.1.9"], ["1.2.0"]),
        (">*", [], ["0.0.0", "1.0.0"]),
        ("<=*", ["0.0.0", "1.0.0"], []),
        ("^2.0.0-beta", ["2.0.0-beta", "2.0.0-rc.1", "2.0.0", "2.1.0"], ["2.0.0-alpha", "2.1.0-beta", "3.0.0"]),
    ],
)
def test_a_range_means_these_versions_and_not_those(wanted: str, meant: list[str], not_meant: list[str]) -> None:
    """Each form of a range, at its borders."""
    read = parse_range(wanted)
    assert [one for one in meant if not read.matches(one)] == []
    assert [one for one in not_meant if read.matches(one)] == []


@pytest.mark.parametrize(
    ("wanted", "empty"),
    [
        (">=2.0.0 <1.0.0", True),
        (">1.0.0 <=1.0.0", True),
        (">1.0.0 <1.0.1", True),
        ("1.0.0 2.0.0", True),
        ("^1 ^2", True),
        ("<0.0.0", True),
        ("<0.0.0-0", True),
        ("<0.0.0-beta", False),
        (">1.0.0-a <1.0.0-b", False),
        (">1.0.0 <1.0.2", False),
        ("<=0.0.0", False),
        (">9.9.9", False),
        ("*", False),
    ],
)
def test_a_range_that_no_version_can_be_in_is_empty(wanted: str, empty: bool) -> None:
    """Whatever is published later."""
    assert parse_range(wanted).is_empty is empty


BOUNDS = st.lists(st.tuples(st.sampled_from(["^", "~", ">", ">=", "<", "<=", "="]), NUMBERS, SUFFIXES), max_size=3)


@given(NUMBERS, SUFFIXES, BOUNDS)
def test_a_range_with_a_version_in_it_is_not_empty(
    numbers: tuple[int, int, int], suffix: str, bounds: list[tuple[str, tuple[int, int, int], str]]
) -> None:
    """Whatever version that is, and however the range is written."""
    words = [f"{how}{Version(one, tail)}" for how, one, tail in bounds]
    wanted = parse_range(" ".join(words) or "*")
    assert not (wanted.matches(Version(numbers, suffix)) and wanted.is_empty)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "one",
        "1.2.3.4",
        "^",
        "01.0.0",
        "1.x.3",
        "x.1.2",
        "1.2.3 or 2",
        ">>1",
        "^^1",
        "1-beta",
        "1..2",
        "v1.0.0",
        ">=1.0,",
        ",1",
        ">=1,,<2",
    ],
)
def test_what_is_no_range_is_refused_with_a_hint(text: str) -> None:
    """With the forms that there are, and as a mistake of whoever asked."""
    with pytest.raises(VersionError) as refused:
        parse_range(text)
    assert "^1.2" in refused.value.hint
    assert refused.value.exit_status == 2


@pytest.mark.parametrize("text", ["", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0+build", "1.0.0\n", "١.0.0"])
def test_what_is_no_version_is_refused(text: str) -> None:
    """Three numbers without leading zeros, and perhaps a suffix."""
    with pytest.raises(VersionError):
        Version.parse(text)


def test_a_text_that_is_far_too_long_is_refused_at_once() -> None:
    """By its length, and not repeated whole."""
    for read in (Version.parse, parse_range):
        with pytest.raises(VersionError) as refused:
            read("1" * 1_000_000)
        assert len(refused.value.message) < 2 * MOST_CHARACTERS


def test_the_highest_is_by_numbers() -> None:
    """Not by letters; trials only where they are asked for."""
    versions = ["1.9.0", "1.10.0", "2.0.0-beta", "0.1.0"]
    assert highest(versions) == "1.10.0"
    assert highest(versions, "^1") == "1.10.0"
    assert highest(versions, "^2.0.0-alpha") == "2.0.0-beta"
    assert highest(versions, "^3") is None
    assert highest([]) is None


def test_suffixes_are_ordered_as_semantic_versioning_says() -> None:
    """The example of its section 11."""
    order = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
    ]
    assert [str(one) for one in sorted(Version.parse(one) for one in reversed(order))] == order


def test_a_range_of_one_version_says_which() -> None:
    """So that whoever named a version exactly can be told what is the matter with it."""
    assert parse_range("1.2.3").exact == Version((1, 2, 3))
    assert parse_range("^1.2.3").exact is None
    assert parse_range("1.2").exact is None


@given(NUMBERS, SUFFIXES)
def test_a_version_survives_its_text(numbers: tuple[int, int, int], suffix: str) -> None:
    """What is written is read back."""
    version = Version(numbers, suffix)
    assert Version.parse(str(version)) == version
    assert parse_range(str(version)).matches(version)


@given(NUMBERS, NUMBERS)
def test_compatible_is_upwards_within_the_first_number_that_counts(
    base: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    """`^` and `~` against their definition, spelt out."""
    upwards = other >= base
    leading = next((place for place, one in enumerate(base) if one), 2)
    kept = base[: leading + 1] == other[: leading + 1]
    text = ".".join(map(str, base))
    assert parse_range(f"^{text}").matches(Version(other)) == (upwards and kept)
    assert parse_range(f"~{text}").matches(Version(other)) == (upwards and base[:2] == other[:2])


@given(st.text(alphabet="0123456789.xX*^~<>= -ab", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Never another exception; what is read means what its own bounds say."""
    try:
        read = parse_range(text)
    except VersionError:
        return
    for bound in read.bounds:
        assert read.matches(bound.version) == all(one.holds(bound.version) for one in read.bounds)
