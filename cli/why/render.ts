import { ALARMS } from '#domain/alarms/registry';
import { showAmount } from '#domain/costs/amount';
import { automaticApproval, identityName } from '#domain/registry/decision';
import { formatBytes, formatCount } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import { describeContinuation } from '#domain/training/describe-continuation';
import type { Explanation, See } from '#schemas/why';
import { bold, dim, green, red, table, yellow } from '../output.ts';

const minute = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
const short = (hash: string): string => hash.slice(0, 12);
const mark = (passed: boolean): string => (passed ? green('✓') : red('✗'));
const number = (value: number): string => value.toPrecision(4);
const estimate = ({ value, low, high }: { value: number; low: number; high: number }): string =>
  low === high ? number(value) : `${number(value)} (${number(low)} to ${number(high)})`;

/** A part of the chain: its name and its lines. */
type Part = readonly [name: string, lines: readonly string[]];

const seeLines = ({ command, url, uri }: See): string[] =>
  [command, url ?? uri].flatMap((place) => (place === undefined ? [] : [dim(place)]));

const nothing = (what: string): string[] => [yellow(what)];

function dataPart({ data }: Explanation): string[] {
  if (!data) return nothing('the record of its drop is gone');
  const { rows } = data;
  const gaps = rows && rows.inGaps > 0 ? `, ${formatCount(rows.inGaps)} in the gaps of the split` : '';
  const same =
    rows && rows.deduplicated > 0 ? `, ${formatCount(rows.deduplicated)} left out because others are the same` : '';
  const seen =
    rows?.seenBefore === undefined ? '' : `, ${formatCount(rows.seenBefore)} that the model before was trained on`;
  return [
    `data-set version ${short(data.datasetVersion)}, drop ${data.drop}`,
    ...(data.drops.length > 1
      ? [`with ${counted(data.drops.length - 1, 'earlier drop')}: ${data.drops.slice(0, -1).join(', ')}`]
      : []),
    `${counted(data.objects, 'object')}, ${formatBytes(data.bytes)}, in ${data.bucket}`,
    ...(rows
      ? [
          `${formatCount(rows.rows)} rows: ${formatCount(rows.used)} used, ${formatCount(rows.malformed)} quarantined${same}${gaps}${seen}`,
          ...(rows.quarantine === undefined ? [] : [`the quarantined ones are in ${rows.quarantine}`]),
        ]
      : []),
    ...seeLines(data.see),
  ];
}

const configurationPart = ({ configuration }: Explanation): string[] =>
  configuration
    ? [
        `git commit ${short(configuration.gitCommit)}, pinned configuration ${short(configuration.hash)}`,
        ...seeLines(configuration.see),
      ]
    : nothing('the record of its configuration is gone');

function trainingPart({ training }: Explanation): string[] {
  if (!training) return nothing('the record of its training is gone');
  const because = { drop: 'a drop arrived', drift: 'its data drifted', manual: 'a person wanted it' }[training.reason];
  const { tuning, continuation, costs } = training;
  return [
    `started ${minute(training.startedAt)} because ${because}`,
    `job ${training.job}${training.algorithm === null ? '' : ` (${training.algorithm})`}`,
    ...(tuning ? [`the best of ${counted(tuning.trials, 'training job')} of tuning ${tuning.job}`] : []),
    ...(continuation ? [describeContinuation(continuation)] : []),
    ...(costs ? [`its run cost ${showAmount(costs)}`] : []),
    ...seeLines(training.see),
  ];
}

function evaluationPart({ evaluation }: Explanation): string[] {
  if (!evaluation) return nothing('the record of its evaluation is gone');
  const { metrics, champion, verdict, rows } = evaluation;
  const head = ['METRIC', 'VALUE', ...(champion ? ['MODEL BEFORE'] : [])];
  const values = Object.entries(metrics).map(([name, value]) => {
    const before = champion?.[name];
    return [name, estimate(value), ...(champion ? [before ? estimate(before) : '-'] : [])];
  });
  return [
    `measured on ${formatCount(rows)} rows that it was not trained on`,
    ...table(head, values).split('\n'),
    ...(verdict?.gates ?? []).map(({ passed, gate, reason }) => `${mark(passed)} ${gate}: ${reason}`),
    ...(verdict?.unmet ?? []).map(({ constraint, reason }) => `${yellow('!')} ${constraint}: ${reason}`),
    ...(verdict?.warnings ?? []).map((warning) => `${yellow('!')} ${warning}`),
    ...seeLines(evaluation.see),
  ];
}

function decisionLine({ decision, at, by, reason, from, now }: Explanation['decisions'][number]): string {
  if (reason === automaticApproval) return `${minute(at)} approved automatically, since its gates passed (${reason})`;
  const what =
    decision === 'rolled-back'
      ? `rolled back${from === undefined ? '' : ` from version ${from}`}${now ? ', all at once' : ''}`
      : decision;
  const who = by === undefined ? '' : ` by ${identityName(by)}`;
  return `${minute(at)} ${what}${who}${reason === undefined ? ', without a reason' : `: ${reason}`}`;
}

const approvalPart = ({ decisions, model }: Explanation): string[] => [
  ...(decisions.length === 0 ? ['no decision is recorded'] : decisions.map(decisionLine)),
  ...seeLines(model?.see ?? {}),
];

/** A record may name a kind that this version does not know. */
const unitOf = (name: string): string => ALARMS.find((kind) => kind.name === name)?.unit ?? '';

function howLine({ how, replaced }: NonNullable<Explanation['rollOut']>): string {
  if (how === null) return replaced === null ? 'it replaced nothing' : 'how its traffic moved was not recorded';
  const { strategy, percent, bakeMinutes, alarms } = how;
  const limits = Object.entries(alarms).map(([kind, limit]) => `${kind} above ${limit} ${unitOf(kind)}`.trim());
  const steps = percent === undefined ? '' : `, ${percent} % at a time`;
  const waits = bakeMinutes === 0 ? '' : `, watched for ${counted(bakeMinutes, 'minute')} a step`;
  return `${strategy}${steps}${waits}; ${limits.length === 0 ? 'no alarm watched it' : `alarms: ${limits.join(', ')}`}`;
}

function rollOutPart({ rollOut }: Explanation): string[] {
  if (!rollOut) return nothing('it was not deployed yet');
  const { status, startedAt, endedAt, reason } = rollOut;
  const ended = endedAt === null ? status : `${status} ${minute(endedAt)}`;
  return [
    howLine(rollOut),
    `started ${minute(startedAt)}, ${status === 'failed' ? red(ended) : status === 'promoted' ? green(ended) : yellow(ended)}`,
    ...(reason === null ? [] : [reason]),
    ...seeLines(rollOut.see),
  ];
}

function testsPart({ tests }: Explanation): string[] {
  if (!tests) return nothing('no test of its endpoint is recorded');
  const passed = tests.results.filter((result) => result.passed).length;
  const when = { deploy: 'during its deployment', update: 'after an update', manual: 'by hand' }[tests.trigger];
  return [
    `${passed} of ${counted(tests.results.length, 'test')} passed ${when}, ${minute(tests.at)}`,
    ...tests.results.map(
      ({ passed: good, id, kind, detail }) => `${mark(good)} ${id} (${kind})${detail === '' ? '' : `: ${detail}`}`,
    ),
    ...seeLines(tests.see),
  ];
}

const endpointPart = ({ endpoint, model }: Explanation): string[] => [
  `${endpoint.name}, ${endpoint.status ?? 'absent'}${endpoint.config === null ? '' : `, config ${endpoint.config}`}`,
  ...(model && !model.live ? [`it does not serve version ${model.version} now`] : []),
  ...seeLines(endpoint.see),
];

const formerPart = ({ former }: Explanation): string[] =>
  former
    ? [
        `version ${former.version} of run ${former.runId}, ${minute(former.promotedAt)} to ${minute(former.supersededAt)}`,
        ...seeLines(former.see),
      ]
    : ['no model served before it'];

function driftPart({ drift }: Explanation): string[] {
  if (!drift) return ['not checked since it serves'];
  const drifted = drift.drifted ? 'drift found' : 'no drift';
  const found = drift.alarm ? yellow(drift.drifted ? drifted : 'alarm') : green(drifted);
  const silent = drift.fellSilent ? `; ${yellow('no request was captured any more')}` : '';
  return [
    `${found} in ${formatCount(drift.rows)} rows, checked ${minute(drift.checkedAt)}${silent}`,
    ...(drift.performance === null ? [] : [drift.performance]),
    ...(drift.severity === null
      ? []
      : [`decided: ${drift.severity}${drift.decision === null ? '' : `, ${drift.decision}`}`]),
    ...(drift.alarm && drift.step !== null ? [`done: ${drift.step}`] : []),
    ...seeLines(drift.see),
  ];
}

function labelsPart({ labels }: Explanation): string[] {
  if (!labels) return ['no outcomes of its predictions yet'];
  const { from, to, rows, severity, reason, findings, estimate, see } = labels;
  const isBad = severity === 'warning' || severity === 'critical';
  const told = findings.filter((own) => own.severity !== 'none' && own.reason !== reason);
  return [
    `${isBad ? yellow(severity) : severity} by ${formatCount(rows)} outcomes of predictions from ${from}, before ${to}`,
    reason,
    ...told.map((own) => `${own.severity}: ${own.reason}`),
    ...(estimate === null ? [] : [estimate]),
    ...seeLines(see),
  ];
}

const batchesPart = ({ count, rows, newest, see }: NonNullable<Explanation['batches']>): string[] => [
  `scored ${formatCount(rows)} rows in ${count === 1 ? '1 batch' : `${formatCount(count)} batches`}`,
  ...newest.map(({ batchId, startedAt, status, says }) => {
    const line = `${minute(startedAt)} ${batchId}: ${says}`;
    return status === 'failed' ? yellow(line) : line;
  }),
  ...seeLines(see),
];

const layOut = (parts: readonly Part[]): string => {
  const width = Math.max(...parts.map(([name]) => name.length));
  return parts
    .map(([name, lines]) =>
      lines.map((line, i) => `  ${bold((i === 0 ? name : '').padEnd(width))}  ${line}`.trimEnd()).join('\n'),
    )
    .join('\n\n');
};

/** An explanation for people: how the endpoint stands, then the chain from the data to the endpoint. */
export function renderExplanation(explanation: Explanation): string {
  const { serving, pipeline, model } = explanation;
  const says = serving.state === 'champion' ? green(serving.says) : yellow(serving.says);
  const { challenge } = explanation;
  const challenged = challenge
    ? [
        yellow(`version ${challenge.version} challenges it (${challenge.mode}, ${challenge.status})`),
        ...challenge.reasons,
        ...seeLines(challenge.see),
      ]
    : [];
  const head = [`${bold(pipeline)}: ${says}`, ...serving.todo, ...challenged];
  if (!model) return [...head, '', layOut([['endpoint', endpointPart(explanation)]])].join('\n');
  const chain: readonly Part[] = [
    ['data', dataPart(explanation)],
    ['code', configurationPart(explanation)],
    ['training', trainingPart(explanation)],
    ['judged', evaluationPart(explanation)],
    ['approved', approvalPart(explanation)],
    ['roll-out', rollOutPart(explanation)],
    ['tests', testsPart(explanation)],
    ['endpoint', endpointPart(explanation)],
    ['before', formerPart(explanation)],
    ...(model.live ? [['drift', driftPart(explanation)] as const] : []),
    ...(model.live || explanation.labels ? [['labels', labelsPart(explanation)] as const] : []),
    ...(explanation.batches ? [['batches', batchesPart(explanation.batches)] as const] : []),
  ];
  const about = `${bold(`version ${model.version}`)}${model.runId === null ? '' : ` of run ${model.runId}`}, registered ${minute(model.registeredAt)}`;
  return [...head, '', about, '', layOut(chain)].join('\n');
}
