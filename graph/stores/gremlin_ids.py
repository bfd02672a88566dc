"""Names of graph elements as the string ids that every Gremlin server accepts, Neptune included.

A vertex id reads like its name, and ids of vertices order as (label, key) does: by
code point, whether a server compares UTF-8, UTF-16 or code points.
"""

import hashlib
import re

from ..model import NodeRef

# From here on UTF-16 orders otherwise than code points do; the marker itself sorts after all before it.
_MARKER = "\ud7ff"
_UNORDERED = re.compile(f"[{_MARKER}\ue000-\U0010ffff]")
_ESCAPED = re.compile(f"{_MARKER}([0-9a-f]{{6}})")


def vertex_id(ref: NodeRef) -> str:
    """``<label>:<key>``, with the few characters escaped that servers order differently."""
    return f"{ref.label}:{_UNORDERED.sub(_escape, ref.key)}"


def ref_of(identifier: str) -> NodeRef:
    """The name behind a vertex id."""
    label, _, key = identifier.partition(":")
    return NodeRef(label, _ESCAPED.sub(_unescape, key) if _MARKER in key else key)


def edge_id(kind: str, src: NodeRef, dst: NodeRef) -> str:
    """``<kind>:<hash of both ends>``: one id per identity, of bounded length."""
    ends = "\0".join((*src, *dst)).encode()
    return f"{kind}:{hashlib.sha256(ends).hexdigest()[:40]}"


def _escape(found: re.Match[str]) -> str:
    return f"{_MARKER}{ord(found[0]):06x}"


def _unescape(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))
