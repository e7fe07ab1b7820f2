"""Names across scripts: skeletons, how alike two names are, and the blind token of a name with a year of birth."""
