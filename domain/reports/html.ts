/** Safe markup, made only by {@link html}. */
export interface Html {
  readonly markup: string;
}

type Interpolated = Html | string | number | undefined | readonly Html[];

/**
 * Builds markup (HTML and SVG alike) from a template: every interpolated text is escaped for element content and quoted
 * attributes; `Html` and lists of it are written unchanged, `undefined` as nothing.
 */
export function html(parts: TemplateStringsArray, ...values: Interpolated[]): Html {
  const markup = parts.reduce((text, part, i) => text + write(values[i - 1]) + part);
  return { markup };
}

function write(value: Interpolated): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeText(value);
  if ('markup' in value) return value.markup;
  return value.map(({ markup }) => markup).join('');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Characters that HTML and XML forbid even as references. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const escapeText = (text: string): string =>
  text.replace(forbidden, '\ufffd').replace(/[&<>"']/g, (character) => entities[character] as string);
