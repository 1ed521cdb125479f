/**
 * What runs inside a function's process: loads the handler, then serves one invocation at a time over the IPC channel.
 * Behaves as the Node runtime of Lambda does: https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
import { existsSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

/** Ends the output of an invocation, so that the host knows it has read all of it. */
const endMark = (requestId) => `\u0000end ${requestId}\u0000\n`;

let requestId = '';

const LEVELS = {
  log: 'INFO',
  info: 'INFO',
  debug: 'DEBUG',
  warn: 'WARN',
  error: 'ERROR',
  trace: 'TRACE',
  fatal: 'FATAL',
};
for (const [method, level] of Object.entries(LEVELS)) {
  globalThis.console[method] = (...values) => {
    const text = format(...values).replaceAll('\n', '\r');
    process.stdout.write(`${new Date().toISOString()}\t${requestId || 'undefined'}\t${level}\t${text}\n`);
  };
}

const describe = (error, type) => {
  if (error instanceof Error) {
    return { errorType: type ?? error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
  }
  return { errorType: type ?? typeof error, errorMessage: String(error), trace: [] };
};

const send = (message) => new Promise((resolve) => process.send(message, resolve));

const fail = (type) => async (error) => {
  const described = describe(error, type);
  process.stderr.write(`${new Date().toISOString()}\t${requestId}\tERROR\t${JSON.stringify(described)}\n`);
  await send({ type: 'fatal', requestId, error: described });
  process.exit(type === 'Runtime.UnhandledPromiseRejection' ? 128 : 129);
};
process.on('uncaughtException', fail(undefined));
process.on('unhandledRejection', fail('Runtime.UnhandledPromiseRejection'));
// The host has ended: no more invocations will come.
process.on('disconnect', () => process.exit(0));

class RuntimeError extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
  }
}

const loadHandler = async () => {
  const [, path = '', name = ''] = /^(.*)\.([^.]+)$/.exec(process.env._HANDLER ?? '') ?? [];
  const file = ['.mjs', '.js', '.cjs'].map((extension) => join(process.cwd(), path + extension)).find(existsSync);
  if (!file) throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${path}'`);
  let module;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeError('Runtime.UserCodeSyntaxError', String(error));
    if (error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND')
      throw new RuntimeError('Runtime.ImportModuleError', String(error));
    throw error;
  }
  const handler = module[name] ?? module.default?.[name];
  if (handler === undefined)
    throw new RuntimeError('Runtime.HandlerNotFound', `${path}.${name} is undefined or not exported`);
  if (typeof handler !== 'function')
    throw new RuntimeError('Runtime.HandlerNotFound', `${path}.${name} is not a function`);
  if (handler.length >= 3) {
    throw new RuntimeError(
      'Runtime.CallbackHandlerDeprecated',
      'Callback-based handlers are not supported from Node.js 24 on. Use an async function.',
    );
  }
  return handler;
};

const contextOf = ({ deadline, functionArn }) => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
  functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
  invokedFunctionArn: functionArn,
  memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  awsRequestId: requestId,
  logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
});

const serve = (handler) => async (message) => {
  requestId = message.requestId;
  process.env._X_AMZN_TRACE_ID = message.traceId;
  if (message.crash === 'before') process.exit(1);
  let answer;
  try {
    const result = await handler(JSON.parse(message.event), contextOf(message));
    answer = { type: 'result', payload: JSON.stringify(result ?? null) };
  } catch (error) {
    const described = describe(error);
    process.stderr.write(
      `${new Date().toISOString()}\t${requestId}\tERROR\tInvoke Error\t${JSON.stringify(described)}\n`,
    );
    answer = { type: 'error', error: described };
  }
  process.stdout.write(endMark(requestId));
  process.stderr.write(endMark(requestId));
  if (message.crash === 'after') process.exit(1);
  await send({ ...answer, requestId, maxRssKb: process.resourceUsage().maxRSS });
};

if (process.argv.includes('--fail-init')) process.exit(1);
const compiled = process.argv.find((argument) => argument.startsWith('--compiled='))?.slice('--compiled='.length);
if (compiled) enableCompileCache(compiled);
try {
  process.on('message', serve(await loadHandler()));
  await send({ type: 'ready' });
  // the host ends processes without a word, so nothing is written at their exit
  if (compiled) flushCompileCache();
} catch (error) {
  const described = describe(error);
  process.stderr.write(
    `${new Date().toISOString()}\tundefined\tERROR\tUncaught Exception\t${JSON.stringify(described)}\n`,
  );
  await send({ type: 'init-error', error: described });
  process.exit(1);
}
