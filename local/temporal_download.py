"""Let the Temporal SDK download its development server: `python -I temporal_download.py FOLDER`.

The SDK only downloads to start, so the server is started once and stopped.
"""

from __future__ import annotations

import asyncio
import os
import sys

from temporalio.testing import WorkflowEnvironment


async def download(folder: str) -> None:
    """Start the SDK's development server from a download in `folder`, and stop it."""
    environment = await WorkflowEnvironment.start_local(download_dest_dir=folder)
    await environment.shutdown()


def main() -> None:
    """Download, say in one line what went wrong, and leave without the interpreter's own end."""
    status = 0
    try:
        asyncio.run(download(sys.argv[1]))
    except RuntimeError as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        status = 1
    sys.stderr.flush()
    os._exit(status)  # a process that used the SDK may crash in the interpreter's end


if __name__ == "__main__":
    main()
