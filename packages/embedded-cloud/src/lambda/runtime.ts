import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { JsonLinesFile } from '../cloud/jsonl.ts';
import { AwsError, type CloudContext } from '../cloud/service.ts';
import type { CloudWatch } from '../cloudwatch/service.ts';
import type { LogsService } from '../logs/service.ts';
import { openLog } from '../logs/store.ts';
import { type Code, openCodeStore } from './code.ts';
import { type ConcurrencyUse, type LambdaSettings, requireConcurrency } from './concurrency.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { executionRole, logStreamName, sendAction } from './execution-role.ts';
import { DEFAULT_EVENT_INVOKE, type EventInvokeSettings, type FunctionSpec } from './function.ts';
import type { Outcome } from './outcome.ts';
import { createIdleLimit, createPool, type Pool } from './pool.ts';
import { startProcess } from './process.ts';

/** What Lambda is given beyond what every service is. */
export interface LambdaContext extends CloudContext {
  /** Where the functions' zips are. */
  readonly packageDir: string;
  readonly lambda: LambdaSettings;
}

/** A deployed function and its processes. */
export interface DeployedFunction {
  readonly spec: FunctionSpec;
  readonly arn: string;
  readonly code: Code;
  eventInvoke: EventInvokeSettings;
  /** Version numbers and aliases that callers may name besides `$LATEST`. */
  readonly qualifiers: Set<string>;
  readonly deployedAt: number;
}

export interface Runtime {
  /**
   * Makes a function, or changes one: invocations in progress end as they began, the next ones run the new code and settings
   * (Lambda API Reference, UpdateFunctionCode).
   */
  deploy(spec: FunctionSpec): Promise<DeployedFunction>;
  /** Puts back what the last deployment replaced. */
  restore(spec: FunctionSpec): Promise<void>;
  /** Whether what is packaged now is what a function runs. */
  runs(name: string, code: unknown): Promise<boolean>;
  /** Sets the destinations of asynchronous events. @throws AwsError `InvalidParameterValueException` when the role may not send there */
  configureEvents(deployed: DeployedFunction, settings: EventInvokeSettings): void;
  remove(name: string): Promise<void>;
  list(): readonly DeployedFunction[];
  /** By name or ARN, with or without qualifier. @throws AwsError `ResourceNotFoundException` */
  find(nameOrArn: string, qualifier?: string): DeployedFunction;
  /**
   * Runs a function on an event.
   * @param event JSON
   * @throws AwsError `TooManyRequestsException` beyond reserved concurrency or the account's, `ServiceException` when it cannot be run
   */
  invoke(target: DeployedFunction, event: string, requestId?: string): Promise<Outcome>;
  close(): Promise<void>;
}

/** More than a chain of functions has that run one after another: with fewer places each call would end a process that is needed next. */
const MAX_WARM = 24;
const WARM_MS = 120_000;

interface Running {
  deployed: DeployedFunction;
  pool: Pool;
  log: JsonLinesFile;
  /** What the last deployment replaced, until the next one. */
  replaced?: DeployedFunction | undefined;
}

const useOf = ({ deployed, pool }: Running): ConcurrencyUse => ({
  busy: pool.busy,
  reserved: deployed.spec.reservedConcurrency,
});

/** The functions of the template and their processes. */
export function createRuntime(context: LambdaContext): Runtime {
  const { region, accountId, stateDir, packageDir, clock } = context;
  const home = join(stateDir, 'lambda');
  const codes = openCodeStore(packageDir, home);
  const functions = new Map<string, Running>();
  /** Processes of functions that were changed or removed, until their last invocation ends. */
  const leaving = new Set<Pool>();
  const idle = createIdleLimit(MAX_WARM, WARM_MS);
  const concurrency = Math.max(2, availableParallelism());

  const functionArn = (name: string): string => `arn:aws:lambda:${region}:${accountId}:function:${name}`;

  /** Names, partial and whole ARNs, each with or without a qualifier. */
  function parseName(nameOrArn: string): { name: string; qualifier?: string } {
    const [name = '', qualifier] = nameOrArn
      .replace(/^(?:arn:[^:]+:lambda:[^:]+:)?(?:\d{12}:)?function:/, '')
      .split(':');
    return { name, ...(qualifier && { qualifier }) };
  }

  function createProcesses(deployed: DeployedFunction, log: JsonLinesFile): Pool {
    const { spec, arn, code } = deployed;
    const start = async (failInit: boolean) => {
      const folder = await code.folder();
      const { credentials, endpoint } = context.clientConfig(spec.roleArn, spec.name, 'lambda.amazonaws.com', arn);
      const logsKept = executionRole(context, spec).mayWriteLogs(logStreamName(clock.now()));
      return startProcess({
        functionName: spec.name,
        functionArn: arn,
        handler: spec.handler,
        folder,
        memoryMb: spec.memoryMb,
        timeoutSeconds: spec.timeoutSeconds,
        logGroup: spec.logGroup,
        temporary: join(home, 'tmp'),
        compiled: join(home, 'compiled'),
        failInit,
        environment: {
          AWS_REGION: region,
          AWS_DEFAULT_REGION: region,
          AWS_ENDPOINT_URL: endpoint,
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
          ...(credentials.sessionToken !== undefined && { AWS_SESSION_TOKEN: credentials.sessionToken }),
          ...spec.environment,
        },
        onLine: (line) => {
          if (!logsKept) return;
          keepLine(log, line);
          publish(line.message);
        },
      });
    };
    return createPool(start, concurrency, idle);
  }

  /** Puts the metrics of a line, as CloudWatch Logs does with every event that it takes in. */
  function publish(message: string): void {
    try {
      for (const { namespace, name, dimensions, value, unit } of embeddedMetrics(message)) {
        context.service<CloudWatch>('monitoring').putMetric(namespace, name, dimensions, value, unit);
      }
    } catch (cause) {
      context.log('error', 'the metrics of a line were lost', { error: String(cause) });
    }
  }

  /** On AWS, too, a function runs on when its log cannot be written. */
  function keepLine(log: JsonLinesFile, line: unknown): void {
    try {
      log.write(line);
    } catch (cause) {
      context.log('error', 'a line of a function was lost', { error: String(cause) });
    }
  }

  /** Lets the processes of a function end, and then closes its log unless others write to it. */
  async function leave({ pool }: Running, log?: JsonLinesFile): Promise<void> {
    leaving.add(pool);
    await pool.drain().finally(() => leaving.delete(pool));
    log?.close();
  }

  /** Has the next invocations run `deployed`. The code before it is kept until the deployment after. */
  function replace(before: Running | undefined, deployed: DeployedFunction): void {
    const { logGroup, name } = deployed.spec;
    const sameLog = before?.deployed.spec.logGroup === logGroup;
    const log = sameLog ? before.log : openLog(stateDir, logGroup);
    functions.set(name, { deployed, log, pool: createProcesses(deployed, log), replaced: before?.deployed });
    if (!before) return;
    const gone = before.replaced?.code;
    const left = leave(before, sameLog ? undefined : before.log);
    if (gone && gone !== deployed.code && gone !== before.deployed.code) void left.then(() => gone.discard());
  }

  /** Lambda takes a dead-letter queue or a destination that the execution role may send to. */
  function requireRight(spec: FunctionSpec, targetArn: string | undefined): void {
    if (targetArn === undefined || executionRole(context, spec).maySendTo(targetArn)) return;
    throw new AwsError(
      'InvalidParameterValueException',
      `The provided execution role does not have permissions to call ${sendAction(targetArn)} on ${targetArn}. Role ${spec.roleArn} needs ${JSON.stringify({ Effect: 'Allow', Action: sendAction(targetArn), Resource: targetArn })}.`,
    );
  }

  const runtime: Runtime = {
    configureEvents(deployed, settings) {
      requireRight(deployed.spec, settings.onSuccess);
      requireRight(deployed.spec, settings.onFailure);
      deployed.eventInvoke = settings;
    },
    async deploy(spec) {
      // As AWS checks it when the function is made, not when it first runs.
      context.clientConfig(spec.roleArn, spec.name, 'lambda.amazonaws.com', functionArn(spec.name));
      if (!executionRole(context, spec).maySendTraces()) {
        throw new AwsError(
          'InvalidParameterValueException',
          "The provided execution role does not have permissions to call PutTraceSegments on XRAY. Its policies need xray:PutTraceSegments and xray:PutTelemetryRecords on '*'.",
        );
      }
      requireRight(spec, spec.deadLetterArn);
      const before = functions.get(spec.name);
      const located = codes.locate(spec.code);
      const same = before !== undefined && (await before.deployed.code.equals(located));
      if (same) await located.discard();
      context.service<LogsService>('logs').ensureGroup(spec.logGroup);
      const deployed: DeployedFunction = {
        spec,
        code: same ? before.deployed.code : located,
        arn: functionArn(spec.name),
        eventInvoke: before?.deployed.eventInvoke ?? DEFAULT_EVENT_INVOKE,
        qualifiers: new Set(before?.deployed.qualifiers ?? ['$LATEST', '1']),
        deployedAt: clock.now(),
      };
      replace(before, deployed);
      return deployed;
    },
    async restore(spec) {
      const before = functions.get(spec.name);
      if (!before?.replaced) return void (await runtime.deploy(spec));
      replace(before, before.replaced);
    },
    async runs(name, declared) {
      const running = functions.get(name);
      if (!running) return false;
      const located = codes.locate(declared);
      const same = await running.deployed.code.equals(located);
      await located.discard();
      return same;
    },
    async remove(name) {
      const running = functions.get(name);
      functions.delete(name);
      if (running) void leave(running, running.log);
    },
    list: () => [...functions.values()].map(({ deployed }) => deployed),
    find(nameOrArn, asked) {
      const { name, qualifier = asked } = parseName(nameOrArn);
      const running = functions.get(name);
      if (!running || (qualifier !== undefined && !running.deployed.qualifiers.has(qualifier))) {
        const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}${qualifier ? `:${qualifier}` : ''}`;
        throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404, { Type: 'User' });
      }
      return running.deployed;
    },
    async invoke({ spec }, event, requestId = randomUUID()) {
      const running = functions.get(spec.name);
      if (!running) throw new AwsError('ResourceNotFoundException', `Function not found: ${spec.name}`, 404);
      requireConcurrency(context.lambda, useOf(running), [...functions.values()].map(useOf));
      try {
        const fault = context.faults?.invocation({ name: spec.name, logicalId: spec.logicalId });
        return await running.pool.invoke(requestId, event, fault);
      } catch (cause) {
        if (cause instanceof AwsError) throw cause;
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new AwsError('ServiceException', `${spec.name} could not be run: ${why}`, 500, { Type: 'Service' });
      }
    },
    async close() {
      const pools = [...functions.values()].map(({ pool }) => pool);
      await Promise.all([...pools, ...leaving].map((pool) => pool.close()));
      for (const { log } of functions.values()) log.close();
      functions.clear();
    },
  };
  return runtime;
}
