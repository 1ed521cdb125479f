import { createRandom, type Random } from '#domain/random';
import { drawPerson } from './people.ts';

export const economies = ['normal', 'downturn'] as const;
export const damages = ['labels', 'units', 'column', 'delimiter'] as const;

/** Settings of the book. The same settings give the same bytes. */
export interface LoanBookSettings {
  readonly seed: number;
  /** `downturn`: incomes fall, balances rise, and the causes of default change, so the old model is wrong. */
  readonly economy: (typeof economies)[number];
  /**
   * The fault of the file: `labels` are independent of the loan (no model can learn them), `units` gives incomes
   * in cents, `column` leaves `dti` out, `delimiter` writes semicolons.
   */
  readonly damage?: (typeof damages)[number];
  /** The first loan's number. Books with distinct ranges share no loans. */
  readonly firstLoan: number;
  /** The first day loans are issued, `yyyy-mm-dd`, and over how many days. */
  readonly start: string;
  readonly days: number;
}

export const defaultSettings: LoanBookSettings = {
  seed: 7,
  economy: 'normal',
  firstLoan: 1,
  start: '2026-01-01',
  days: 90,
};

const columns = [
  'loan_id',
  'full_name',
  'email',
  'phone',
  'national_id',
  'street',
  'zip',
  'birth_date',
  'sex',
  'issued_at',
  'income',
  'amount',
  'term',
  'purpose',
  'home',
  'employment_years',
  'dti',
  'inquiries',
  'prior_defaults',
  'utilisation',
  'default',
];

const purposes = ['debt_consolidation', 'credit_card', 'home_improvement', 'car', 'medical', 'small_business'];
const purposeShares = [0.42, 0.64, 0.78, 0.88, 0.95, 1];
const purposeEffect = [0.1, -0.15, -0.1, -0.35, 0.3, 0.75];
const homes = ['MORTGAGE', 'RENT', 'OWN'];
const homeShares = [0.45, 0.87, 1];
const homeEffect = [-0.2, 0.3, -0.05];

/** The coefficients of the default process, on the logit scale. */
const processes = {
  normal: {
    base: -2.5,
    income: -1.3,
    burden: 1.5,
    dti: 0.058,
    utilisation: 2,
    inquiries: 0.33,
    priors: 0.95,
    tenure: -0.08,
    business: 0,
  },
  downturn: {
    base: -1.05,
    income: -0.4,
    burden: 2.6,
    dti: 0.05,
    utilisation: 0.7,
    inquiries: 0.1,
    priors: 0.5,
    tenure: -0.26,
    business: 1.1,
  },
} as const;

/** The inputs of a loan's default probability. */
export interface Loan {
  readonly income: number;
  readonly amount: number;
  readonly term: 36 | 60;
  readonly purpose: number;
  readonly home: number;
  readonly employmentYears: number;
  readonly dti: number;
  readonly inquiries: number;
  readonly priorDefaults: number;
  readonly utilisation: number;
}

const logOf46k = Math.log(46_000);

/**
 * The probability that a loan defaults: logistic in the loan's terms and the borrower's record, with a threshold in the
 * debt-to-income ratio and an interaction of earlier defaults with high card balances, which suit tree models.
 * This is the example's documented ground truth. Sex, age and address have no effect.
 */
export function defaultProbability(loan: Loan, economy: LoanBookSettings['economy']): number {
  const c = processes[economy];
  const logit =
    c.base +
    c.income * (Math.log(loan.income) - logOf46k) +
    c.burden * (loan.amount / loan.income - 0.3) +
    c.dti * (loan.dti - 18) +
    (loan.dti > 35 ? 0.5 : 0) +
    c.utilisation * (loan.utilisation - 0.45) +
    c.inquiries * loan.inquiries +
    c.priors * loan.priorDefaults +
    (loan.priorDefaults > 0 && loan.utilisation > 0.7 ? 0.7 : 0) +
    c.tenure * Math.min(loan.employmentYears, 10) +
    (loan.term === 60 ? 0.45 : 0) +
    (purposeEffect[loan.purpose] ?? 0) +
    (loan.purpose === 5 ? c.business : 0) +
    (homeEffect[loan.home] ?? 0);
  return 1 / (1 + Math.exp(-logit));
}

const choose = (u: number, shares: readonly number[]): number => shares.findIndex((share) => u < share);

function drawLoan(random: Random, economy: LoanBookSettings['economy'], age: number): Loan {
  const bad = economy === 'downturn';
  const income = Math.min(
    400_000,
    Math.max(9_000, Math.round((bad ? 39_000 : 46_000) * Math.exp(0.5 * random.normal()))),
  );
  const wish = income * (0.08 + 0.5 * random.float());
  return {
    income,
    amount: Math.min(40_000, Math.max(1_000, Math.round(wish / 25) * 25)),
    term: random.float() < 0.7 ? 36 : 60,
    purpose: choose(random.float(), purposeShares),
    home: choose(random.float(), homeShares),
    employmentYears: Math.min(age - 18, Math.floor(-7 * Math.log(1 - random.float()))),
    dti: Math.round(Math.max(0, 18 + 9 * random.normal() + (bad ? 3 : 0)) * 10) / 10,
    inquiries: Math.min(8, Math.floor(-0.9 * Math.log(1 - random.float()))),
    priorDefaults: Math.max(0, Math.floor(-0.75 * Math.log(1 - random.float()) - 0.3)),
    utilisation: Math.round(Math.min(1.2, 0.45 * (random.float() + random.float()) + (bad ? 0.1 : 0)) * 1000) / 1000,
  };
}

const dayText = (epochDay: number): string => new Date(epochDay * 86_400_000).toISOString().slice(0, 10);

/** Cached date strings by day. */
function dayCalendar(): (epochDay: number) => string {
  const made = new Map<number, string>();
  return (day) => {
    let text = made.get(day);
    if (text === undefined) {
      text = dayText(day);
      made.set(day, text);
    }
    return text;
  };
}

/** Share of loans that default in a normal economy, to three digits; used by `labels` damage. */
const usualRate = 0.15;

/** A loan of the book: its CSV line (no line end), the true probability of default and the outcome. */
export interface BookedLoan {
  readonly line: string;
  readonly probability: number;
  readonly defaulted: boolean;
}

/** The book's header line. */
export const headerLine = ({ damage }: Pick<LoanBookSettings, 'damage'>): string =>
  columns.filter((c) => damage !== 'column' || c !== 'dti').join(damage === 'delimiter' ? ';' : ',');

/**
 * The book, loan by loan. About 3 % of incomes and 5 % of employment years are missing, at random.
 */
export function* loanBook(rows: number, settings: LoanBookSettings): Generator<BookedLoan> {
  const { economy, damage, firstLoan, start, days } = settings;
  const random = createRandom(settings.seed);
  const calendar = dayCalendar();
  const startDay = Math.floor(Date.parse(`${start}T00:00:00Z`) / 86_400_000);
  const separator = damage === 'delimiter' ? ';' : ',';
  for (let i = 0; i < rows; i++) {
    const number = firstLoan + i;
    const person = drawPerson(random, number);
    const day = startDay + Math.floor((i * days) / rows);
    const second = random.below(86_400);
    const age = 21 + random.below(54);
    const loan = drawLoan(random, economy, age);
    const probability = defaultProbability(loan, economy);
    const defaulted = random.float() < (damage === 'labels' ? usualRate : probability);
    const gaps = random.float();
    const clock = `${pad(Math.floor(second / 3600))}:${pad(Math.floor(second / 60) % 60)}:${pad(second % 60)}`;
    const fields = [
      `LN${String(number).padStart(9, '0')}`,
      person.name,
      person.email,
      person.phone,
      person.nationalId,
      person.street,
      person.zip,
      calendar(day - age * 365 - random.below(365)),
      random.float() < 0.5 ? 'F' : 'M',
      `${calendar(day)}T${clock}Z`,
      gaps < 0.03 ? '' : damage === 'units' ? loan.income * 100 : loan.income,
      loan.amount,
      loan.term,
      purposes[loan.purpose],
      homes[loan.home],
      gaps > 0.95 ? '' : loan.employmentYears,
    ];
    if (damage !== 'column') fields.push(loan.dti);
    fields.push(loan.inquiries, loan.priorDefaults, loan.utilisation, defaulted ? 1 : 0);
    yield { line: fields.join(separator), probability, defaulted };
  }
}

const pad = (n: number): string => (n < 10 ? `0${n}` : String(n));
