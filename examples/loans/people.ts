import type { Random } from '#domain/random';

/**
 * Invented people. Names are built from syllables, e-mails end in example.com (RFC 2606), phone numbers are in the 555-01xx range
 * reserved for fiction, and national ids start with 9, which the issuing authority never used, so they match no real person.
 */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly nationalId: string;
  readonly street: string;
  readonly zip: string;
}

const firsts = [
  'Al',
  'Be',
  'Ca',
  'Do',
  'El',
  'Fi',
  'Ga',
  'Ha',
  'Is',
  'Jo',
  'Ka',
  'Lu',
  'Mi',
  'No',
  'Or',
  'Pe',
  'Ro',
  'Sa',
  'Ti',
  'Ve',
];
const middles = ['ra', 'len', 'mi', 'do', 'ri', 'san', 'ke', 'vo', 'na', 'tha', 'bel', 'ru', 'si', 'wen', 'go', 'lia'];
const ends = ['n', 'th', 'ra', 's', 'l', 'ne', 'x', 'mir', 'den', 'ya', 'rick', 'wyn'];
const familyEnds = ['ford', 'mere', 'stead', 'wick', 'low', 'croft', 'gard', 'holm', 'vale', 'shaw', 'by', 'ton'];
const streets = [
  'Lantern',
  'Copper',
  'Willow',
  'Harbor',
  'Quill',
  'Meadow',
  'Granite',
  'Juniper',
  'Saffron',
  'Heron',
  'Cobble',
  'Marrow',
];
const streetKinds = ['St', 'Ave', 'Rd', 'Ln', 'Way', 'Ct'];

const digits = (value: number, width: number): string => String(value).padStart(width, '0');

/** Draws a person. The row number makes e-mail addresses unique. */
export function drawPerson(random: Random, row: number): Person {
  // two draws feed all choices: this is the generator's hot path
  let bits = random.uint32();
  const pick = (list: readonly string[]): string => {
    const chosen = list[bits % list.length] ?? '';
    bits = Math.floor(bits / list.length);
    return chosen;
  };
  const first = pick(firsts) + pick(middles) + pick(ends);
  const family = pick(firsts) + pick(middles) + pick(familyEnds);
  const more = random.uint32();
  const line = more % 9973;
  const house = 1 + (more % 997);
  bits = random.uint32();
  const street = `${house} ${pick(streets)} ${pick(streetKinds)}`;
  return {
    name: `${first} ${family}`,
    email: `${first}.${family}.${row}@example.com`.toLowerCase(),
    phone: `+1-${201 + (more % 700)}-555-01${digits(bits % 100, 2)}`,
    nationalId: `9${digits(line % 100, 2)}-${digits(more % 90, 2)}-${digits(line, 4)}`,
    street,
    zip: digits(1000 + (Math.floor(more / 997) % 900) * 107 + (bits % 7), 5),
  };
}
