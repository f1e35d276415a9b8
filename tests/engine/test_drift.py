from __future__ import annotations

from tests.engine.drift import KINDS, REPOSITORY, equivalent, mutants, report, sample, try_all


def test_a_sample_of_drift_is_noticed() -> None:
    every = mutants(REPOSITORY)
    chosen = sample(every, 60)
    assert len(chosen) >= 60
    assert {mutant.kind for mutant in chosen} == set(KINDS)
    assert report(try_all(REPOSITORY, chosen), equivalent()) == []


def test_every_equivalent_change_exists_and_is_argued() -> None:
    names = {f"{mutant.kind} {mutant.name}" for mutant in mutants(REPOSITORY)}
    assert [name for name in equivalent() if name not in names] == []
    assert all(len(reason) > 20 for reason in equivalent().values())
