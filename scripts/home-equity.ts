/**
 * Writes a table of home equity loans as CSV to standard output: the columns of the public HMEQ data set (Baesens et al., Credit Risk
 * Analytics, 2016), random rows. `node scripts/home-equity.ts 6000`
 */
import { createRandom } from '#domain/random';

const rows = Number(process.argv[2] ?? 6000);
const random = createRandom(11);
const pick = (list: readonly string[]): string => list[random.below(list.length)] ?? '';
/** A value that is missing in a share of the rows. */
const some = (share: number, value: string): string => (random.float() < share ? '' : value);

const lines = Array.from({ length: rows }, () => {
  const value = Math.round(40_000 + 160_000 * random.float());
  const mortgage = Math.round(value * (0.4 + 0.5 * random.float()));
  const loan = 100 * Math.round(20 + 400 * random.float());
  const [late, inquiries, derogatory] = [random.below(4), random.below(6), random.below(3)];
  const [age, years] = [60 + 300 * random.float(), 40 * random.float() ** 2];
  const debt = 20 + 8 * random.normal() + 3 * late;
  const score = -4.2 + 0.75 * late + 0.7 * derogatory + 0.18 * inquiries + 0.09 * (debt - 24) - 0.004 * (age - 180);
  return [
    random.float() < 1 / (1 + Math.exp(-score)) ? 1 : 0,
    loan,
    some(0.08, String(mortgage)),
    some(0.02, String(value)),
    some(0.04, pick(['HomeImp', 'DebtCon', 'DebtCon'])),
    some(0.05, pick(['Mgr', 'Office', 'Other', 'ProfExe', 'Sales', 'Self'])),
    some(0.09, years.toFixed(1)),
    some(0.1, String(derogatory)),
    some(0.1, String(late)),
    some(0.05, age.toFixed(4)),
    some(0.08, String(inquiries)),
    some(0.04, String(5 + random.below(40))),
    some(0.2, debt.toFixed(5)),
  ].join(',');
});
const header = 'BAD,LOAN,MORTDUE,VALUE,REASON,JOB,YOJ,DEROG,DELINQ,CLAGE,NINQ,CLNO,DEBTINC';
process.stdout.write(`${[header, ...lines].join('\n')}\n`);
