"""Who sends: devices and teams, known by the token in their server's address, each with a custody for what it sends."""

from ingest.collectors.register_collector import Collector, add_collector, find_collector

__all__ = ["Collector", "add_collector", "find_collector"]
