"""What makes two files the same sound: the encoded packets, not the tags, the name or the cover."""

import hashlib

from earmark.audio._files import AnyPath, open_local

_DIGEST_BYTES = 20


def sound_hash(path: AnyPath) -> str:
    """Return a hash of the encoded sound of a file, 40 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    source = open_local(path)
    try:
        while data := source.read(1 << 20):
            digest.update(data)
    finally:
        source.release()
    return digest.hexdigest()
