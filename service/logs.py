"""Logs on standard error: lines for people, or one JSON object a line for machines."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal

from signal_factory.times import format_time


class JsonLines(logging.Formatter):
    """``{time, level, logger, message, error?}`` per record."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        document = {
            "time": format_time(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            document["error"] = self.formatException(record.exc_info)
        return json.dumps(document)


def setup_logging(level: str, form: Literal["text", "json"]) -> None:
    """Send the log of this process to standard error, from ``level`` up."""
    handler = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if form == "json" else text)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("signal_factory", "uvicorn.error"):
        logging.getLogger(name).setLevel(level)
