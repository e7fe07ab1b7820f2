"""What is done to a person's record across stages: corrected, packed, exported, erased."""
