"""Check hand-written staged backward code, and name its mistakes."""

from hubel.transforms.staged._check import check_staged
from hubel.transforms.staged._report import Stage, StagedReport
from hubel.transforms.staged._watch import stage

__all__ = ["Stage", "StagedReport", "check_staged", "stage"]
