/**
 * How often the search for the worst slice finds what is not there, and what is, and how often 95 % intervals cover: the tables of docs/judgement.md.
 *
 *     npm run bench:slices -- null auc 500         a model that is the same for all
 *     npm run bench:slices -- planted 0.65 100     a model whose AUC is 0.65 for one group of about 230 rows, 0.80 for the others
 *     npm run bench:slices -- intervals 50 1000    a binary model and a regression on 50 rows
 *
 * The last number is how many simulations are run. Each has its own seed, from 1000 or the number after it on, so the same command gives the
 * same table.
 */
import { bootstrap, type MetricDraws } from '#domain/evaluation/bootstrap';
import { groupsOf, placesOf } from '#domain/evaluation/slice-groups';
import { metricKernel } from '#domain/metrics/kernel';
import { findMetric, METRICS } from '#domain/metrics/registry';
import { createRandom, type Random } from '#domain/random';
import { toSliceEstimate } from '#domain/slices/estimate';
import { searchSlices } from '#domain/slices/search';

const rows = 1000;
const share = 0.3;
/** Distance of the classes' scores in standard deviations for an AUC of 0.80. */
const distance = 1.2;

/** A score as a calibrated probability; `apart` is the distance of the classes. */
const probability = (evidence: number): number =>
  1 / (1 + Math.exp(-(distance * evidence - distance ** 2 / 2 + Math.log(share / (1 - share)))));

const binaryRow = (random: Random, apart: number) => {
  const label = random.float() < share ? 1 : 0;
  return { label, score: probability(random.normal() + apart * label) };
};

const regressionRow = (random: Random) => {
  const score = random.normal();
  return { label: score + 0.7 * (1 + 0.5 * Math.abs(score)) * random.normal(), score };
};

/** Three columns of 2, 4 and 6 groups of unequal size. */
const columnsOf = (random: Random) =>
  [2, 4, 6].map((groups) => ({
    column: `of ${groups}`,
    values: Array.from({ length: rows }, () => `${Math.floor(groups * random.float() ** 1.5)}`),
  }));

function search(seed: number, metricName: string, weak?: { readonly apart: number; readonly group: string }) {
  const random = createRandom(seed);
  const metric = findMetric(metricName) ?? METRICS[0];
  const columns = columnsOf(random);
  const isRegression = metric.measure && !('binary' in metric.measure);
  const made = Array.from({ length: rows }, (_, row) =>
    isRegression
      ? regressionRow(random)
      : binaryRow(random, weak && columns[1]?.values[row] === weak.group ? weak.apart : distance),
  );
  const judged = {
    task: isRegression ? ('regression' as const) : ('binary' as const),
    classes: isRegression ? 0 : 2,
    threshold: 0.4,
    labels: Float64Array.from(made, ({ label }) => label),
    candidate: Float64Array.from(made, ({ score }) => score),
    comparable: new Uint8Array(rows),
  };
  const named = groupsOf(columns);
  const groups = named.flatMap((own, i) => {
    const places = placesOf(own, columns[i]?.values ?? []);
    return own.values.map((_, group) => ({
      column: own.column,
      group,
      rows: [...places.keys()].filter((row) => places[row] === group),
    }));
  });
  const settings = { leastRows: 50, pairs: true, falseShare: 0.05 };
  const result = searchSlices({ judged, groups, metric, settings, bootstrap: { resamples: 200, seed } });
  const isWeak = ({ column, group }: { readonly column: string; readonly group: number }) =>
    column === 'of 4' && named[1]?.values[group] === weak?.group;
  return { tested: result.tested, found: result.found, hits: result.found.filter(({ of }) => of.some(isWeak)).length };
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

function searches(
  label: string,
  runs: number,
  one: (seed: number) => ReturnType<typeof search>,
  isFound: (own: ReturnType<typeof search>) => boolean,
): void {
  const all = Array.from({ length: runs }, (_, i) => one(firstSeed + i));
  const tested = all.reduce((sum, own) => sum + own.tested, 0) / runs;
  console.log(`| ${label} | ${runs} | ${percent(all.filter(isFound).length, runs)} | (${tested.toFixed(0)} groups)`);
}

function intervals(size: number, runs: number): void {
  for (const task of ['binary', 'regression'] as const) {
    const random = createRandom(7);
    const draw = (count: number) => {
      const made = Array.from({ length: count }, () =>
        task === 'binary' ? binaryRow(random, distance) : regressionRow(random),
      );
      const [labels, scores] = [made.map(({ label }) => label), Float64Array.from(made, ({ score }) => score)];
      return task === 'binary'
        ? metricKernel(task, { labels: Uint16Array.from(labels), scores, threshold: 0.4 }, METRICS)
        : metricKernel(task, { actual: Float64Array.from(labels), predicted: scores }, METRICS);
    };
    const many = 400_000;
    const truth = draw(many).measure(new Float64Array(many).fill(1));
    const covered = new Map<string, { runs: number; hits: number }>();
    for (let run = 0; run < runs; run++) {
      const [draws = new Map<string, MetricDraws>()] = bootstrap([draw(size)], size, { resamples: 400, seed: run });
      for (const [name, own] of draws) {
        if (!Number.isFinite(own.value)) continue;
        const { low, high } = toSliceEstimate(own);
        const value = truth[name] as number;
        const count = covered.get(name) ?? { runs: 0, hits: 0 };
        covered.set(name, { runs: count.runs + 1, hits: count.hits + Number(low <= value && value <= high) });
      }
    }
    for (const [name, { runs: of, hits }] of covered)
      console.log(`| \`${name}\` | ${(hits / of).toFixed(3)} | ${size} rows`);
  }
}

const [what = 'null', first = 'auc', second = '500'] = process.argv.slice(2);
const firstSeed = Number(process.argv[5] ?? 1000);
if (what === 'null')
  searches(
    `the same for all, by \`${first}\``,
    Number(second),
    (seed) => search(seed, first),
    ({ found }) => found.length > 0,
  );
else if (what === 'planted') {
  // AUC = Φ(apart / √2)
  const apart = { '0.5': 0, '0.55': 0.1777, '0.6': 0.3583, '0.65': 0.5449, '0.7': 0.7416 }[first] ?? 0;
  searches(
    `AUC ${first} for one group`,
    Number(second),
    (seed) => search(seed, 'auc', { apart, group: '1' }),
    ({ hits }) => hits > 0,
  );
} else intervals(Number(first), Number(second));
