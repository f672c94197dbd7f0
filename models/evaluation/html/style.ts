/** The page's whole look. The palette is the app's (renderer/ui/tokens.css), so that reports read as part of it. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --canvas: light-dark(#f4f4f2, #131417);
  --surface: light-dark(#ffffff, #191b1e);
  --line: light-dark(#e0e0dc, #2a2d32);
  --ink: light-dark(#1a1b1d, #eceef1);
  --ink-2: light-dark(#4f535a, #b0b5be);
  --ink-3: light-dark(#656a71, #8a909a);
  --accent: light-dark(#1c5fd1, #79b0ff);
  --bar: light-dark(#3a3d42, #d5d9df);
  --track: light-dark(#e7e7e4, #26292e);
  --warn: light-dark(#865500, #e9b85f);
  --warn-soft: light-dark(#fbf3e2, #2b2417);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--canvas); color: var(--ink); font: 14px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { margin: 0; font-size: 24px; font-weight: 600; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h1 .path { font-size: 16px; font-weight: 400; }
h2 { margin: 40px 0 4px; font-size: 18px; font-weight: 600; overflow-wrap: anywhere; }
h3 { margin: 0 0 2px; font-size: 14px; font-weight: 600; }
p { margin: 0 0 8px; max-width: 75ch; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
.quiet { color: var(--ink-2); }
.path { font: 12px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.card { margin-top: 16px; padding: 20px; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; }
.warning { margin-top: 16px; padding: 12px 16px; background: var(--warn-soft); border: 1px solid var(--warn); border-radius: 8px; }
.warning p { margin: 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 16px; }
.pair > .card { min-width: 0; }
.scroll { overflow: auto; max-height: 480px; margin-top: 12px; }
.whole { max-height: none; margin-top: 0; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { position: sticky; top: 0; padding: 6px 12px 6px 0; background: var(--surface); color: var(--ink-3); font-size: 12px; font-weight: 500; text-align: left; white-space: nowrap; box-shadow: inset 0 -1px var(--line); }
td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child > td { border-bottom: 0; }
.number { text-align: right; white-space: nowrap; }
.small { color: var(--ink-3); font-size: 12px; white-space: nowrap; }
details > summary { cursor: pointer; }
details ul { margin: 6px 0 0; padding-left: 18px; }
svg { display: block; height: auto; }
.chart { width: 100%; max-width: 420px; margin-top: 16px; }
.share { width: 140px; margin-top: 6px; }
svg text { fill: var(--ink-3); font: 11px system-ui, sans-serif; }
.axis { stroke: var(--line); }
.ideal { stroke: var(--ink-3); stroke-dasharray: 3 4; }
.track { fill: var(--track); }
.bar { fill: var(--bar); }
.dot { fill: var(--accent); }
.curve { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
.interval { stroke: var(--accent); stroke-width: 1.5; }
@media print { .scroll { max-height: none; overflow: visible; } body { background: none; } .card { break-inside: avoid-page; } }
`;
