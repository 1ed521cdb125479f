import type { Detector } from './detector.ts';

/** Postal addresses: the name of the column decides, as with names of people. */
export const streetAddress = {
  name: 'address',
  plural: 'postal addresses',
  summary: 'Words with a number in a column that is named for them, such as `street` or `address_line_1`.',
  source: 'the names of columns that vCard (RFC 6350) and common forms use',
  named:
    /\b(street|street ?address|address|address ?line|addr ?\d?|home ?address|postal ?address|mailing ?address|straße|strasse|anschrift|adresse|rue|dirección|direccion|calle|endereço|endereco|indirizzo|adres)\b|地址|住所|адрес/,
  evidence: { share: 1, namedShare: 0.5 },
  example: '12 Main Street',
  possible: (value) => /\p{L}{2}/u.test(value) && /\d/.test(value) && /[\s,]/.test(value.trim()),
  masked: () => '***',
  varied: (values) => new Set(values).size >= Math.min(10, values.length / 2),
} as const satisfies Detector;
