/** All matches of `pattern`: their first group where there is one. */
export const all = (text: string, pattern: RegExp): string[] =>
  Array.from(text.matchAll(pattern), (match) => match[1] ?? match[0]);

/** The report's text without markup, entities resolved as far as the tests need it. */
export const textOf = (page: string): string =>
  page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');

/** The report as XML: void elements closed, the doctype left out. */
export const asXml = (page: string): string =>
  page.replace('<!doctype html>', '').replace(/<meta ([^>]*)>/g, '<meta $1/>');
