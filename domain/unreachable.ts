/**
 * The end of a dispatch over a union: an alternative without a branch fails to compile here. Should one appear at run time all the
 * same (a record written by another version), it stops here instead of going on without a rule.
 *
 * @param what the union in words, for the message; the value itself is not quoted
 * @throws TypeError always
 */
export function unreachable(_value: never, what: string): never {
  throw new TypeError(`There is no rule for this ${what}. Was it written by another version?`);
}
