"""Files that leave the house: written whole, or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from geodata.errors import OutputUnwritable


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in one step, so that nobody ever finds half of it; one that stood there is replaced.

    Raises
    ------
    OutputUnwritable
        No such folder, no right, no room; what stood there before is untouched.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        try:
            with part.open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OutputUnwritable(str(path), error.strerror or type(error).__name__) from error
