import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { BUCKET, MAIL, TABLE, TOLD } from './busy-stack.ts';
import type { KillableCloud } from './killable-cloud.ts';
import { send, sign } from './small-stack.ts';

/** What was acknowledged, by the name it can be found under. */
export interface Acknowledged {
  readonly objects: Set<string>;
  readonly items: Set<string>;
  readonly mail: Set<string>;
  readonly events: Set<string>;
  readonly executions: Map<string, string>;
  readonly tokens: Set<string>;
}

export const nothingYet = (): Acknowledged => ({
  objects: new Set(),
  items: new Set(),
  mail: new Set(),
  events: new Set(),
  executions: new Map(),
  tokens: new Set(),
});

/** How an execution came out. */
export interface Execution {
  readonly status: string;
  readonly output: unknown;
  readonly ids: readonly number[];
  /** `<event type> <name of the state>`, sorted. */
  readonly steps: readonly string[];
  /** Statuses of the children of its map run. */
  readonly children: readonly string[];
}

const bodyOf = (key: string): string => `${key} `.repeat(500);

/** What a user of the busy stack does, by one cloud process. */
export class BusyDriver {
  readonly #cloud: KillableCloud;
  readonly #s3: S3Client;
  readonly #db: DynamoDBClient;
  readonly #bus: EventBridgeClient;
  readonly #machines: SFNClient;

  constructor(cloud: KillableCloud) {
    this.#cloud = cloud;
    this.#s3 = new S3Client({ ...cloud.config, forcePathStyle: true });
    this.#db = new DynamoDBClient(cloud.config);
    this.#bus = new EventBridgeClient(cloud.config);
    this.#machines = new SFNClient(cloud.config);
  }

  async #queue(operation: string, input: object): Promise<Record<string, unknown>> {
    const request = { service: 'sqs', target: `AmazonSQS.${operation}`, body: JSON.stringify(input) };
    const reply = await send(await sign(this.#cloud, request));
    if (!reply.ok) throw new Error(await reply.text());
    return (await reply.json()) as Record<string, unknown>;
  }

  #url(queue: string): string {
    return `https://sqs.eu-central-1.amazonaws.com/123456789012/${queue}`;
  }

  /** Starts an execution; asked again under the same name, it is the same. */
  async startExecution(name: string, known: Acknowledged): Promise<void> {
    const stateMachineArn = this.#cloud.resources['Machine']?.ref;
    const answer = await this.#machines.send(new StartExecutionCommand({ stateMachineArn, name, input: '{}' }));
    known.executions.set(name, answer.executionArn ?? '');
  }

  /** Writes to every service in turn and records what is acknowledged; ends when the cloud has died. */
  async writeUntilKilled(known: Acknowledged, stop: AbortSignal): Promise<void> {
    for (let n = known.objects.size; !stop.aborted; n += 1) {
      try {
        await this.#s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `in/${n}`, Body: bodyOf(`in/${n}`) }));
        known.objects.add(`in/${n}`);
        await this.#db.send(new PutItemCommand({ TableName: TABLE, Item: { id: { S: `item/${n}` } } }));
        known.items.add(`item/${n}`);
        await this.#queue('SendMessage', { QueueUrl: this.#url(MAIL), MessageBody: `mail/${n}` });
        known.mail.add(`mail/${n}`);
        const Entries = [{ Source: 'busy', DetailType: 'Written', Detail: JSON.stringify({ from: `event/${n}` }) }];
        await this.#bus.send(new PutEventsCommand({ Entries }));
        known.events.add(`event/${n}`);
      } catch {
        return;
      }
      await sleep(15);
    }
  }

  async #items(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    let from: Record<string, never> | undefined;
    do {
      const page = await this.#db.send(new ScanCommand({ TableName: TABLE, ExclusiveStartKey: from }));
      for (const { id, token } of page.Items ?? []) found[id?.S ?? ''] = token?.S ?? '';
      from = page.LastEvaluatedKey as Record<string, never> | undefined;
    } while (from);
    return found;
  }

  /** Answers tokens until the executions have ended; ends early when the cloud has died. */
  async answerUntilEnded(known: Acknowledged): Promise<boolean> {
    try {
      for (;;) {
        for (const [id, taskToken] of Object.entries(await this.#items())) {
          if (!id.startsWith('ask/') || known.tokens.has(taskToken)) continue;
          await this.#machines.send(new SendTaskSuccessCommand({ taskToken, output: '"yes"' }));
          known.tokens.add(taskToken);
        }
        const statuses = await Promise.all([...known.executions.values()].map((arn) => this.#status(arn)));
        if (statuses.length > 0 && statuses.every((status) => status !== 'RUNNING')) return true;
        await sleep(40);
      }
    } catch (error) {
      if (error instanceof Error && error.name === 'TaskTimedOut') throw error;
      return false;
    }
  }

  async #status(executionArn: string): Promise<string> {
    return String((await this.#machines.send(new DescribeExecutionCommand({ executionArn }))).status);
  }

  async execution(executionArn: string): Promise<Execution> {
    const { status, output } = await this.#machines.send(new DescribeExecutionCommand({ executionArn }));
    const { events = [] } = await this.#machines.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
    );
    const { mapRuns = [] } = await this.#machines.send(new ListMapRunsCommand({ executionArn }));
    const children = await Promise.all(
      mapRuns.map(({ mapRunArn }) => this.#machines.send(new ListExecutionsCommand({ mapRunArn }))),
    );
    return {
      status: String(status),
      output: JSON.parse(output ?? 'null'),
      ids: events.map(({ id = 0 }) => id),
      steps: events
        .map(({ type, stateEnteredEventDetails, stateExitedEventDetails }) =>
          [type, stateEnteredEventDetails?.name ?? stateExitedEventDetails?.name].join(' '),
        )
        .sort(),
      children: children.flatMap(({ executions = [] }) => executions.map((child) => String(child.status))),
    };
  }

  /** How many executions the nested machine has had. */
  async nestedExecutions(): Promise<number> {
    const stateMachineArn = this.#cloud.resources['NestedMachine']?.ref;
    const { executions = [] } = await this.#machines.send(new ListExecutionsCommand({ stateMachineArn }));
    return executions.length;
  }

  /** Bodies of all messages of a queue, which are hidden by that. */
  async #drain(queue: string): Promise<string[]> {
    const bodies: string[] = [];
    for (;;) {
      const input = { QueueUrl: this.#url(queue), MaxNumberOfMessages: 10 };
      const { Messages = [] } = (await this.#queue('ReceiveMessage', input)) as { Messages?: { Body: string }[] };
      if (Messages.length === 0) return bodies;
      bodies.push(...Messages.map(({ Body }) => Body));
    }
  }

  /** What was acknowledged and is not there: objects, items, messages, and the events of all of them. */
  async missing(known: Acknowledged): Promise<string[]> {
    const lost: string[] = [];
    for (const key of known.objects) {
      const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      if ((await Body?.transformToString()) !== bodyOf(key)) lost.push(`object ${key}`);
    }
    const items = await this.#items();
    const ids = [...known.items, ...[...known.executions.keys()].flatMap((name) => [`done/${name}`, `nested/${name}`])];
    lost.push(...ids.filter((id) => !(id in items)).map((id) => `item ${id}`));
    const mail = new Set(await this.#drain(MAIL));
    lost.push(...[...known.mail].filter((body) => !mail.has(body)).map((body) => `message ${body}`));

    const owed = new Set([
      ...[...known.objects].map((key) => `Object Created ${key}`),
      ...[...known.executions.keys()].flatMap((name) => [10, 20, 30, 40].map((n) => `Object Created out/${name}/${n}`)),
      ...[...known.events].map((event) => `Written ${event}`),
      ...[...known.executions].flatMap(([name, arn]) => [
        `Told ${name}`,
        `Step Functions Execution Status Change RUNNING ${arn}`,
        `Step Functions Execution Status Change SUCCEEDED ${arn}`,
      ]),
    ]);
    const told = async (): Promise<void> => {
      for (const body of await this.#drain(TOLD)) owed.delete(nameOf(body));
    };
    // Delivery continues while the test looks.
    for (let round = 0; owed.size > 0 && round < 100; round += 1) {
      await told();
      await sleep(50);
    }
    return [...lost, ...[...owed].map((name) => `event ${name}`)];
  }

  close(): void {
    for (const client of [this.#s3, this.#db, this.#bus, this.#machines]) client.destroy();
  }
}

interface Told {
  readonly 'detail-type': string;
  readonly detail: { object?: { key: string }; from?: string; status?: string; executionArn?: string };
}

function nameOf(body: string): string {
  const { 'detail-type': type, detail } = JSON.parse(body) as Told;
  const { object, from, status, executionArn } = detail;
  return [type, object?.key ?? from ?? `${status} ${executionArn}`].join(' ');
}
