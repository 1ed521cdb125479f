/** The page's one style sheet: light or dark by the reader's setting. It loads no other resources. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --ink: #1d2433; --soft: #616a7c; --line: #e4e7ee; --hover: #f6f8fb; --card: #ffffff;
  --side: #0f2a3a; --side-ink: #c6d8e2; --side-soft: #86a3b3; --side-on: #1d6f8f; --accent: #0b6e8f; --link: #0a66a8;
  --code: #b3214e; --code-ground: #f4f5f8; --good: #1a8a5a; --warning: #c98a04; --danger: #c8324a; --mention: #fdf2cf;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181f; --ink: #e3e8f0; --soft: #97a1b3; --line: #2a313d; --hover: #1a2029; --card: #1a2029;
    --side: #0a1a24; --side-ink: #b8ccd7; --side-soft: #6f8b9a; --side-on: #185d78; --accent: #4cc2e0; --link: #6cb8f0;
    --code: #ff8fa8; --code-ground: #222a35; --good: #3fbf86; --warning: #e0ad3d; --danger: #ee6a7d; --mention: #4a3f14;
  }
}
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body {
  display: grid; grid-template-columns: 15.5rem minmax(0, 1fr); background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", sans-serif,
    "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji";
}
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
nav { background: var(--side); color: var(--side-ink); display: flex; flex-direction: column; min-height: 0; }
nav .brand { display: flex; gap: .65rem; align-items: center; padding: 1rem 1.1rem; border-bottom: 1px solid #ffffff1c; color: #fff; }
nav .brand b { display: block; font-size: 1.02rem; line-height: 1.2; } nav .brand small { color: var(--side-soft); }
nav .brand svg { width: 2.1rem; height: 2.1rem; flex: none; }
nav h2 { margin: 1.1rem 1.1rem .35rem; font-size: .78rem; font-weight: 600; letter-spacing: .04em; color: var(--side-soft); }
nav ul { list-style: none; margin: 0; padding: 0 .55rem; overflow-y: auto; flex: 1; }
nav li a {
  display: flex; gap: .45rem; padding: .3rem .6rem; border-radius: .45rem; color: inherit; text-decoration: none;
}
nav li a:hover { background: #ffffff14; } nav li a[aria-current] { background: var(--side-on); color: #fff; font-weight: 600; }
nav li span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; flex: 1; }
nav li em { font-style: normal; font-size: .78rem; opacity: .75; align-self: center; }
nav .hash { flex: none; opacity: .6; }
nav ul.people { flex: none; margin-bottom: .6rem; }
nav footer { padding: .8rem 1.1rem; font-size: .78rem; color: var(--side-soft); border-top: 1px solid #ffffff1c; }
main { display: flex; flex-direction: column; min-height: 0; height: 100vh; }
main > header { display: flex; align-items: baseline; gap: .8rem; padding: .85rem 1.4rem; border-bottom: 1px solid var(--line); }
main > header h1 { font-size: 1.1rem; margin: 0; } main > header span { color: var(--soft); font-size: .85rem; }
#log { flex: 1; overflow-y: auto; padding: .6rem 0 2rem; }
.day { display: flex; align-items: center; gap: .8rem; margin: .9rem 1.4rem .5rem; color: var(--soft); font-size: .8rem; font-weight: 600; }
.day::before, .day::after { content: ""; flex: 1; height: 1px; background: var(--line); }
article { display: grid; grid-template-columns: 2.4rem minmax(0, 1fr); gap: .75rem; padding: .55rem 1.4rem; }
article:hover { background: var(--hover); }
article > svg { width: 2.4rem; height: 2.4rem; }
.who { display: flex; gap: .45rem; align-items: baseline; } .who b { font-size: .97rem; }
.who .app { font-size: .64rem; font-weight: 700; padding: .05rem .3rem; border-radius: .2rem; background: var(--line); color: var(--soft); letter-spacing: .04em; }
.who time, .edited { color: var(--soft); font-size: .78rem; }
.body { max-width: 46rem; overflow-wrap: anywhere; } .body > * { margin: .4rem 0; }
.body > .who { margin: 0; }
h3 { font-size: 1.1rem; line-height: 1.35; margin: .3rem 0 .2rem; font-weight: 750; }
.section { display: flex; gap: 1rem; align-items: flex-start; } .section > div:first-child { flex: 1; min-width: 0; }
.fields { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .5rem 1.2rem; }
.text + .fields { margin-top: .5rem; }
.context { display: flex; flex-wrap: wrap; gap: .1rem .9rem; color: var(--soft); font-size: .82rem; }
hr { border: 0; border-top: 1px solid var(--line); margin: .7rem 0; }
code { font: .86em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; color: var(--code); background: var(--code-ground); border: 1px solid var(--line); border-radius: .3rem; padding: .08em .32em; }
.context code { color: inherit; }
pre { font: .84em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; background: var(--code-ground); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; margin: .35rem 0; overflow-x: auto; white-space: pre; width: fit-content; max-width: 100%; }
blockquote { margin: .25rem 0; padding-left: .8rem; border-left: 4px solid var(--line); }
.mention { background: var(--mention); border-radius: .2rem; padding: 0 .15em; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; }
.button { font: inherit; font-size: .87rem; font-weight: 650; padding: .32rem .8rem; border-radius: .4rem; border: 1px solid var(--line); background: var(--card); color: var(--ink); }
.button[data-action] { cursor: pointer; } .button[data-action]:hover { filter: brightness(.94); } .button:disabled { opacity: .55; }
.button.primary { background: var(--good); border-color: var(--good); color: #fff; } .button.danger { background: var(--danger); border-color: var(--danger); color: #fff; }
.attachment { display: grid; grid-template-columns: 4px minmax(0, 1fr); gap: .75rem; } .attachment > div > * { margin: .3rem 0; }
.bar { width: 4px; height: 100%; border-radius: 2px; fill: var(--line); } .bar.good { fill: var(--good); } .bar.warning { fill: var(--warning); } .bar.danger { fill: var(--danger); }
.thread { border-left: 2px solid var(--line); margin: .35rem 0 .2rem; padding-left: .3rem; }
.thread > summary { color: var(--link); font-size: .84rem; font-weight: 600; padding: .15rem .6rem; cursor: pointer; width: fit-content; }
.thread article { padding: .4rem .6rem; grid-template-columns: 1.7rem minmax(0, 1fr); gap: .6rem; } .thread article > svg { width: 1.7rem; height: 1.7rem; }
.thread h3 { font-size: 1rem; }
.empty { margin: 18vh auto 0; max-width: 30rem; text-align: center; color: var(--soft); padding: 0 1.5rem; } .empty svg { width: 4rem; height: 4rem; opacity: .9; }
.empty h2 { color: var(--ink); font-size: 1.2rem; margin: .6rem 0 .3rem; }
.whisper { background: var(--hover); border-left: 3px solid var(--line); }
dialog { border: 1px solid var(--line); border-radius: .7rem; background: var(--card); color: var(--ink); padding: 1.2rem 1.4rem; width: min(30rem, 90vw); }
dialog::backdrop { background: #00000066; } dialog p { color: var(--soft); margin: .2rem 0 .8rem; }
dialog label span { font-weight: 600; } dialog textarea { font: inherit; width: 100%; margin-top: .4rem; padding: .5rem .6rem; border-radius: .4rem; border: 1px solid var(--line); background: var(--ground); color: inherit; }
dialog menu { display: flex; justify-content: flex-end; gap: .5rem; margin: 1rem 0 0; padding: 0; } dialog .button { cursor: pointer; }
#note { position: fixed; right: 1.2rem; bottom: 1.2rem; padding: .55rem .9rem; border-radius: .5rem; background: var(--danger); color: #fff; font-size: .87rem; } #note:empty { display: none; }
@media (max-width: 720px) { body { grid-template-columns: 4.2rem minmax(0, 1fr); } nav .brand div, nav h2, nav footer, nav li em { display: none; } nav .brand { padding: .9rem 1rem; } .fields { grid-template-columns: 1fr; } }
`;

/**
 * Polls every two seconds and replaces the page's parts. It keeps the scroll position unless the reader is at the end. A click on a button is
 * sent to the page's server, which signs it.
 */
export const pageScript = `
const log = () => document.getElementById('log');
const atEnd = (el) => el.scrollHeight - el.scrollTop - el.clientHeight < 80;
const toEnd = () => { const el = log(); if (el) el.scrollTop = el.scrollHeight; };
toEnd();
let tag = null;
setInterval(async () => {
  if (document.hidden) return;
  try {
    const reply = await fetch(location.href, { headers: tag ? { 'if-none-match': tag } : {}, cache: 'no-store' });
    if (reply.status !== 200) return;
    tag = reply.headers.get('etag');
    const fresh = new DOMParser().parseFromString(await reply.text(), 'text/html');
    const stay = log() && !atEnd(log()) ? log().scrollTop : null;
    const shut = new Set([...document.querySelectorAll('details:not([open])')].map((d) => d.id));
    for (const id of ['side', 'main']) document.getElementById(id).replaceChildren(...fresh.getElementById(id).childNodes);
    for (const d of document.querySelectorAll('details')) if (shut.has(d.id)) d.open = false;
    if (stay === null) toEnd(); else log().scrollTop = stay;
  } catch { /* the cloud is down: the next poll may find it */ }
}, 2000);
const send = async (path, body) => {
  const note = document.getElementById('note');
  note.textContent = '';
  try {
    const reply = await fetch('/_slack/' + path, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user: document.body.dataset.user, ...body }),
    });
    const answer = await reply.json();
    if (!answer.ok) note.textContent = 'The app did not take it (' + answer.status + ').';
    return answer;
  } catch { note.textContent = 'The cloud is down.'; return {}; }
};
const ask = (title, text, yes, field) => new Promise((resolve) => {
  const box = document.getElementById('ask');
  const [label, area] = [box.querySelector('label'), box.querySelector('textarea')];
  box.querySelector('h3').textContent = title;
  box.querySelector('p').textContent = text;
  box.querySelector('[value=yes]').textContent = yes;
  label.hidden = field === undefined;
  label.querySelector('span').textContent = field ?? '';
  area.required = field !== undefined;
  area.value = '';
  box.querySelector('[value=no]').formNoValidate = true;
  box.onclose = () => resolve(box.returnValue === 'yes' ? area.value : undefined);
  box.returnValue = '';
  box.showModal();
});
document.addEventListener('click', async (event) => {
  const button = event.target.closest('button[data-action]');
  const place = button?.closest('article');
  if (!place) return;
  const { action, title, text, yes } = button.dataset;
  if (title !== undefined && (await ask(title, text, yes)) === undefined) return;
  button.disabled = true;
  const { ok, view } = await send('press', { channel: place.dataset.channel, ts: place.dataset.ts, action });
  button.disabled = false;
  if (!ok || !view) return;
  const [input] = view.view.blocks;
  const reason = await ask(view.view.title.text, input.hint?.text ?? '', view.view.submit.text, input.label.text);
  if (reason !== undefined) await send('submit', { view: view.id, reason });
});
`;
