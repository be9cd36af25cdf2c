--- How the status page looks: in light and in dark, on a wide window and on a phone.
local M = {}

M.TEXT = [[
:root {
  color-scheme: light dark;
  --ground: #f7f7f5; --paper: #fff; --ink: #1d2126; --soft: #5b6470; --line: #dfe2e6;
  --good: #1a7042; --bad: #b3261e; --soon: #8a5a00; --going: #1c5fb0; --plain: #4678b4;
  --bad-ground: #fdecea; --soon-ground: #fdf3dc; --good-ground: #e9f5ee;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --paper: #1c2024; --ink: #e7e9ec; --soft: #a1abb6; --line: #343b43;
    --good: #6fcf97; --bad: #ff8a80; --soon: #f0b94d; --going: #7db4f5; --plain: #6f9fd8;
    --bad-ground: #3a1f1d; --soon-ground: #352a14; --good-ground: #16291f;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 72rem; padding: 1.25rem 1rem 2rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; margin-bottom: 1rem; }
h1 { margin: 0; font-size: 1.4rem; }
h2 { margin: 0 0 .75rem; font-size: 1.1rem; }
header p, footer, small, .note, .empty, caption, .far, .scale, .axis { color: var(--soft); }
header p { margin: 0; }
p { margin: .5rem 0 0; }
small { display: block; font-size: .85rem; }
code { font: .875em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
a { color: var(--going); }
section { margin: 0 0 1rem; padding: 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; }
.note, .empty, footer { font-size: .9rem; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.soon { color: var(--soon); }
.going { color: var(--going); }
.fine { background: var(--good-ground); padding: .75rem 1rem; }
.fine h2 { margin: 0; font-size: 1rem; color: var(--good); }
.matters ul { margin: 0; padding: 0; list-style: none; }
.matters li { display: flex; gap: .75rem; padding: .5rem .75rem; border-radius: .375rem; color: var(--ink); }
.matters li + li { margin-top: .375rem; }
.matters strong { flex: 0 0 4.5rem; }
.matters code { display: block; color: var(--soft); }
.matters .bad { background: var(--bad-ground); }
.matters .bad strong { color: var(--bad); }
.matters .soon { background: var(--soon-ground); }
.matters .soon strong { color: var(--soon); }
dl { margin: 0; }
dd { margin: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .75rem; margin: 0 0 1rem; }
.figures > div { padding: .75rem 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; }
.figures dt { color: var(--soft); font-size: .85rem; }
.figures dd { font-size: 1.5rem; line-height: 1.3; }
.figures div, .facts div { color: var(--ink); }
.figures .bad dd { color: var(--bad); }
.figures .good dd { color: var(--good); }
.figures dd small { font-weight: 400; line-height: 1.4; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: .25rem 2rem; }
.facts > div { display: flex; justify-content: space-between; gap: 1rem; border-bottom: 1px solid var(--line); padding: .25rem 0; }
.facts dt { color: var(--soft); flex: 0 0 auto; }
.facts dd { text-align: right; }
.facts .bad dd { color: var(--bad); }
.facts .soon dd { color: var(--soon); }
.counts { margin-top: 1rem; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); }
table { width: 100%; border-collapse: collapse; margin-top: .5rem; font-size: .95rem; }
table.narrow { max-width: 24rem; }
dl + table, .note + table { margin-top: 1rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { padding: .5rem .75rem .5rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 500; font-size: .85rem; }
tbody th { font-weight: 400; }
th.number, td.number { text-align: right; white-space: nowrap; padding-right: 1.5rem; }
td:last-child, th:last-child { padding-right: 0; }
time { white-space: nowrap; }
.far { display: block; font-size: .85rem; }
.facts .far { display: inline; }
.state { font-weight: 600; }
.drawn { width: 9rem; }
.code { min-width: 11rem; }
svg { display: block; width: 100%; }
.plot { margin: 0; }
.plot svg { height: 7rem; }
.runs { height: 2.25rem; }
.grid { stroke: var(--line); stroke-width: 1; fill: none; vector-effect: non-scaling-stroke; }
rect.plain { fill: var(--plain); }
rect.good { fill: var(--good); }
rect.bad { fill: var(--bad); }
rect.going { fill: var(--going); }
.scale, .axis { font-size: .8rem; }
.axis { display: flex; justify-content: space-between; }
footer { padding: 0 1rem; }
@media (max-width: 44rem) {
  body { padding: .75rem .5rem 1.5rem; }
  section { padding: .75rem; }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .5rem; }
  .figures > div { padding: .5rem .75rem; }
  .figures dd { font-size: 1.25rem; }
  .facts, .counts { grid-template-columns: minmax(0, 1fr); }
  .facts dd { min-width: 0; }
  time { white-space: normal; }
  .matters li { display: block; }
  table, tbody, tr, th, td { display: block; width: auto; }
  thead { display: none; }
  tbody tr { padding: .5rem 0; border-top: 1px solid var(--line); }
  tbody th, tbody td { padding: .125rem 0; border: 0; }
  tbody td { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: .5rem; }
  tbody td::before { content: attr(data-name); color: var(--soft); font-size: .85rem; }
  th.number, td.number { text-align: left; white-space: normal; }
  .drawn { width: auto; }
  .code { min-width: 0; }
}
]]

return M
