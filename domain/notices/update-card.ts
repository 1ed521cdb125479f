import { sourceOf } from '#domain/costs/price-table';
import { endpointMonth, hostingItem } from '#domain/costs/prices';
import { automaticApproval, identityName } from '#domain/registry/decision';
import { composeMessage, type Draft, type Message, type Table } from '#domain/slack/message';
import { clip, type Inline, type Rich } from '#domain/slack/rich-text';
import { count, counted, decimal } from '#domain/text/numbers';
import type { Evaluation } from '#schemas/records/evaluation';
import type { SettingChange } from './setting-changes.ts';
import type { UpdateFacts } from './update-facts.ts';

/** An update of an endpoint, for its card. */
export interface Update {
  readonly pipeline: string;
  readonly stage: string;
  readonly runId: string;
  readonly version: number;
  readonly facts: UpdateFacts;
  /** How the endpoint's tests ended; undefined where none ran or it is not known. */
  readonly tests: { readonly tests: number; readonly failed: number } | undefined;
  /** Whether the new version serves. */
  readonly isLive: boolean;
}

/** Changes and metrics that fit on the card; the thread has all. */
const onCard = { changes: 4, metrics: 4 } as const;

const minute = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

/** A setting's value: a text without quotes, a long list cut. */
function shownValue(json: string | undefined): string {
  if (json === undefined) return 'not set';
  const isText = json.startsWith('"') && json.length > 2;
  return clip(isText ? json.slice(1, -1) : json, 80);
}

const changeLine = ({ setting, before, now }: SettingChange): Inline[] => [
  { code: setting },
  `: ${shownValue(before)} → ${shownValue(now)}`,
];

function approval({ decision, claim }: UpdateFacts): Rich {
  if (decision === undefined) return claim === undefined ? 'not recorded' : `at ${minute(claim.approvedAt)}`;
  if (decision.reason === automaticApproval) return `automatically (registry.approval), ${minute(decision.at)}`;
  const by: Inline = decision.by === undefined ? 'not reported by whom' : { code: identityName(decision.by) };
  return [by, `, ${minute(decision.at)}`];
}

/** How the traffic moved, and where it is now. */
function traffic({ claim, other }: UpdateFacts, { version, isLive }: Update): string {
  const rollOut = claim?.deployment?.rollOut;
  const how =
    rollOut === undefined
      ? ''
      : ` (${rollOut.strategy}${rollOut.percent === undefined ? '' : `, ${count(rollOut.percent)} % a step`}${rollOut.bakeMinutes > 0 ? `, watched ${counted(rollOut.bakeMinutes, 'minute')} each` : ''})`;
  if (isLive) return `100 % on version ${count(version)}${how}`;
  return other === undefined
    ? `none: no version serves${how}`
    : `100 % on version ${count(other.modelPackageVersion)}${how}`;
}

/** What the endpoint costs a month by its instances. What is not known is said. */
export function monthlyCost({ pinned, pricing }: Pick<UpdateFacts, 'pinned' | 'pricing'>): string {
  const { instances, scaling, serverless, asynchronous } = pinned?.deployment ?? {};
  if (serverless !== undefined) return 'not known: a serverless endpoint costs by its requests';
  if (asynchronous !== undefined) return 'not known: an asynchronous endpoint costs by its queue';
  if (instances === undefined) return 'not known: the run has no record of its instances';
  const { type, count: number } = instances;
  const [least, most] = [scaling?.min ?? number, scaling?.max ?? number];
  const [low, high] = [endpointMonth(type, least, pricing), endpointMonth(type, most, pricing)];
  if (low === undefined || high === undefined) return `not known: the price table has no ${type}`;
  const range = low === high ? `$${count(low)}` : `$${count(low)} to $${count(high)}`;
  return `${range} for ${least === most ? count(most) : `${count(least)} to ${count(most)}`} × ${type}, ${sourceOf(hostingItem(type), pricing)} without requests and storage`;
}

/** Candidate and champion on the same rows, with intervals. */
function metricTable(evaluation: Evaluation, most: number): Table {
  const { metrics, champion } = evaluation;
  const compared = evaluation.comparison?.candidate;
  const range = (low: number, high: number): string => `${decimal(low)} – ${decimal(high)}`;
  return {
    columns: ['metric', 'now', 'interval', ...(champion ? ['before', 'interval'] : [])],
    rows: Object.entries(metrics)
      .slice(0, most)
      .map(([name, own]) => {
        const { value, low, high, interval } = champion ? (compared?.[name] ?? own) : own;
        const other = champion?.metrics[name];
        return [
          name,
          decimal(value),
          interval === 'none' ? '–' : range(low, high),
          ...(other ? [decimal(other.value), other.interval === 'none' ? '–' : range(other.low, other.high)] : []),
        ];
      }),
  };
}

function testsText(tests: Update['tests']): string {
  if (tests === undefined) return 'not run, or not recorded';
  if (tests.tests === 0) return 'none are configured';
  return tests.failed === 0
    ? `${counted(tests.tests, 'test')} passed`
    : `${count(tests.failed)} of ${counted(tests.tests, 'test')} failed`;
}

const configuration = ({ claim }: UpdateFacts): Inline[] =>
  claim === undefined ? [] : [' · configuration ', { code: claim.endpointConfigName }];

/** The facts, tables and links that the card of an update has, whether it succeeded or not. */
export function updateParts(update: Update): Required<Pick<Draft, 'facts' | 'parts' | 'footer'>> {
  const { facts, version, pipeline, stage, runId, isLive } = update;
  const { other, drop, changes, evaluation, reportUrl, endpointUrl } = facts;
  const command = (text: string): Inline => ({ code: `npx tidegate ${text} --stage ${stage}` });
  const was = other === undefined ? 'none' : count(other.modelPackageVersion);
  const more = (changes?.length ?? 0) - onCard.changes;
  const metrics = evaluation === undefined ? 0 : Object.keys(evaluation.metrics).length;
  return {
    facts: [
      ['Version', isLive ? `${was} → ${count(version)}` : `${was} stays, ${count(version)} was tried`],
      ['Trained on', drop === undefined ? 'not recorded' : { code: drop }],
      ['Approved', approval(facts)],
      ['Tests', testsText(update.tests)],
      ['Traffic', traffic(facts, update)],
      ['Cost a month', monthlyCost(facts)],
    ],
    parts: [
      ...(evaluation === undefined
        ? []
        : [
            {
              title: `Metrics on the holdout${metrics > onCard.metrics ? ` (${onCard.metrics} of ${metrics}, all in the thread)` : ''}`,
              table: metricTable(evaluation, onCard.metrics),
            },
          ]),
      {
        title: 'What differs',
        lines:
          changes === undefined
            ? [
                other === undefined
                  ? 'Nothing to compare with: no version served before.'
                  : 'Not known: a run has no record of its settings.',
              ]
            : changes.length === 0
              ? ['The data alone: settings and hyperparameters are the same.']
              : [
                  ...changes.slice(0, onCard.changes).map(changeLine),
                  ...(more > 0 ? [`and ${counted(more, 'setting')} more, in the thread`] : []),
                ],
      },
    ],
    footer: [
      [
        { link: { url: reportUrl, label: 'Report' } },
        ' · ',
        { link: { url: endpointUrl, label: 'Endpoint in the console' } },
      ],
      [
        'What serves and why: ',
        command(`why ${pipeline}`),
        ...(isLive && other !== undefined ? [' · to go back: ', command(`rollback ${pipeline}`)] : []),
      ],
      ['Run ', { code: runId }, ...configuration(facts)],
    ],
  };
}

/** All metrics and all differences, for the thread; undefined where the card has them already. */
export function updateDetails({ pipeline, version, runId, facts }: Update): Message | undefined {
  const { evaluation, changes = [] } = facts;
  const metrics = evaluation === undefined ? 0 : Object.keys(evaluation.metrics).length;
  if (metrics <= onCard.metrics && changes.length <= onCard.changes) return undefined;
  return composeMessage({
    heading: `📋 ${pipeline}: version ${count(version)} in detail`,
    parts: [
      ...(evaluation === undefined
        ? []
        : [{ title: 'Metrics on the holdout', table: metricTable(evaluation, metrics) }]),
      ...parted(changes).map((lines, i) => ({
        ...(i === 0 ? { title: 'What differs' } : {}),
        lines: lines.map(changeLine),
      })),
    ],
    footer: [['Run ', { code: runId }, ...configuration(facts)]],
  });
}

/** Lines that fit into one part of a message. */
const perPart = 12;
/** So many settings are listed one by one. */
const mostChanges = 120;

function parted(changes: readonly SettingChange[]): SettingChange[][] {
  const listed = changes.slice(0, mostChanges);
  const parts = Array.from({ length: Math.ceil(listed.length / perPart) }, (_, i) =>
    listed.slice(i * perPart, (i + 1) * perPart),
  );
  const rest = changes.length - mostChanges;
  const more = { setting: `${counted(rest, 'setting')} more, in the runs' config.json`, before: '…', now: '…' };
  return rest > 0 ? [...parts, [more]] : parts;
}
