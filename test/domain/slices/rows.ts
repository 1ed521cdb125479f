import { createRandom } from '#domain/random';
import type { JudgedRows } from '#domain/slices/judged-rows';

/** A binary model on rows with two slice columns: worse by chance alone, or with noise instead of its score where `isWeak`. */
export function binaryRows(
  rows: number,
  seed: number,
  isWeak: (row: { readonly sex: string; readonly region: string }) => boolean = () => false,
) {
  const random = createRandom(seed);
  const labels = new Float64Array(rows);
  const [candidate, champion] = [new Float64Array(rows), new Float64Array(rows)];
  const [sexes, regions, ages]: [string[], string[], string[]] = [[], [], []];
  const score = (evidence: number): number => 1 / (1 + Math.exp(-(1.4 * evidence - 0.98 + Math.log(0.3 / 0.7))));
  for (let row = 0; row < rows; row++) {
    const label = random.float() < 0.3 ? 1 : 0;
    const sex = random.float() < 0.4 ? 'Female' : 'Male';
    const region = ['north', 'east', 'south', 'west'][Math.floor(4 * random.float() ** 1.3)] as string;
    sexes.push(sex);
    regions.push(region);
    ages.push(String(18 + random.below(60)));
    labels[row] = label;
    const evidence = random.normal() + 1.4 * label;
    champion[row] = score(evidence);
    candidate[row] = isWeak({ sex, region }) ? score(random.normal() + 0.4) : score(evidence);
  }
  const judged: JudgedRows = {
    task: 'binary',
    classes: 2,
    threshold: 0.5,
    labels,
    candidate,
    champion,
    comparable: new Uint8Array(rows).fill(1),
  };
  const columns = [
    { column: 'sex', values: sexes, named: ['Female', 'Male'] },
    { column: 'region', values: regions },
  ];
  return { judged, columns, age: { column: 'age', values: ages } };
}

export const settings = { leastRows: 50, pairs: true, falseShare: 0.05 };
export const bootstrap = { resamples: 100, seed: 3 };
