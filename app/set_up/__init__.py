"""The set-up of an operation as one file: written here, and brought in elsewhere.

Forms with the classes set beside them, places, units, the programme, retention periods, rules of protection, and plans of
checks. Nobody's name, account, key or token is in it, and no answer. `write_set_up` makes the file; `look_at` says what it
would change, and `bring_in` does it, part by part, with the rights of whoever asks: what needs a second person is proposed.
"""

from app.set_up.bring_in import bring_in, look_at
from app.set_up.gather import lists_of_forms, write_set_up
from app.set_up.outcome import Outcome, State, Why
from app.set_up.read_file import read_set_up

__all__ = ["Outcome", "State", "Why", "bring_in", "lists_of_forms", "look_at", "read_set_up", "write_set_up"]
