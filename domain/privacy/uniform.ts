import { hmacSql } from './tokenize.ts';

/** 52 bits: thirteen hex digits, and exact in a float64. */
const digits = 13;

/**
 * SQL of a uniform number in (0, 1) that depends only on the token key and a VARCHAR expression, so that a retry draws it again.
 *
 * @param part from 0 to 3: independent numbers of the same expression
 */
export const uniformSql = (value: string, part: 0 | 1 | 2 | 3 = 0): string =>
  `((CAST('0x' || substr(${hmacSql(value)}, ${1 + part * digits}, ${digits}) AS BIGINT) + 0.5) / ${2 ** (4 * digits)}::DOUBLE)`;
