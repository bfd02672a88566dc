"""Deployments as suspects: which ones touch what failed, and which the evidence clears."""

from .boundary import LEAK, Between
from .deployments import on_data, on_job

__all__ = ["LEAK", "Between", "on_data", "on_job"]
