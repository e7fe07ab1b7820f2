"""Two questionnaires of one's own: a short screening that opens an entity, and a follow-up that chooses from the list."""

from functools import cache
from uuid import UUID

from forms import FormDefinition, compile_workbook, read_form_definition

NAMESPACE = 'ws="urn:waystation:forms"'
INTAKE = f"""
| survey |
| | type | name | label | save_to | bind::ws:privacy | bind::ws:part |
| | select_one yn | con_Consent | Agrees? | | quasi_identifier | facts |
| | text | case_reference | Reference | | direct_identifier | identity |
| | text | prs_First_Name | First name | first_name | direct_identifier | identity |
| | text | prs_MobilePhone | Telephone | phone | direct_identifier | contact |
| | text | village | Village | village | quasi_identifier | facts |
| | text | health | Health | health | sensitive | facts |
| | text | story | Story | story | quasi_identifier | narrative |
| | text | untold | Untold | untold | | |
| | date | interview_date | Day | | quasi_identifier | facts |
| | text | vic_TraffickingStatus | Status | | sensitive | facts |
| | select_one yn | eligible | Eligible? | | sensitive | facts |
| choices |
| | list_name | name | label |
| | yn | yes | Yes |
| | yn | no | No |
| settings |
| | form_id | version | namespaces | attribute::ws:records |
| | intake | 1 | {NAMESPACE} | screening |
| entities |
| | list_name | label |
| | cases | ${{prs_First_Name}} |
"""
FOLLOW_UP = f"""
| survey |
| | type | name | label | save_to | bind::ws:privacy | bind::ws:part |
| | select_one_from_file cases.csv | which | Which case? | | quasi_identifier | facts |
| | date | interview_date | Day | | quasi_identifier | facts |
| | text | village | Village now | village | quasi_identifier | facts |
| | text | cas_Status | How does it stand? | state | sensitive | facts |
| | text | note | Note | | sensitive | narrative |
| settings |
| | form_id | version | namespaces | attribute::ws:records |
| | follow_up | 1 | {NAMESPACE} | assistance |
| entities |
| | list_name | entity_id |
| | cases | ${{which}} |
"""


@cache
def xform_of(workbook: str) -> bytes:
    return compile_workbook(workbook.encode(), "own.md").xform


@cache
def definition_of(workbook: str) -> FormDefinition:
    return read_form_definition(xform_of(workbook))


def entity(case: UUID | str, *, creates: bool = False, base_version: int = 1, list_name: str = "cases") -> str:
    """What a phone writes into `meta` of answers that open a case, or go on with one."""
    action = 'create="1"' if creates else f'update="1" baseVersion="{base_version}" trunkVersion="" branchId=""'
    return f'<entity dataset="{list_name}" id="{case}" {action}><label>whatever</label></entity>'


def with_entity(xml: bytes, written: str) -> bytes:
    """Answers that name an entity."""
    return xml.replace(b"</instanceID>", b"</instanceID>" + written.encode())
