"""A file that cannot be loaded is named, with what is wrong and what to do."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from devcore.bundlefiles import BundleError, bundle_files, read_bundle

BUNDLE = {"resourceType": "Bundle", "type": "transaction", "entry": []}


def test_what_others_refer_to_comes_first(tmp_path: Path) -> None:
    """Synthea's hospitals and practitioners precede the patients; other files are left aside."""
    for name in ("Ann.json", "practitionerInformation1.json", "Bob.json.gz", "hospitalInformation1.json", "notes.txt"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "folder.json").mkdir()
    names = [path.name for path in bundle_files(tmp_path)]
    assert names == ["hospitalInformation1.json", "practitionerInformation1.json", "Ann.json", "Bob.json.gz"]


def test_no_files_is_an_error(tmp_path: Path) -> None:
    """An empty or missing folder says what belongs there."""
    with pytest.raises(BundleError, match=r"holds no \*.json"):
        bundle_files(tmp_path)
    with pytest.raises(BundleError, match="is no folder"):
        bundle_files(tmp_path / "none")


@pytest.mark.parametrize("name", ["b.json", "b.json.gz"])
@pytest.mark.parametrize("packed", [False, True])
def test_gzip_is_known_by_its_content(tmp_path: Path, name: str, packed: bool) -> None:
    """Whatever its name, a file is unpacked when it is gzipped."""
    content = json.dumps(BUNDLE).encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if packed else content)
    assert read_bundle(tmp_path / name) == BUNDLE


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not JSON"),
        (b"hello", "is not JSON"),
        (b'{"resourceType":"Bundle"', "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "not a FHIR Bundle but list"),
        (b"{}", "object without resourceType"),
        (b'{"resourceType":"Patient"}', "not a FHIR Bundle but Patient"),
        (b'{"resourceType":"Bundle","type":"collection"}', "of type collection, not a transaction"),
        (b"\x1f\x8b\x08", "is damaged"),
        (gzip.compress(b"x" * 1000, mtime=0)[:-9], "is damaged"),
        (b"\x1f\x8b\x00nonsense", "is damaged"),
    ],
)
def test_each_way_of_being_wrong_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    """The message names the file, says what it is instead, and what to do."""
    (tmp_path / "bad.json").write_bytes(content)
    with pytest.raises(BundleError, match=r"bad\.json") as raised:
        read_bundle(tmp_path / "bad.json")
    assert said in raised.value.message
    assert raised.value.hint
