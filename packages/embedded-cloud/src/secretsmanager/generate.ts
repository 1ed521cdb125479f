import { randomInt } from 'node:crypto';
import type { JsonObject } from '../cloud/json-protocol.ts';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const CLASSES = {
  ExcludeLowercase: LOWER,
  ExcludeUppercase: LOWER.toUpperCase(),
  ExcludeNumbers: '0123456789',
  ExcludePunctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
} as const;

const pick = (alphabet: string): string => alphabet[randomInt(alphabet.length)] ?? '';

/** A random password as `GetRandomPassword` makes it, by the same options. */
export function randomPassword(options: JsonObject): string {
  const length = Number(options['PasswordLength'] ?? 32);
  const excluded = new Set(String(options['ExcludeCharacters'] ?? ''));
  const flag = (name: string): boolean => String(options[name]) === 'true';
  const classes = Object.entries(CLASSES)
    .filter(([name]) => !flag(name))
    .map(([, alphabet]) => [...alphabet].filter((char) => !excluded.has(char)).join(''));
  if (flag('IncludeSpace')) classes.push(' ');
  const usable = classes.filter((alphabet) => alphabet !== '');
  if (usable.length === 0 || !(length >= 1 && length <= 4096))
    throw new Error('GenerateSecretString leaves no characters, or its PasswordLength is not 1 to 4096.');

  const required =
    options['RequireEachIncludedType'] === undefined || flag('RequireEachIncludedType') ? usable.map(pick) : [];
  if (required.length > length) throw new Error('PasswordLength is too short for RequireEachIncludedType.');
  const all = usable.join('');
  const chars = [...required, ...Array.from({ length: length - required.length }, () => pick(all))];
  for (let last = chars.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [chars[last], chars[other]] = [chars[other] ?? '', chars[last] ?? ''];
  }
  return chars.join('');
}

/** The first value of a secret by `GenerateSecretString`: the password, or a JSON template with it under its key. */
export function generateSecret(options: JsonObject): string {
  const password = randomPassword(options);
  const template = options['SecretStringTemplate'];
  const key = options['GenerateStringKey'];
  if (template === undefined && key === undefined) return password;
  if (typeof template !== 'string' || typeof key !== 'string')
    throw new Error('SecretStringTemplate and GenerateStringKey go together.');
  return JSON.stringify({ ...(JSON.parse(template) as object), [key]: password });
}
