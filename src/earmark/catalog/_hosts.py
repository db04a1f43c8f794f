"""Which machines an answer may lead to: those of the public internet, not those of whoever asks."""

import ipaddress
import socket


def is_public(host: str) -> bool:
    """Return whether a host lies in the public internet, with all of its addresses.

    A name that this machine does not know counts as public: there is nobody to ask, unless through a proxy.

    Examples
    --------
    >>> is_public("192.168.1.1"), is_public("169.254.169.254"), is_public("::ffff:10.0.0.1")
    (False, False, False)
    >>> is_public("8.8.8.8")
    True
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return True
    return all(_is_global(str(address[0])) for *_, address in found)


def _is_global(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_global
