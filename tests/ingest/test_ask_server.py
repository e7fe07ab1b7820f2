"""Whoever was forked has no connection to a server: two processes on one line would read each other's answers."""

import multiprocessing

import pytest

from ingest.kobo import open_kobo
from tests.ingest.kobo_server import kobo_serving


def test_a_process_that_was_forked_asks_nothing() -> None:
    with kobo_serving() as form, open_kobo(form.address, form.asset, form.token) as server:
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()

        def ask() -> None:
            with pytest.raises(RuntimeError, match="forked"):
                server.ask_page(server.spot_after(0))
            theirs.send("refused")

        other = context.Process(target=ask)
        other.start()
        other.join()
        assert ours.poll()
        assert not form.asked
        assert server.read_page(server.ask_page(server.spot_after(0))).next is None
