import type { Scanner } from './find-spans.ts';

/** The text with each found span replaced by the name of its kind in brackets. */
export function redactText(text: string, scanner: Pick<Scanner, 'find'>): string {
  const parts: string[] = [];
  let at = 0;
  for (const { detector, start, end } of scanner.find(text)) {
    parts.push(text.slice(at, start), `[${detector.name}]`);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}
