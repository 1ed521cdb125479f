import { Document } from 'yaml';

/** Whether people or older parsers would misread a text without quotes: `;`, a tab, `yes`. */
const mustQuote = (text: string): boolean => /^[^\p{L}\p{N}'"]$/u.test(text) || /^(yes|no|on|off)$/i.test(text);

/** A text or number in YAML flow style: quoted if necessary. */
export function scalar(value: unknown): string {
  if (typeof value === 'string' && mustQuote(value))
    return JSON.stringify(value).includes('\\') ? JSON.stringify(value) : `'${value}'`;
  const document = new Document([value]);
  const text = document.toString({
    collectionStyle: 'flow',
    singleQuote: true,
    lineWidth: 0,
    flowCollectionPadding: false,
  });
  return text.trim().slice(1, -1);
}

/** A value in one line of YAML: `{ role: feature, parts: [month, year] }`. */
export function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return scalar(value);
  const entries = Object.entries(value).map(([key, own]) => `${scalar(key)}: ${flow(own)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
