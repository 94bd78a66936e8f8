"""Which host names mean this very machine."""

from __future__ import annotations

import ipaddress
from typing import Final

LOCAL_NAMES: Final = frozenset({"localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"})


def is_loopback(host: str) -> bool:
    """Return whether a host (an address to listen on, or a name without its port) is this machine only.

    Parameters
    ----------
    host
        ``127.0.0.1``, ``::1``, ``[::1]``, ``localhost`` …; ``""`` and ``0.0.0.0`` mean every address and are not.
    """
    name = host.strip().lower().rstrip(".")
    if name in LOCAL_NAMES or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def host_of(header: str) -> str:
    """Return the host of a ``Host`` header without its port: ``[::1]:8501`` → ``[::1]``."""
    header = header.strip()
    if header.startswith("["):
        return header.partition("]")[0] + "]"
    name, colon, port = header.rpartition(":")
    return name if colon and port.isdecimal() and ":" not in name else header
