"""Things to do, what is overdue first, and the day in numbers that agree with the lists behind them."""

from uuid import UUID

from sqlalchemy import text

from casework.case_file import Act, EntryKind
from casework.caseload import DAY, CaseFilter, Due, TaskFilter, Whose, count_day, list_tasks
from core.access import Access, Grant
from core.audit import Purpose
from core.permissions import Role
from tests.beginning import begun
from tests.casework.test_caseload.conftest import AMAL, CARLA, SOON, TODAY, YESTERDAY, Office


@begun
def tasks(office: Office) -> dict[str, UUID]:
    """By what is to be told of each."""
    return {
        "mine, soon": office.begin("SC-1", EntryKind.VISIT, due=SOON, assignee="amal", purpose="See her"),
        "mine, overdue": office.begin("SC-2", EntryKind.TASK, due=YESTERDAY, assignee="amal", task="Call"),
        "nobody's, of my case": office.begin("SC-1", EntryKind.SERVICE, service_type="medical"),
        "asha's, overdue": office.begin("SC-2", EntryKind.TASK, due=YESTERDAY, assignee="asha", task="Write"),
        "nobody's": office.begin("SC-3", EntryKind.TASK, due=TODAY, task="Ask"),
        "badr's": office.begin("SC-9", EntryKind.TASK, due=YESTERDAY, assignee="badr", task="Ask"),
    }


def named(tasks: dict[str, UUID], found: list[UUID]) -> list[str]:
    names = {task: name for name, task in tasks.items()}
    return [names[one] for one in found]


def test_ones_own_come_by_their_day_and_what_has_none_last_and_so_do_the_teams(office: Office, tasks: dict[str, UUID]) -> None:
    assert named(tasks, office.tasks(TaskFilter())) == ["mine, overdue", "mine, soon", "nobody's, of my case"]
    assert named(tasks, office.tasks(TaskFilter(due=Due.OVERDUE))) == ["mine, overdue"]
    assert named(tasks, office.tasks(TaskFilter(due=Due.SOON))) == ["mine, soon"]
    assert named(tasks, office.tasks(TaskFilter(kind=EntryKind.SERVICE))) == ["nobody's, of my case"]
    team = set(named(tasks, office.tasks(TaskFilter(Whose.TEAM))))
    assert team == set(tasks) - {"badr's"}
    assert named(tasks, office.tasks(TaskFilter(Whose.NOBODY))) == ["nobody's"]
    assert set(named(tasks, office.tasks(TaskFilter(Whose.REACH), CARLA))) == set(tasks)
    with office.team.zone() as session:
        session.execute(text("UPDATE casework.case_entry SET state = 'done' WHERE id = :id"), {"id": tasks["mine, soon"]})
    assert "mine, soon" not in named(tasks, office.tasks(TaskFilter()))


def test_page_by_page_each_comes_once(office: Office, tasks: dict[str, UUID]) -> None:
    whole, after, pages = office.tasks(TaskFilter(Whose.REACH), CARLA), None, []
    for _ in range(len(tasks)):
        with office.working(CARLA) as session:
            page = list_tasks(session, TaskFilter(Whose.REACH), purpose=Purpose.ASSISTANCE, after=after, size=1)
        pages += [task.id for task in page.rows]
        after = page.following
    assert (pages, after) == (whole, None)


def test_each_number_of_a_day_is_of_the_list_behind_it(office: Office, tasks: dict[str, UUID]) -> None:
    office.begin("SC-3", EntryKind.FLAG, reason="Look here")
    office.begin("SC-1", EntryKind.CLOSURE, Act.SUBMIT, outcome="goals_met", reason="All is done")
    referral = office.begin("SC-2", EntryKind.REFERRAL, provider="medical_partner", reason="Fever")
    with office.team.zone() as session:
        session.execute(text("UPDATE casework.case_entry SET state = 'sent' WHERE id = :id"), {"id": referral})
    for access in (AMAL, CARLA):
        with office.working(access) as session:
            counted = count_day(session)
        behind = {
            name: len(office.listed(asked, access) if isinstance(asked, CaseFilter) else office.tasks(asked, access))
            for name, asked in DAY.items()
        }
        assert counted == behind
        assert [counted[name] for name in ("flagged", "awaiting", "referred", "without_worker")] == [1, 1, 1, 1]
    with office.working(Access("dina", AMAL.operation, (Grant(Role.DATA_PROTECTION_OFFICER),))) as session:
        assert count_day(session) == {}
