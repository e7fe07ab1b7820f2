"""Add noise to counted records: the noise of a cell hangs on which records it holds, and on nothing else."""

import hmac
from hashlib import sha256
from itertools import product

import numpy as np

from anonymizer.cell_keys.perturbation_table import make_table
from anonymizer.cell_keys.record_keys import cell_keys, record_keys
from anonymizer.cell_keys.secret_file import Secret
from anonymizer.published import PublishedTable
from anonymizer.records import Records, every_level

__all__ = ["fingerprint", "perturb"]


def perturb(records: Records, secret: Secret) -> PublishedTable:
    """Every cell of every level with noise; each row of the records is one record with an id of its own.

    A cell that holds the same records has the same number in every table. Zero stays zero. The totals are perturbed by
    themselves and are not the sums of their parts.
    """
    cells, size, shape = records.cells, records.size, records.shape
    keys = record_keys(secret.for_records, records.ids)[records.whose]
    counts = every_level(np.bincount(cells, minlength=size).astype(np.int64).reshape(shape), records.dimensions)
    summed = every_level(cell_keys(cells, keys, size).reshape(shape), records.dimensions)
    noisy = counts + make_table(secret.noise).change(counts, summed)
    codes = product(*(dimension.parents for dimension in records.dimensions))
    return PublishedTable(records.name, records.dimensions, dict(zip(codes, noisy.ravel().tolist(), strict=True)))


def fingerprint(records: Records, secret: Secret) -> str:
    """The same for the same records in any order, and telling nothing of them without the secret; hexadecimal."""
    keys = record_keys(secret.for_records, records.ids)[records.whose]
    told = f"{len(keys)}:{int(keys.sum(dtype=np.uint64))}"
    return hmac.new(secret.for_records, told.encode(), sha256).hexdigest()
