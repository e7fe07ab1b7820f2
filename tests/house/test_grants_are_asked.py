"""What an account may do is asked of its grants: a role of an operation's own holds less than the role that it is made of."""

import re

from tests.conftest import PROJECT

MAY_ASK_THE_TABLE = {"core/access.py", "core/permissions.py", "app/cli/reference.py"}


def test_no_other_room_asks_the_table_of_rights_what_a_role_holds() -> None:
    asking = re.compile(r"from core\.permissions import [^\n]*\bholds\b|PERMISSIONS\[")
    rooms = ("core", "forms", "ingest", "casework", "anonymizer", "exports", "app")
    found = {
        str(file.relative_to(PROJECT))
        for room in rooms
        for file in (PROJECT / room).rglob("*.py")
        if asking.search(file.read_text(encoding="utf-8"))
    }
    assert found == MAY_ASK_THE_TABLE
