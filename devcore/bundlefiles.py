"""Files of FHIR bundles: finding, unpacking and reading them, with errors that say which and what to do."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import ClassVar

from activities.gateways.fhir.rawjson import parse
from activities.gateways.fhir.resource import Resource
from pathways.errors import CarelaneError

_GZIP_MAGIC = b"\x1f\x8b"
_FIRST = ("hospitalinformation", "practitionerinformation")


class BundleError(CarelaneError):
    """A file that cannot be loaded; the message names it."""

    code: ClassVar[str] = "bundle"


def bundle_files(folder: Path) -> list[Path]:
    """The bundles in a folder, those that others refer to first. Raises BundleError when there are none."""
    if not folder.is_dir():
        raise BundleError(
            f"{folder} is no folder.", hint="Name a folder that holds FHIR bundles as *.json or *.json.gz."
        )
    files = [path for path in folder.iterdir() if path.name.endswith((".json", ".json.gz")) and path.is_file()]
    if not files:
        raise BundleError(f"{folder} holds no *.json or *.json.gz files.", hint="Synthea writes them to output/fhir.")
    return sorted(files, key=lambda path: (not path.name.lower().startswith(_FIRST), path.name))


def read_bundle(path: Path) -> Resource:
    """A transaction or batch Bundle from a file, gzipped or not. Raises BundleError."""
    try:
        content = path.read_bytes()
        if content.startswith(_GZIP_MAGIC):
            content = gzip.decompress(content)
        bundle = parse(content.decode("utf-8-sig"))
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile):
            raise _damaged(path, str(error)) from error
        raise BundleError(f"{path.name} cannot be read: {error.strerror}.", hint="Check its permissions.") from error
    except (EOFError, zlib.error) as error:
        raise _damaged(path, str(error)) from error
    except (ValueError, RecursionError) as error:
        raise BundleError(
            f"{path.name} is not JSON: {error}.", hint="Remove it from the folder, or export it again."
        ) from error
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        said = bundle.get("resourceType") if isinstance(bundle, dict) else type(bundle).__name__
        raise BundleError(
            f"{path.name} is not a FHIR Bundle but {said or 'an object without resourceType'}.",
            hint="Remove it from the folder; only transaction bundles are loaded.",
        )
    if bundle.get("type") not in ("transaction", "batch"):
        raise BundleError(
            f"{path.name} is a Bundle of type {bundle.get('type')}, not a transaction.",
            hint="Export it as a transaction (Synthea: exporter.fhir.transaction_bundle = true).",
        )
    return bundle


def _damaged(path: Path, what: str) -> BundleError:
    return BundleError(
        f"{path.name} is damaged: it begins as gzip and cannot be unpacked ({what}).", hint="Copy it again."
    )
