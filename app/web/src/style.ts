/** The page's style sheet: nothing is loaded from elsewhere. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --background: light-dark(#f7f5f1, #16181c);
  --card: light-dark(#ffffff, #1f2228);
  --line: light-dark(#e4dfd6, #31353d);
  --text: light-dark(#22242a, #eceae6);
  --quiet: light-dark(#676c76, #a0a5af);
  --accent: light-dark(#0b6b57, #58c7ab);
  --notice: light-dark(#fdf1d3, #3b3220);
}
* { box-sizing: border-box; }
body {
  margin: 0 auto;
  max-width: 68rem;
  min-height: 100vh;
  padding: 0 1.5rem;
  display: flex;
  flex-direction: column;
  background: var(--background);
  color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif;
}
header {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  justify-content: space-between;
  gap: .5rem 1rem;
  padding: 2.5rem 0 1.5rem;
}
h1 { margin: 0; font-size: 2rem; letter-spacing: -.02em; }
.version {
  padding: .2rem .8rem;
  border: 1px solid var(--accent);
  border-radius: 1rem;
  color: var(--accent);
  font-variant-numeric: tabular-nums;
}
main { flex: 1; }
.notice { margin: 0 0 1.5rem; padding: .8rem 1rem; border-radius: .6rem; background: var(--notice); }
ul {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr));
  gap: 1.25rem;
  margin: 0;
  padding: 0;
  list-style: none;
}
li {
  display: flex;
  flex-direction: column;
  padding: 1.25rem;
  border: 1px solid var(--line);
  border-radius: .9rem;
  background: var(--card);
}
h2 { margin: 0 0 .4rem; font-size: 1.1rem; }
li p { margin: 0 0 1rem; color: var(--quiet); }
.price { margin-top: auto; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; }
footer {
  margin-top: 2.5rem;
  padding: 1.25rem 0 2rem;
  border-top: 1px solid var(--line);
  color: var(--quiet);
  font-size: .875rem;
}
code { font: .95em ui-monospace, monospace; }
`;
