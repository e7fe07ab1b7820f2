"""Finding a person: exactly, by name and year of birth, or freely through the worker that holds names in memory."""

from casework.search.find_person import find_case, find_named, find_persons
from casework.search.name_index import NameIndex
from casework.search.open_identities import FoundPerson
from casework.search.read_names import read_all_names, read_names
from casework.search.restrictions_turned import restrictions_turned
from casework.search.search_freely import search_freely
from casework.search.search_wire import ask_worker, read_question, write_answer

__all__ = [
    "FoundPerson",
    "NameIndex",
    "ask_worker",
    "find_case",
    "find_named",
    "find_persons",
    "read_all_names",
    "read_names",
    "read_question",
    "restrictions_turned",
    "search_freely",
    "write_answer",
]
