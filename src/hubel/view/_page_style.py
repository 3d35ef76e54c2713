"""The style of a report: one column, few colours, light and dark, wide and narrow."""

from __future__ import annotations

from typing import Final

from hubel.view._theme import DARK, LIGHT, SANS

_USED = ("surface", "raised", "ink", "muted", "hairline", "axis", "series0", "series1")


def _variables(colors: dict[str, str]) -> str:
    """Return the colours of a page as custom properties."""
    return "".join(f"--{name}:{colors[name]};" for name in _USED)


# Every rule stands on a line of its own, so that a change of style is easy to review.
PAGE_CSS: Final = f"""
:root{{color-scheme:light dark;{_variables(LIGHT)}}}
@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}
*{{box-sizing:border-box}}
body{{margin:0;background:var(--surface);color:var(--ink);font:16px/1.55 {SANS};
-webkit-text-size-adjust:100%;font-variant-numeric:tabular-nums}}
main{{max-width:1060px;margin:0 auto;padding:56px 32px 72px}}
.eyebrow{{margin:0 0 10px;color:var(--muted);font-size:13px;letter-spacing:.08em;
text-transform:uppercase}}
h1{{margin:0;font-size:clamp(28px,5vw,42px);line-height:1.15;letter-spacing:-.02em;
font-weight:650;overflow-wrap:anywhere}}
.summary{{margin:14px 0 0;max-width:44em;font-size:18px;color:var(--muted);
overflow-wrap:anywhere}}
.note{{margin:24px 0 0;padding:12px 16px;max-width:50em;background:var(--raised);
border-left:3px solid var(--series1);overflow-wrap:anywhere}}
section{{margin-top:56px}}
h2{{margin:0 0 6px;font-size:21px;line-height:1.3;letter-spacing:-.01em;
font-weight:650;overflow-wrap:anywhere}}
section p{{margin:0 0 18px;max-width:44em;color:var(--muted);overflow-wrap:anywhere}}
dl.facts{{display:grid;grid-template-columns:repeat(auto-fit,minmax(160px,1fr));
gap:20px 28px;margin:36px 0 0;padding:20px 0 18px;border:solid var(--hairline);
border-width:1px 0}}
.facts div{{display:flex;flex-direction:column-reverse;justify-content:flex-end}}
.facts dt{{color:var(--muted);font-size:14px}}
.facts dd{{margin:0;font-size:30px;line-height:1.2;letter-spacing:-.02em;
font-weight:600;overflow-wrap:anywhere}}
.facts div:first-child dd{{color:var(--series0)}}
.figures{{display:flex;flex-wrap:wrap;gap:28px 36px}}
.figure{{flex:1 1 420px;min-width:0;max-width:100%;overflow-x:auto}}
.figure:focus-visible,summary:focus-visible{{outline:2px solid var(--series0);
outline-offset:4px}}
.figure svg{{display:block;max-width:100%;height:auto}}
.figure .hb-dense{{min-width:540px}}
figure{{margin:0}}
figcaption{{margin-top:10px;color:var(--muted);font-size:14px}}
.hb-pixels{{display:block;image-rendering:pixelated}}
.hb-filters img{{width:100%;max-width:680px;height:auto}}
.hb-mistakes{{display:grid;gap:22px 18px;
grid-template-columns:repeat(auto-fill,minmax(136px,1fr))}}
.hb-mistakes img{{width:100%;height:auto;border-radius:3px}}
.hb-mistakes figcaption{{margin-top:6px;line-height:1.4;overflow-wrap:anywhere}}
.hb-mistakes strong{{color:var(--ink);font-weight:600}}
.hb-sure{{white-space:nowrap}}
.scroll{{overflow-x:auto}}
table{{border-collapse:collapse;font-size:14px}}
th,td{{padding:7px 28px 7px 0;border-bottom:1px solid var(--hairline);
text-align:left;vertical-align:top}}
th{{color:var(--muted);font-weight:400}}
thead th{{white-space:nowrap;border-bottom-color:var(--axis)}}
td{{overflow-wrap:anywhere}}
td.number,th.number{{text-align:right;white-space:nowrap}}
details{{max-width:100%}}
summary{{cursor:pointer;color:var(--series0);padding:4px 0}}
details .scroll{{margin-top:10px}}
.hb-wide svg{{max-width:none}}
.hb-buttons{{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:0 0 12px}}
.hb-buttons button{{font:inherit;min-width:44px;min-height:40px;padding:4px 12px;
color:var(--ink);background:var(--raised);border:1px solid var(--axis);
border-radius:6px;cursor:pointer}}
.hb-buttons button:focus-visible,.hb-buttons input:focus-visible
{{outline:2px solid var(--series0);outline-offset:2px}}
.hb-buttons input{{flex:1 1 160px;max-width:340px;accent-color:var(--series0)}}
.hb-play .hb-says{{min-height:3.2em;color:var(--ink)}}
.hb-played .value,.hb-played .gradient{{visibility:hidden}}
.hb-played .has-value .value,.hb-played .has-gradient .gradient{{visibility:visible}}
.hb-svg .now .gate{{stroke-width:3;stroke:var(--series0)}}
.hb-svg .wire.now{{stroke-width:3;stroke:var(--series0)}}
.hb-svg .opens{{cursor:pointer}}
.hb-steps{{padding-left:2.2em;font-size:15px}}
.hb-steps li{{padding:3px 6px}}
.hb-steps b{{font-weight:400}}
.hb-steps span{{display:block;color:var(--muted)}}
.hb-steps .now{{background:var(--raised);outline:1px solid var(--hairline)}}
footer{{margin-top:64px;padding-top:16px;border-top:1px solid var(--hairline);
color:var(--muted);font-size:13px}}
@media (max-width:560px){{main{{padding:32px 18px 48px}}section{{margin-top:44px}}
.facts dd{{font-size:25px}}dl.facts{{grid-template-columns:1fr 1fr}}
.hb-mistakes{{gap:16px 12px;grid-template-columns:repeat(3,1fr)}}}}
@media print{{main{{padding:0}}section{{break-inside:avoid}}}}
"""
