/** What every page looks like: in light and dark, on a telephone and on paper. Each pair of colours has a contrast of 4.5 at least (WCAG 2.2, 1.4.3). */
export const pageStyle = `
:root { color-scheme: light dark; --text: #1c1c1c; --page: #fff; --card: #f6f7f8; --line: #d0d0d0; --strong: #767676; --faint: #595959; --link: #0b57d0; --allow: #176b2c; --warn: #7a4b00; --block: #a8071a; --error: #a8071a; }
@media screen and (prefers-color-scheme: dark) { :root { --text: #e6e6e6; --page: #16181a; --card: #1f2225; --line: #3a3d40; --strong: #8a8f94; --faint: #a3a3a3; --link: #8ab4f8; --allow: #6fd08c; --warn: #f0b95b; --block: #ff8a8a; --error: #ff8a8a; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 90rem; margin: 1.5rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.35rem; line-height: 1.3; } h2 { font-size: 1.1rem; margin: 2rem 0 0.5rem; } h3 { font-size: 1rem; margin: 0; font-weight: 600; }
code { font-family: ui-monospace, monospace; font-size: 0.9em; overflow-wrap: anywhere; } code, dd, td { unicode-bidi: isolate; }
a { color: var(--link); } p { margin: 0.25rem 0; }
section { border-top: 1px solid var(--line); padding: 0.75rem 0; }
dl { display: grid; grid-template-columns: 7rem 1fr; gap: 0.15rem 1rem; margin: 0.5rem 0 0; } dd { margin: 0; min-width: 0; grid-column: 2; } dd.sentence { grid-column: 1 / -1; }
dt, .faint { color: var(--faint); }
.allow { color: var(--allow); } .warn { color: var(--warn); } .block { color: var(--block); } .error { color: var(--error); }
.counts { display: flex; flex-wrap: wrap; gap: 0.5rem; list-style: none; padding: 0; margin: 0.75rem 0; } .counts li { border: 1px solid currentColor; border-radius: 6px; padding: 0.25rem 0.75rem; background: var(--card); }
.scroll { overflow-x: auto; } .scroll:focus-visible { outline: 2px solid var(--link); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.75rem 0.35rem 0; border-top: 1px solid var(--line); min-width: 6.5rem; } td:nth-child(2) { min-width: 14rem; } td:first-child { white-space: nowrap; }
th { color: var(--faint); font-weight: 600; overflow-wrap: normal; } th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; text-align: start; cursor: pointer; text-decoration: underline dotted; }
th[aria-sort='ascending'] button::after { content: ' ▲' / ''; } th[aria-sort='descending'] button::after { content: ' ▼' / ''; }
.tools { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: baseline; } .tools input, .tools select { font: inherit; max-width: 12rem; color: inherit; background: var(--card); border: 1px solid var(--strong); border-radius: 4px; padding: 0.1rem 0.4rem; }
details { border-top: 1px solid var(--line); padding: 0.5rem 0; } summary { cursor: pointer; }
@media (max-width: 64rem) { .wide { display: none; } }
@media (max-width: 40rem) {
  dl { grid-template-columns: 1fr; gap: 0; } dt { margin-top: 0.35rem; } dd { grid-column: 1; }
  table, tbody, thead, tr, td, th { display: block; } thead tr { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; } tbody tr { border-top: 1px solid var(--line); padding: 0.5rem 0; } tr[hidden] { display: none; }
  th, td, td:nth-child(2) { border: 0; padding: 0; min-width: 0; } td:nth-child(n + 2)::before { content: attr(data-label) ' '; color: var(--faint); } td:empty { display: none; } }
@media print { body { max-width: none; margin: 0; font-size: 11pt; } dl code { font-size: 0.8em; } .tools { display: none; } th button { display: contents; } th, td { min-width: 4rem; } td:nth-child(2) { min-width: 10rem; } section, tr { break-inside: avoid; } h2, summary { break-after: avoid; } .scroll { overflow: visible; } details::details-content { content-visibility: visible; display: block; } a { color: inherit; } }
`.trim();
