"""The people around a person: relationships, households as they change, and children who are alone."""

from casework.family.best_interest import ChildView, StepKind, finish_step, plan_step, view_child
from casework.family.change_household import NewMember, add_new_member, come_back, join_household, leave_household, name_head
from casework.family.child_care import CareStatus, ChildAlone, children_alone, decide_care, is_alone
from casework.family.relate_persons import end_relationship, relate, take_back_relationship
from casework.family.relation_kinds import RelationKind
from casework.family.view_family import FamilyView, view_family

__all__ = [
    "CareStatus",
    "ChildAlone",
    "ChildView",
    "FamilyView",
    "NewMember",
    "RelationKind",
    "StepKind",
    "add_new_member",
    "children_alone",
    "come_back",
    "decide_care",
    "end_relationship",
    "finish_step",
    "is_alone",
    "join_household",
    "leave_household",
    "name_head",
    "plan_step",
    "relate",
    "take_back_relationship",
    "view_child",
    "view_family",
]
