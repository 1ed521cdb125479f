import { escapeHtml, renderMrkdwn, renderPlain, safeUrl } from './mrkdwn.ts';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const str = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A text object: mrkdwn or plain text. */
function renderText(text: unknown): string {
  if (!isObject(text)) return '';
  return text['type'] === 'mrkdwn' ? renderMrkdwn(str(text['text'])) : renderPlain(str(text['text']));
}

/** Images are named, not loaded: the page loads no external content. */
function renderImage(image: Json): string {
  const url = safeUrl(str(image['image_url']));
  const label = `🖼 ${escapeHtml(str(image['alt_text']))}`;
  return url === undefined
    ? label
    : `<a href="${escapeHtml(url)}" target="_blank" rel="noopener noreferrer">${label}</a>`;
}

/** What a button asks before it is sent. */
function confirmation(confirm: unknown): string {
  if (!isObject(confirm)) return '';
  const word = (name: string): string => {
    const text = confirm[name];
    return escapeHtml(isObject(text) ? str(text['text']) : '');
  };
  return ` data-title="${word('title')}" data-text="${word('text')}" data-yes="${word('confirm')}"`;
}

function renderElement(element: Json): string {
  if (element['type'] === 'image') return renderImage(element);
  if (element['type'] !== 'button') return `<span class="element">${escapeHtml(str(element['type']))}</span>`;
  const style = ['primary', 'danger'].includes(str(element['style'])) ? ` ${str(element['style'])}` : '';
  const label = renderText(element['text']);
  const url = safeUrl(str(element['url']));
  if (url !== undefined) {
    return `<a class="button${style}" href="${escapeHtml(url)}" target="_blank" rel="noopener noreferrer">${label}</a>`;
  }
  const action = escapeHtml(str(element['action_id']));
  // without a value it is a picture of a button: nothing could be asked with it
  const use =
    str(element['value']) === '' ? ' disabled' : ` data-action="${action}"${confirmation(element['confirm'])}`;
  return `<button type="button" class="button${style}" title="${action}"${use}>${label}</button>`;
}

function renderBlock(block: Json): string {
  switch (block['type']) {
    case 'header':
      return `<h3>${renderText(block['text'])}</h3>`;
    case 'section': {
      const text = block['text'] === undefined ? '' : `<div class="text">${renderText(block['text'])}</div>`;
      const fields = list(block['fields']).map((field) => `<div>${renderText(field)}</div>`);
      const accessory = isObject(block['accessory'])
        ? `<div class="accessory">${renderElement(block['accessory'])}</div>`
        : '';
      return `<div class="section"><div>${text}${fields.length > 0 ? `<div class="fields">${fields.join('')}</div>` : ''}</div>${accessory}</div>`;
    }
    case 'context': {
      const elements = list(block['elements']).map((element) =>
        element['type'] === 'image' ? renderImage(element) : renderText(element),
      );
      return `<div class="context">${elements.map((element) => `<span>${element}</span>`).join('')}</div>`;
    }
    case 'actions':
      return `<div class="actions">${list(block['elements']).map(renderElement).join('')}</div>`;
    case 'image':
      return `<div class="text">${renderImage(block)}</div>`;
    case 'divider':
      return '<hr>';
    default:
      return `<div class="context">${escapeHtml(str(block['type']))}</div>`;
  }
}

/** Renders blocks as HTML. All content is escaped. */
export const renderBlocks = (blocks: unknown): string => list(blocks).map(renderBlock).join('');

/** Renders attachments: a colour bar beside blocks, or beside the older title, text and fields. */
export function renderAttachments(attachments: unknown): string {
  return list(attachments)
    .map((attachment) => {
      const colour = /^#[0-9a-fA-F]{6}$/.exec(str(attachment['color']))?.[0];
      const named = ['good', 'warning', 'danger'].includes(str(attachment['color']))
        ? str(attachment['color'])
        : 'plain';
      const title = str(attachment['title']);
      const fields = list(attachment['fields']).map(
        (field) =>
          `<div><strong>${renderPlain(str(field['title']))}</strong><br>${renderMrkdwn(str(field['value']))}</div>`,
      );
      const body = [
        str(attachment['pretext']) === '' ? '' : `<div class="text">${renderMrkdwn(str(attachment['pretext']))}</div>`,
        title === '' ? '' : `<div class="text"><strong>${renderPlain(title)}</strong></div>`,
        str(attachment['text']) === '' ? '' : `<div class="text">${renderMrkdwn(str(attachment['text']))}</div>`,
        fields.length > 0 ? `<div class="fields">${fields.join('')}</div>` : '',
        renderBlocks(attachment['blocks']),
        str(attachment['footer']) === ''
          ? ''
          : `<div class="context"><span>${renderPlain(str(attachment['footer']))}</span></div>`,
      ].join('');
      // An SVG carries the colour because the page's policy forbids inline styles.
      const bar = `<svg class="bar ${colour ? '' : named}" viewBox="0 0 4 1" preserveAspectRatio="none" aria-hidden="true"><rect width="4" height="1"${colour ? ` fill="${colour}"` : ''}/></svg>`;
      return `<div class="attachment">${bar}<div>${body}</div></div>`;
    })
    .join('');
}
