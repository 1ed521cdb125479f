import type { DriftTest } from '#domain/drift/drift-test';
import type { JointTest } from '#domain/drift/joint/joint-test';
import { JOINT_TESTS } from '#domain/drift/joint/registry';
import { DRIFT_TESTS } from '#domain/drift/registry';
import type { Chapter, Kind } from '../chapter.ts';
import { link, settingCode, table } from '../entry.ts';
import { problemOf } from '../minimal-pipelines.ts';
import { anyOfThese, code } from '../words.ts';
import { exampleYaml } from '../yaml.ts';

const kindOf = ({ name, summary, example }: DriftTest | JointTest): Kind => ({
  name,
  summary,
  settings: [],
  example,
  yaml: exampleYaml(['drift', name], [example[name]]),
  required: [],
  problem: (thresholds) => problemOf({ drift: { schedule: 'rate(1 day)', ...thresholds } }),
});

const row = ({ name, label, summary, kinds: columns, example }: DriftTest): string[] => [
  link(`\`drift.${name}\``),
  label,
  summary,
  anyOfThese(columns.map(code)),
  settingCode([name], example[name]),
];

const jointRow = ({ name, label, summary, example, compares }: JointTest): string[] => [
  link(`\`drift.${name}\``),
  label,
  summary,
  compares === 'embedding' ? 'an embedding' : 'all together',
  settingCode([name], example[name]),
];

/** The drift tests: of columns, of all columns together and of embeddings. */
export const driftChapters = (
  tests: readonly DriftTest[] = DRIFT_TESTS,
  joint: readonly JointTest[] = JOINT_TESTS,
): Chapter[] => [
  {
    title: 'Drift tests',
    text: [
      'A column, an embedding, or all columns together, has drifted when one of these is above its threshold.',
      table(
        ['threshold', 'test', 'what it measures', 'columns', 'example'],
        [...tests.map(row), ...joint.map(jointRow)],
      ),
    ].join('\n\n'),
    kinds: [...tests, ...joint].map(kindOf),
    listed: true,
  },
];
