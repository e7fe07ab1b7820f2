"""Several transactions share what awaits casework: each claims what stands alone, and passes over what others have claimed."""

from ingest.claiming.claim_lone import awaiting_forms, claim_lone

__all__ = ["awaiting_forms", "claim_lone"]
