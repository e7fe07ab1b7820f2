"""The tables of every stage. A program that opens a database knows them all, however little of the rest it needs.

What is erased with a person, which rows stand on sealed lists, which schemas a backup holds: each is asked of all tables
there are, and a table whose module was not read would be left out without a word.
"""

import anonymizer.weeks
import casework
import core.identity.models
import core.listed
import core.models
import exports
import forms
import ingest
import ingest.handed_in
import ingest.reviews

__all__: list[str] = []
