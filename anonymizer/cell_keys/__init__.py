"""Perturbation by cell keys, for tables that are asked for one at a time (Fraser and Wooton 2005; Marley and Leaver 2011).

Every record has a fixed secret key, and the noise of a cell follows from the sum of its records' keys: whoever asks for the
same cell again, in whatever table, gets the same number, so that asking again takes no noise out. The numbers do not add up.
"""

from anonymizer.cell_keys.errors import NoiseUnfit, RecordTwice, SecretNotFree, SecretUnfit, TooManyTables
from anonymizer.cell_keys.limit_tables import Limits, remembered, require_within
from anonymizer.cell_keys.perturb import fingerprint, perturb
from anonymizer.cell_keys.perturbation_table import Noise, PerturbationTable, make_table
from anonymizer.cell_keys.record_keys import cell_keys, record_keys
from anonymizer.cell_keys.secret_file import Secret, begin_secret, read_secret

__all__ = [
    "Limits",
    "Noise",
    "NoiseUnfit",
    "PerturbationTable",
    "RecordTwice",
    "Secret",
    "SecretNotFree",
    "SecretUnfit",
    "TooManyTables",
    "begin_secret",
    "cell_keys",
    "fingerprint",
    "make_table",
    "perturb",
    "read_secret",
    "record_keys",
    "remembered",
    "require_within",
]
