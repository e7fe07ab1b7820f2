"""High-frequency checks of what arrives: what a supervisor should look at, question by question, and never a verdict.

`look_at` takes one submission, `compare` many of a form beside each other; each finding names a check and a question.
`keep_findings` seals what was found, `read_findings` opens it again. Limits that differ by form stand in its `QualityPlan`.
"""

from ingest.quality.compare import compare
from ingest.quality.finding import OF_SEVERAL, Check, Finding
from ingest.quality.keep_findings import KeptFinding, keep_findings, read_findings
from ingest.quality.look_at import look_at
from ingest.quality.looked_at import Looked
from ingest.quality.position import Area
from ingest.quality.quality_plan import PlanUnreadable, QualityPlan, plan_of, plans_in_force, read_plan, set_plan
from ingest.quality.read_audit_log import read_audit_log
from ingest.quality.recheck_rules import Unchecked, not_checked
from ingest.quality.write_plan import write_plan

__all__ = [
    "OF_SEVERAL",
    "Area",
    "Check",
    "Finding",
    "KeptFinding",
    "Looked",
    "PlanUnreadable",
    "QualityPlan",
    "Unchecked",
    "compare",
    "keep_findings",
    "look_at",
    "not_checked",
    "plan_of",
    "plans_in_force",
    "read_audit_log",
    "read_findings",
    "read_plan",
    "set_plan",
    "write_plan",
]
