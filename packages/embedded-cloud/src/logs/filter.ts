import { type JsonObject, optionalString } from '../cloud/json-protocol.ts';
import { AwsError } from '../cloud/service.ts';
import type { LogLine } from './store.ts';

/** Lines of the requested streams, time span and words. */
export function selectLines(input: JsonObject, lines: readonly LogLine[]): LogLine[] {
  const names = Array.isArray(input['logStreamNames']) ? input['logStreamNames'] : undefined;
  const prefix = optionalString(input, 'logStreamNamePrefix') ?? '';
  const from = Number(input['startTime'] ?? 0);
  const to = Number(input['endTime'] ?? Number.POSITIVE_INFINITY);
  const matches = filterPattern(optionalString(input, 'filterPattern') ?? '');
  return lines.filter(
    (line) =>
      (names?.includes(line.stream) ?? true) &&
      line.stream.startsWith(prefix) &&
      line.time >= from &&
      line.time <= to &&
      matches(line.message),
  );
}

/**
 * The part of the filter syntax that text needs: words and "quoted phrases" that must all occur, `-word` that must
 * not, `?word` of which one must.
 * @throws AwsError `InvalidParameterException` for the JSON and space-delimited forms
 */
function filterPattern(pattern: string): (message: string) => boolean {
  if (/^\s*[{[]/.test(pattern))
    throw new AwsError(
      'InvalidParameterException',
      'Only text filter patterns are emulated: words, "phrases", -not and ?or.',
    );
  const terms = [...pattern.matchAll(/([?-]?)(?:"([^"]*)"|(\S+))/g)].map(([, sign, quoted, bare]) => ({
    sign,
    text: quoted ?? bare ?? '',
  }));
  const optional = terms.filter(({ sign }) => sign === '?');
  return (message) =>
    terms.every(({ sign, text }) => sign === '?' || message.includes(text) !== (sign === '-')) &&
    (optional.length === 0 || optional.some(({ text }) => message.includes(text)));
}
