"""Facts become graph mutations: nodes and edges whose merge does not depend on order."""

from .mutations import Mutations
from .projector import Projection

__all__ = ["Mutations", "Projection"]
