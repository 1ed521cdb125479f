import type { Detector } from './detector.ts';

/** Names of people: no rule knows one, so the name of the column decides. */
export const personName = {
  name: 'person-name',
  plural: 'names of people',
  summary: 'Words of letters in a column that is named for them, such as `first_name` or `surname`.',
  source: 'the names of columns that vCard (RFC 6350) and common forms use',
  named:
    /\b((first|last|given|family|middle|maiden|full|sur|fore|customer|client|patient|employee|person|cardholder|contact) ?names?|vornamen?|nachnamen?|familienname|prénom|prenom|nom de famille|apellidos?|nome completo|sobrenome|cognome|fornavn|efternavn|förnamn|efternamn)\b|姓名|氏名|фамилия/,
  evidence: { share: 1, namedShare: 0.8 },
  example: 'Jane Doe',
  possible: (value) => /^\p{L}[\p{L}\p{M}'’., -]{0,79}$/u.test(value),
  masked: () => '***',
  varied: (values) => new Set(values).size >= Math.min(10, values.length / 2),
} as const satisfies Detector;
