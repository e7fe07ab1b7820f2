"""The worker's day: which cases are theirs, what is due, what waits for somebody. Lists show what stands in clear of a case and
open nothing."""

from casework.case_file_models import TO_DO_KINDS
from casework.caseload.case_filter import CaseFilter, Mark, Whose
from casework.caseload.count_day import DAY, count_day
from casework.caseload.hand_over import person_to_hand_over
from casework.caseload.has_cases import has_cases
from casework.caseload.kept_lists import KeptList, drop_list, keep_list, kept_lists
from casework.caseload.list_caseload import COUNTED, PAGE_OF_CASES, CaseLine, CasePage, list_caseload
from casework.caseload.list_tasks import Due, ListedTask, TaskFilter, list_tasks
from casework.caseload.marked_entries import OPEN_STATES
from casework.models import CaseState, ScreeningOutcome

__all__ = [
    "COUNTED",
    "DAY",
    "OPEN_STATES",
    "PAGE_OF_CASES",
    "TO_DO_KINDS",
    "CaseFilter",
    "CaseLine",
    "CasePage",
    "CaseState",
    "Due",
    "KeptList",
    "ListedTask",
    "Mark",
    "ScreeningOutcome",
    "TaskFilter",
    "Whose",
    "count_day",
    "drop_list",
    "has_cases",
    "keep_list",
    "kept_lists",
    "list_caseload",
    "list_tasks",
    "person_to_hand_over",
]
