"""A key prefix as a half-open range of keys, for stores that order by code point."""

_LAST = chr(0x10FFFF)
_BEFORE_SURROGATES, _AFTER_SURROGATES = chr(0xD7FF), chr(0xE000)
_PAST_ALL = _LAST * 4


def key_range(prefix: str) -> tuple[str, str]:
    """``(low, high)`` such that ``low <= key < high`` exactly for keys starting with ``prefix``.

    Without a prefix ``high`` is past every key that begins with an assigned character.
    """
    stem = prefix.rstrip(_LAST)
    if not stem:
        return prefix, _PAST_ALL
    last = stem[-1]
    following = _AFTER_SURROGATES if last == _BEFORE_SURROGATES else chr(ord(last) + 1)
    return prefix, stem[:-1] + following
