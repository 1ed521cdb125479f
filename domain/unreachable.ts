/**
 * The end of a dispatch over a union: a member without a branch fails to compile here. If one still appears at run time (in a
 * record of another version), this throws instead of continuing without a rule.
 *
 * @param what the union's name for the message; the value itself is not quoted
 * @throws TypeError always
 */
export function unreachable(_value: never, what: string): never {
  throw new TypeError(`There is no rule for this ${what}. Was it written by another version?`);
}
