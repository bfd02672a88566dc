"""Where an embedded state lies. Nothing here needs a library."""

from typing import Final

LOG_FILE: Final = "events.db"
ROUTES_FILE: Final = "routes.db"
ARCHIVE_FOLDER: Final = "archive"

FILES: Final = {"log": LOG_FILE, "routes": ROUTES_FILE}
"""The file of each part."""
