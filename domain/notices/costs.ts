import { dearestKind, kindNames, savingOf } from '#domain/costs/advice';
import { dollars, showAmount, unknownText } from '#domain/costs/amount';
import { composeMessage, type Message } from '#domain/slack/message';
import { type StageMonths, stageMonthsSchema } from '#schemas/records/costs';
import { defineNotice } from './notice.ts';

export function costsMessage(costs: StageMonths, stage: string): Message {
  const { month, spent, forecast, before, budget, byKind, pipelines } = costs;
  const over = budget !== undefined && forecast.usd > budget;
  const dearest = dearestKind(byKind);
  const missing = unknownText(forecast);
  return composeMessage({
    heading: `💰 ${stage} in ${month}: ${showAmount(forecast)} by its end`,
    summary: `${showAmount(spent)} until now, at list prices; the month before came to ${dollars(before)}.${
      over ? ` That is more than the budget of ${dollars(budget)}: new runs will be refused.` : ''
    }`,
    facts: [
      ...(budget === undefined ? [] : [['Budget', dollars(budget)] as const]),
      ...(dearest === undefined
        ? []
        : [
            ['Dearest', `${kindNames[dearest.kind]}, ${dollars(dearest.usd)}`] as const,
            ['Cheaper', savingOf(dearest.kind)] as const,
          ]),
    ],
    parts: [
      {
        lines: pipelines.map((own) => [
          { code: own.pipeline },
          `: ${showAmount(own.spent)} until now, ${showAmount(own.forecast)} by the end`,
        ]),
      },
    ],
    footer: [[{ code: `npx tidegate costs --stage ${stage}` }], ...(missing === undefined ? [] : [[missing]])],
  });
}

export const costs = defineNotice({
  name: 'costs',
  summary: 'What the stage costs this month, once a month.',
  severity: 'info',
  event: { costs: stageMonthsSchema },
  example: {
    costs: {
      month: '2026-12',
      spent: { usd: 21.4, about: true, unknown: [] },
      byKind: { endpoint: 19.3, training: 2.1 },
      forecast: { usd: 95.1, about: true, unknown: [] },
      before: 88.2,
      budget: 200,
      pipelines: [
        {
          pipeline: 'loan-default',
          runs: 4,
          spent: { usd: 21.4, about: true, unknown: [] },
          byKind: { endpoint: 19.3, training: 2.1 },
          forecast: { usd: 95.1, about: true, unknown: [] },
          endpointLeft: { usd: 64.6, about: true, unknown: [] },
        },
      ],
    },
  },
  // a message is sent once for its key
  address: ({ costs: { month } }) => ({ key: month }),
  message: (event, _, stage) => costsMessage(event.costs, stage),
});
