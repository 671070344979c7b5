"""No `[proof]`: each option carries its own claim, an expression that is true if the option is right."""

from __future__ import annotations

from collections.abc import Iterator

from practicum.kinds import validators
from practicum.kinds.base import PartMistake
from practicum.kinds.choice.proof_form import ProofForm
from practicum.kinds.claims import SEEDS, claim_mistakes, judge_claims, plan_claims
from practicum.model import Observations, Plan, Variant, VariantFinding


class ClaimProof(ProofForm):
    """An option is right if its claim holds in every fresh run; a claim about experiments, for every seed."""

    key = "claim"
    schema = {"seeds": validators.seed_count}
    takes_claims = True

    def mistakes(self, variant: Variant) -> Iterator[PartMistake]:
        for number, option in enumerate(variant.options, 1):
            if option.claim is not None:
                yield from claim_mistakes(option.claim, f"claim {number}")

    def plan(self, variant: Variant, experiments: frozenset[str]) -> Plan:
        return plan_claims(variant, experiments, variant.proof.get("seeds", SEEDS))

    def judge(self, variant: Variant, observations: Observations) -> VariantFinding:
        return judge_claims(variant, observations)
