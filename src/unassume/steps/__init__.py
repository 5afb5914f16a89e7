"""The verbs: find, survey, plan, preview, apply, verify, undo. Pure but for the ports they are given.

Allowed calls between steps: plan -> preview; apply -> find, preview; verify -> find; watch -> verify, and for a
cut made again find, survey, plan, apply.
"""
