"""Static types: what an expression gives, and what is wrong with it before it ever runs."""

from __future__ import annotations

from pathways.feel.inference.infer import infer, infer_tests
from pathways.feel.inference.report import Inference, Problem

__all__ = ["Inference", "Problem", "infer", "infer_tests"]
