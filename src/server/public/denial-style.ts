/** The only style of the page; the policy of the page names it by its hash. */
export const DENIAL_STYLE = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6575; --line: #dfe3ea; --paper: #fff; --ground: #f3f5f8;
  --good: #1a7f4b; --bad: #b3261e; --open: #9a6700; --deed: #1f4fbf; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebf1; --soft: #a3adbd; --line: #333b49; --paper: #1b212b; --ground: #11151c;
    --good: #5fd39a; --bad: #ff8f87; --open: #e8b95a; --deed: #8fb2ff; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 36rem; padding: clamp(1.25rem, 5vw, 2.25rem); background: var(--paper);
  border: 1px solid var(--line); border-radius: 0.9rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 0.5rem; font-size: 1.45rem; line-height: 1.25; }
h2 { margin: 1.5rem 0 0.5rem; font-size: 1rem; }
p { margin: 0 0 0.5rem; }
ul { margin: 0; padding: 0; list-style: none; }
li { padding: 0.55rem 0 0.55rem 1.9rem; border-top: 1px solid var(--line); position: relative; }
li::before { position: absolute; left: 0.2rem; font-weight: 700; }
li span { display: block; color: var(--soft); font-size: 0.9rem; }
.good::before { content: "✓"; color: var(--good); }
.bad::before { content: "✗"; color: var(--bad); }
.open::before { content: "?"; color: var(--open); }
.deed::before { content: "→"; color: var(--deed); }
.note { margin-top: 1rem; padding: 0.6rem 0.9rem; border-left: 3px solid var(--open); }
form, .back { margin-top: 1.5rem; }
button, .back a { display: inline-block; padding: 0.65rem 1.2rem; border: 0; border-radius: 0.5rem; font: inherit;
  font-weight: 600; background: var(--deed); color: var(--paper); text-decoration: none; cursor: pointer; }
footer { margin-top: 1.75rem; padding-top: 0.9rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.85rem; }
code { font: 0.85rem ui-monospace, monospace; user-select: all; }
`;
