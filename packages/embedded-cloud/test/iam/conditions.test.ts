import { describe, expect, it } from 'vitest';
import { contextOf, holds } from '#src/iam/conditions';

const check = (operator: string, values: string[], given: string | string[] | undefined): boolean =>
  holds({ operator, key: 'aws:Key', values }, contextOf(given === undefined ? {} : { 'AWS:KEY': given }), true);

describe('condition operators', () => {
  it.each([
    ['StringEquals', ['a', 'b'], 'b', true],
    ['StringEquals', ['a'], 'A', false],
    ['StringEqualsIgnoreCase', ['a'], 'A', true],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringNotEquals', ['a', 'b'], 'c', true],
    ['StringLike', ['a*z?'], 'abczz', true],
    ['StringNotLike', ['a*'], 'abc', false],
    ['NumericLessThan', ['10'], '9', true],
    ['NumericLessThan', ['10'], '10', false],
    ['NumericGreaterThanEquals', ['10'], '10', true],
    ['NumericEquals', ['1'], 'x', false],
    ['DateGreaterThan', ['2026-01-01T00:00:00Z'], '2026-01-02T00:00:00Z', true],
    ['DateLessThan', ['2026-01-01T00:00:00Z'], '1767225599', true],
    ['Bool', ['true'], 'true', true],
    ['Bool', ['true'], 'false', false],
    ['IpAddress', ['10.0.0.0/8', '127.0.0.1'], '127.0.0.1', true],
    ['NotIpAddress', ['127.0.0.0/8'], '127.0.0.1', false],
    ['IpAddress', ['::1/128'], '127.0.0.1', false],
    ['ArnLike', ['arn:aws:lambda:*:1:function:f*'], 'arn:aws:lambda:eu:1:function:foo', true],
    ['ArnLike', ['arn:aws:*:function:f'], 'arn:aws:lambda:eu:1:function:f', false],
    ['ArnNotEquals', ['arn:aws:s3:::b'], 'arn:aws:s3:::c', true],
  ] as const)('%s %j on %s is %s', (operator, values, given, expected) => {
    expect(check(operator, [...values], given)).toBe(expected);
  });

  it.each([
    ['StringEquals', false],
    ['StringNotEquals', true],
    ['StringEqualsIfExists', true],
    ['ForAllValues:StringEquals', true],
    ['ForAnyValue:StringEquals', false],
    ['Bool', false],
    ['ArnNotLike', true],
  ])('%s on a key that is not there is %s', (operator, expected) => {
    expect(check(operator, ['x'], undefined)).toBe(expected);
  });

  it('Null checks whether the key exists', () => {
    expect(check('Null', ['true'], undefined)).toBe(true);
    expect(check('Null', ['true'], 'x')).toBe(false);
    expect(check('Null', ['false'], 'x')).toBe(true);
  });

  it('ForAllValues needs every value to match, ForAnyValue one', () => {
    expect(check('ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'])).toBe(true);
    expect(check('ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'])).toBe(false);
    expect(check('ForAnyValue:StringLike', ['c*'], ['a', 'cc'])).toBe(true);
  });
});
