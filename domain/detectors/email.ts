import { isEmail } from './checks.ts';
import type { Detector } from './detector.ts';

const settings = { allow_utf8_local_part: true } as const;

/** E-mail addresses. */
export const email = {
  name: 'email',
  plural: 'e-mail addresses',
  summary: 'An `@` between a local part and a domain that may exist.',
  source: 'RFC 5321 and RFC 6531, as validator.js checks them',
  named: /\b(e ?mails?|mail ?address|correo|courriel|electronic mail)\b|邮箱|メール/,
  form: /[^\s@<>()[\]{},;:"“”'`|\\=/?&]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/gu,
  character: '@',
  evidence: { share: 0.01 },
  example: 'jane.doe@example.com',
  accepts: ({ value }) => isEmail(value, settings),
  possible: (value) => isEmail(value, settings),
  masked: (value) => `${/^[\p{L}\p{N}]/u.exec(value)?.[0] ?? ''}***@***`,
} as const satisfies Detector;
