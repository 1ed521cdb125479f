import { type Html, html } from './html.ts';
import { style } from './style.ts';

/** The Content-Security-Policy: no external resources and no scripts, so the file looks the same everywhere. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The style sheet is a constant of this project and needs no escaping. */
const trusted = (markup: string): Html => ({ markup });

/** One self-contained HTML file without scripts or external assets. */
export function pageOf(title: string, parts: readonly (Html | undefined)[]): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<main>
${parts.map((part) => html`${part}\n`)}</main>
</body>
</html>
`;
  return page.markup;
}

/** What stands at the head of a report: its kind, the pipeline, and some facts. */
export function pageHead(
  kind: string,
  { name, description }: { readonly name: string; readonly description?: string | undefined },
  facts: readonly (readonly [name: string, value: string])[],
): Html {
  return html`<header><p class="eyebrow">${kind}</p><h1>${name}</h1>${description === undefined ? undefined : html`<p class="about">${description}</p>`}
${tiles(facts)}</header>`;
}

/** Facts side by side. */
export const tiles = (facts: readonly (readonly [name: string, value: string])[]): Html =>
  html`<dl class="tiles">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

/** When a run started, to the minute. */
export const startText = (startedAt: string): string => `${startedAt.slice(0, 16).replace('T', ' ')} UTC`;
