"""Charts as SVG, legible on light and dark pages, without anything but the standard library."""
from html import escape

STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #24292f } .grid { stroke: #d0d7de } .bar { stroke: #cf222e; stroke-dasharray: 4 3 }
.a { fill: #0969da } .b { fill: #8c959f } .line-a { stroke: #0969da; fill: none; stroke-width: 2 } .line-b { stroke: #bf8700; fill: none; stroke-width: 2 }
.dot-a { fill: #0969da } .dot-b { fill: #bf8700 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .grid { stroke: #3d444d } .bar { stroke: #ff7b72 }
.a, .dot-a { fill: #4493f8 } .b { fill: #7d8590 } .line-a { stroke: #4493f8 } .line-b { stroke: #d29922 } .dot-b { fill: #d29922 } }
</style>"""


def svg(width, height, title, parts):
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="{escape(title)}">'
    return "\n".join([head, f"<title>{escape(title)}</title>", STYLE, *parts, "</svg>", ""])


def text(x, y, what, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(what)}</text>'


def ratios(title, rows):
    """One bar for each (name, ratio, least), the least that it must reach as a mark; what is beyond 10 is cut off."""
    left, right, step, shown = 230, 640, 30, 10.0
    scale = lambda ratio: left + (right - left) * min(ratio, shown) / shown
    height = 50 + step * len(rows)
    parts = [text(10, 20, title)]
    for n in range(0, 11, 2):
        parts += [f'<line class="grid" x1="{scale(n)}" x2="{scale(n)}" y1="32" y2="{height - 16}"/>', text(scale(n), height - 2, f"{n} ×", "middle")]
    for n, (name, ratio, least) in enumerate(rows):
        y = 38 + n * step
        parts += [text(left - 8, y + 14, name, "end"), f'<rect class="a" x="{left}" y="{y}" width="{max(scale(ratio) - left, 1):.1f}" height="18"/>']
        parts.append(text(scale(ratio) + 6, y + 14, f"{ratio:.2f} ×"))
        if least:
            parts.append(f'<line class="bar" x1="{scale(least):.1f}" x2="{scale(least):.1f}" y1="{y - 4}" y2="{y + 22}" stroke-width="2"/>')
    return svg(720, height, title, parts)


def lines(title, ticks, series):
    """Up to two series of (name, unit, values), each with a scale of its own from zero; the ticks are equally far apart."""
    left, right, top, bottom = 60, 620, 60, 260
    x = lambda n: left + (right - left) * n / max(len(ticks) - 1, 1)
    parts = [text(10, 20, title)]
    parts += [f'<line class="grid" x1="{left}" x2="{right}" y1="{bottom}" y2="{bottom}"/>']
    parts += [text(x(n), bottom + 20, tick, "middle") for n, tick in enumerate(ticks)]
    for kind, (name, unit, values) in zip("ab", series):
        most = max(values) * 1.25 or 1
        y = lambda value: bottom - (bottom - top) * value / most
        points = [(x(n), y(value)) for n, value in enumerate(values)]
        parts.append(f'<polyline class="line-{kind}" points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in points)}"/>')
        for (a, b), value in zip(points, values):
            parts += [f'<circle class="dot-{kind}" cx="{a:.1f}" cy="{b:.1f}" r="4"/>', text(a, b - 10, f"{value:,.4g} {unit}", "middle")]
        place = left + (0 if kind == "a" else 300)
        parts += [f'<rect class="dot-{kind}" x="{place}" y="32" width="12" height="12"/>', text(place + 18, 43, name)]
    return svg(720, 290, title, parts)
