/**
 * Parses JSON as strictly as Step Functions does: a name used twice in an object and a number too large for a double
 * are refused beside everything `JSON.parse` refuses.
 * @throws SyntaxError
 */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text, (_, member: unknown) => {
    if (typeof member === 'number' && !Number.isFinite(member)) throw new SyntaxError('a number is out of range');
    return member;
  });
  refuseRepeatedNames(text);
  return value;
}

/** Every string, and every bracket and comma between them; the text is known to be valid JSON. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gsu;

function refuseRepeatedNames(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let last = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const name = JSON.parse(last) as string;
      const names = open.at(-1);
      if (names?.has(name)) throw new SyntaxError(`the name "${name}" is used twice`);
      names?.add(name);
    }
    last = token;
  }
}
