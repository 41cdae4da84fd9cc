#!/usr/bin/python3
"""Writes scipy_fixtures_test.h: what an independent implementation says about samples drawn here.

Run by hand after a change (Debian: python3-scipy); the tests read the header and need no scipy.
    harness/stats/scipy_fixtures.py > harness/stats/scipy_fixtures_test.h
"""
import itertools

import numpy as np
import scipy
from scipy import stats

random = np.random.default_rng(20260101)


def row(*fields):
    def text(field):
        if isinstance(field, (list, np.ndarray)):
            return "{" + ", ".join(repr(float(x)) for x in field) + "}"
        return repr(float(field))
    print("    {" + ", ".join(text(f) for f in fields) + "},")


def table(declaration, rows):
    print(f"\n{declaration} = {{")
    for fields in rows:
        row(*fields)
    print("};")


def signed_rank_without_ties():
    for n in (1, 2, 5, 10, 16, 24, 50):
        for shift in (0, 0.4):
            d = np.round(random.normal(shift, 1, n), 6)
            yield (d, *(stats.wilcoxon(d, alternative=a, method="exact").pvalue
                        for a in ("greater", "less", "two-sided")))


def signed_rank_with_ties():
    # scipy has no exact test here: its ranks (rankdata, Pratt's treatment of zeros), all 2^n signs.
    for n in (6, 9, 12):
        for shift in (0, 1):
            d = random.integers(-3, 4, n) + shift
            ranks = stats.rankdata(np.abs(d)) * (d != 0)
            w = ranks[d > 0].sum()
            sums = np.array([np.dot(ranks, signs) for signs in itertools.product((0, 1), repeat=n)])
            greater, less = (sums >= w).mean(), (sums <= w).mean()
            yield d, greater, less, min(1.0, 2 * min(greater, less))


def mann_whitney(method, sizes, draw):
    for m, n in sizes:
        x, y = draw(m), draw(n) + 1
        results = [stats.mannwhitneyu(y, x, alternative=a, method=method)
                   for a in ("greater", "less", "two-sided")]
        yield (x, y, results[0].statistic, *(r.pvalue for r in results))


def median_intervals():
    # The coverage of the interval from the k-th lowest to the k-th highest of n samples.
    for n in (6, 8, 10, 11, 16, 24, 48, 96, 400):
        for confidence in (0.9, 0.95, 0.99):
            k = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5))
            while k > 0 and 1 - 2 * stats.binom.cdf(k - 1, n, 0.5) < confidence:
                k -= 1
            while 1 - 2 * stats.binom.cdf(k, n, 0.5) >= confidence:
                k += 1
            if k > 0:
                yield n, confidence, k, 1 - 2 * stats.binom.cdf(k - 1, n, 0.5)


print(f"// Written by scipy_fixtures.py with scipy {scipy.__version__} and numpy {np.__version__}.")
print("// clang-format off")
print("#pragma once\n\n#include <vector>\n\nnamespace xdpbench::scipy {\n")
print("struct SignedRankCase { std::vector<double> differences; double greater, less, two_sided; };")
print("struct MannWhitneyCase { std::vector<double> first, second; double u, greater, less, two_sided; };")
print("struct MedianIntervalCase { double samples, confidence, k, coverage; };")
print("struct NormalCase { double p, z; };")
print("struct StudentCase { double p, degrees, t; };")
table("inline const std::vector<SignedRankCase> kSignedRank", signed_rank_without_ties())
table("inline const std::vector<SignedRankCase> kSignedRankWithTies", signed_rank_with_ties())
table("inline const std::vector<MannWhitneyCase> kMannWhitneyExact",
      mann_whitney("exact", ((1, 1), (3, 5), (5, 5), (10, 7), (20, 20)),
                   lambda n: np.round(random.normal(0, 1.5, n), 6)))
table("inline const std::vector<MannWhitneyCase> kMannWhitneyNormal",
      mann_whitney("asymptotic", ((60, 50), (101, 20)), lambda n: random.integers(0, 30, n)))
table("inline const std::vector<MedianIntervalCase> kMedianInterval", median_intervals())
table("inline const std::vector<NormalCase> kNormal",
      ((p, stats.norm.ppf(p)) for p in (1e-12, 0.0005, 0.005, 0.025, 0.1, 0.5, 0.75, 0.975, 0.9995)))
table("inline const std::vector<StudentCase> kStudent",
      ((p, n, stats.t.ppf(p, n)) for n in (10, 23, 95) for p in (0.9, 0.995, 0.999)))
print("\n}  // namespace xdpbench::scipy")
