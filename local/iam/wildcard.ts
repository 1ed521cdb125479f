const compiled = new Map<string, RegExp>();

/** A policy pattern as an anchored regular expression: `*` is any run of characters, `?` exactly one. */
function compile(pattern: string, flags: string): RegExp {
  const id = `${flags}:${pattern}`;
  const known = compiled.get(id);
  if (known) return known;
  // Runs of stars mean what one star means; folding them keeps matching linear.
  const source = pattern
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  const expression = new RegExp(`^${source}$`, `su${flags}`);
  if (compiled.size > 5000) compiled.clear();
  compiled.set(id, expression);
  return expression;
}

/** Whether `text` matches a policy pattern with `*` and `?`; letters count as given. */
export const matchesWildcard = (pattern: string, text: string): boolean =>
  pattern === text || pattern === '*' || compile(pattern, '').test(text);

/** The same without regard to case, as IAM compares action names. */
export const matchesAction = (pattern: string, action: string): boolean => pattern === '*' || compile(pattern, 'i').test(action);

/**
 * Whether an ARN matches a pattern part by part: a wildcard in one of the first five colon-separated parts does not
 * reach into the next, as with `ArnLike`.
 */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const wanted = splitArn(pattern);
  const given = splitArn(arn);
  if (!wanted || !given) return pattern === arn;
  return wanted.every((part, index) => matchesWildcard(part, given[index] ?? ''));
}

function splitArn(arn: string): string[] | undefined {
  const parts = arn.split(':');
  return parts.length < 6 || parts[0] !== 'arn' ? undefined : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
