"""Turns the rounds of the benchmark into figures.

figures.py latencies TPS < pgbench-log     one line: requests/s, p50 and p99 in milliseconds, errors
figures.py compare NAME FILE NAME FILE     medians of two files of such lines, and their ratio
"""
import statistics
import sys


def latencies(tps):
    us = sorted(int(line.split()[2]) for line in sys.stdin)
    p50, p99 = (us[int(len(us) * p)] / 1000 for p in (0.50, 0.99))
    print(f"{float(tps):.0f} {p50:.3f} {p99:.3f} 0")


def medians(path):
    columns = list(zip(*([float(x) for x in line.split()] for line in open(path))))
    return [statistics.median(column) for column in columns[:3]], int(sum(columns[3]))


def compare(*pairs):
    rows = [(name, *medians(path)) for name, path in zip(pairs[::2], pairs[1::2])]
    for name, (rate, p50, p99), errors in rows:
        print(f"{name:<28} {rate:>8.0f}/s   p50 {p50:7.2f} ms   p99 {p99:7.2f} ms" + f"   {errors} ERRORS" * bool(errors))
    (_, first, _), (_, second, _) = rows
    print(f"{'ratio':<28} {second[0] / first[0]:>8.2f}     p50 {second[1] / max(first[1], 0.001):7.2f}      p99 {second[2] / max(first[2], 0.001):7.2f}")
    if any(errors for *_, errors in rows):
        sys.exit("a run with errors measures nothing")


{"latencies": latencies, "compare": compare}[sys.argv[1]](*sys.argv[2:])
