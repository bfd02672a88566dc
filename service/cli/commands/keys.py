"""``sf keys``: API keys beside the local one."""

import os
from argparse import Namespace

from ...clocks import wall_clock
from ...keys import add_key, remove_key, stored_keys
from ..common import settings_of, wants_json
from ..console import OK, Console


def run(arguments: Namespace, console: Console) -> int:
    """Add, list or remove; a running server follows at once."""
    data_dir = settings_of(arguments).settings.data_dir
    if arguments.action == "remove":
        remove_key(data_dir, arguments.name)
        console.note(f"key {arguments.name} removed")
        return OK
    known = stored_keys(data_dir)
    if arguments.action == "list":
        listed = [{"name": key.name, "role": key.role, "created_at": key.created_at} for key in known]
        if wants_json(arguments):
            console.json(listed)
        for entry in () if wants_json(arguments) else listed:
            console.text(f"{entry['name']:<20}  {entry['role']:<9}  {entry['created_at']}")
        return OK
    name = arguments.name or _free_name(arguments.role, {key.name for key in known})
    key = add_key(data_dir, name, arguments.role, wall_clock(), os.urandom)
    console.note(f"key {name} with role {arguments.role}; it is shown this once")
    if wants_json(arguments):
        console.json({"name": name, "role": arguments.role, "key": key})
    else:
        console.text(key)
    return OK


def _free_name(role: str, taken: set[str]) -> str:
    return next(
        name for name in (f"{role}-{number}" for number in range(1, len(taken) + 2)) if name not in taken
    )
