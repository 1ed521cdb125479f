/** Escapes text for HTML, in content and in double-quoted attributes. */
export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** Slack texts carry &, < and > as entities; all shown text is unescaped here first. */
const unescapeSlack = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const show = (slackText: string): string => escapeHtml(unescapeSlack(slackText));

/** Only web and mail addresses become links. */
export const safeUrl = (url: string): string | undefined => (/^(https?:\/\/|mailto:)/i.test(url) ? url : undefined);

/** `<https://…|label>`, `<@U1>`, `<#C1|name>`, `<!here>`. */
function control(inner: string): string {
  const [target = '', label] = inner.split(/\|(.*)/s);
  if (target.startsWith('@')) return `<span class="mention">@${show(label ?? target.slice(1))}</span>`;
  if (target.startsWith('#')) return `<span class="mention">#${show(label ?? target.slice(1))}</span>`;
  if (target.startsWith('!')) return `<span class="mention">@${show(label ?? target.slice(1))}</span>`;
  const url = safeUrl(unescapeSlack(target));
  if (url === undefined) return show(`<${inner}>`);
  return `<a href="${escapeHtml(url)}" target="_blank" rel="noopener noreferrer">${show(label ?? target)}</a>`;
}

const open = '\uE000';
const close = '\uE001';
const styles = [
  ['*', 'strong'],
  ['_', 'em'],
  ['~', 's'],
] as const;

/** Bold, italic and strike: as in Slack, a mark counts only at the edge of a word. */
const emphasize = (html: string): string =>
  styles.reduce((result, [mark, tag]) => {
    const m = `\\${mark}`;
    const pattern = new RegExp(
      `(^|[\\s(\\[{>\u2013\u2014-])${m}(?=\\S)([^${m}\\n]*[^\\s${m}])${m}(?=$|[\\s)\\]}.,;:!?<\u2026])`,
      'gm',
    );
    return result.replaceAll(pattern, `$1<${tag}>$2</${tag}>`);
  }, html);

const quoteBlocks = (html: string): string =>
  html.replaceAll(/(?:^&gt; ?.*(?:\n|$))+/gm, (block) => {
    const lines = block.replaceAll(/^&gt; ?/gm, '').replace(/\n$/, '');
    return `<blockquote>${lines}</blockquote>`;
  });

/** Renders Slack's mrkdwn as HTML. Every character of the message is escaped on the way. */
export function renderMrkdwn(text: string): string {
  const kept: string[] = [];
  const keep = (html: string): string => `${open}${kept.push(html) - 1}${close}`;
  const shielded = text
    .replaceAll(/[\uE000\uE001]/g, '')
    .replaceAll(/```\n?([\s\S]+?)\n?```/g, (_, code: string) => keep(`<pre>${show(code)}</pre>`))
    .replaceAll(/`([^`\n]+)`/g, (_, code: string) => keep(`<code>${show(code)}</code>`))
    .replaceAll(/<([^<>\n]+)>/g, (_, inner: string) => keep(control(inner)));
  const html = quoteBlocks(emphasize(show(shielded))).replaceAll('\n', '<br>');
  return html.replaceAll(new RegExp(`${open}(\\d+)${close}`, 'g'), (_, index: string) => kept[Number(index)] ?? '');
}

/** Renders plain text as HTML. */
export const renderPlain = (text: string): string => escapeHtml(text).replaceAll('\n', '<br>');
