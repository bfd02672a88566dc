"""REST over one ``service.application.Application``; ``app.create_app`` is the door."""
