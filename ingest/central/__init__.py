"""ODK Central as a server that is pulled: `open_central` opens a form there, and reads its rows as `ingest.pull` takes them."""

from ingest.central.server import CentralServer, open_central

__all__ = ["CentralServer", "open_central"]
