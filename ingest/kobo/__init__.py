"""KoboToolbox as a server that is pulled: `open_kobo` opens a form there, and reads its records as `ingest.pull` takes them."""

from ingest.kobo.server import KoboServer, open_kobo

__all__ = ["KoboServer", "open_kobo"]
