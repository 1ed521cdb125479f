import { randomUUID } from 'node:crypto';
import type { DataCapture } from '#src/sagemaker/endpoints/request';
import type { Hub } from '#src/sagemaker/hub';
import { arnOf } from '#src/sagemaker/names';
import { joinKey, parseS3Uri, type RoleStorage, storageOf } from '#src/sagemaker/storage/s3';

/** One side of an invocation. */
export interface Observed {
  readonly contentType: string;
  readonly body: Buffer;
}

export interface Captured {
  readonly input: Observed;
  readonly output: Observed;
  readonly inferenceId: string | undefined;
  readonly customAttributes: string | undefined;
}

const FLUSH_LINES = 100;
const FLUSH_MS = 2000;

const mediaType = (contentType: string): string => (contentType.split(';')[0] ?? '').trim().toLowerCase();

/** Without CaptureContentTypeHeader everything is base64 (API reference: DataCaptureConfig). */
const encode = (observed: Observed, mode: 'INPUT' | 'OUTPUT', config: DataCapture) => {
  const type = mediaType(observed.contentType);
  const has = (types: readonly string[] | undefined) => types?.some((t) => t.toLowerCase() === type) ?? false;
  const header = config.CaptureContentTypeHeader;
  const encoding = has(header?.CsvContentTypes) ? 'CSV' : has(header?.JsonContentTypes) ? 'JSON' : 'BASE64';
  const data = encoding === 'BASE64' ? observed.body.toString('base64') : observed.body.toString('utf8');
  return { observedContentType: observed.contentType, mode, data, encoding };
};

/** One line of a capture file (SageMaker Developer Guide, "Data capture"). */
export const captureLine = (captured: Captured, config: DataCapture, eventId: string, at: number): string => {
  const modes = new Set(config.CaptureOptions.map((option) => option.CaptureMode));
  const both = modes.has('InputAndOutput');
  return JSON.stringify({
    captureData: {
      ...(both || modes.has('Input') ? { endpointInput: encode(captured.input, 'INPUT', config) } : {}),
      ...(both || modes.has('Output') ? { endpointOutput: encode(captured.output, 'OUTPUT', config) } : {}),
    },
    eventMetadata: {
      eventId,
      ...(captured.customAttributes === undefined ? {} : { customAttributes: [captured.customAttributes] }),
      ...(captured.inferenceId === undefined ? {} : { inferenceId: captured.inferenceId }),
      inferenceTime: new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    },
    eventVersion: '0',
  });
};

/** `<endpoint>/<variant>/yyyy/mm/dd/hh/MM-SS-mmm-<uuid>.jsonl`, in UTC. */
export const captureKey = (endpoint: string, variant: string, at: number, id: string): string => {
  const [day = '', time = ''] = new Date(at).toISOString().split('T');
  const [hour = '', minute = '', rest = ''] = time.split(':');
  const moment = `${minute}-${rest.replace('Z', '').replace('.', '-')}`;
  return `${endpoint}/${variant}/${day.replaceAll('-', '/')}/${hour}/${moment}-${id}.jsonl`;
};

/** Collects what a variant answers and writes it to S3 as the model's role, by 100 lines or every 2 seconds. */
export class CaptureWriter {
  readonly #hub: Hub;
  readonly #endpoint: string;
  readonly #variant: string;
  readonly #config: DataCapture;
  readonly #storage: RoleStorage;
  #lines: string[] = [];
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #written: Promise<void> = Promise.resolve();
  #position = 0;

  constructor(hub: Hub, endpoint: string, variant: string, roleArn: string, config: DataCapture) {
    this.#hub = hub;
    this.#endpoint = endpoint;
    this.#variant = variant;
    this.#config = config;
    this.#storage = storageOf(hub.cloud, roleArn, arnOf(hub.cloud, 'endpoint', endpoint));
  }

  /** Keeps the configured percentage, evenly spread. */
  add(captured: Captured): void {
    const before = Math.floor(this.#position);
    this.#position += this.#config.InitialSamplingPercentage / 100;
    // Sums of hundredths fall just short of whole numbers.
    if (Math.floor(this.#position + 1e-9) === before) return;
    this.#position = Math.max(0, this.#position + 1e-9 - Math.floor(this.#position + 1e-9));
    const now = this.#hub.cloud.clock.now();
    if (this.#lines.length === 0) this.#since = now;
    this.#lines.push(captureLine(captured, this.#config, randomUUID(), now));
    if (this.#lines.length >= FLUSH_LINES) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  /** Writes what has been collected; resolves once it is in S3. A failure is logged, not thrown. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length > 0) {
      const at = this.#since;
      this.#written = this.#written.then(() => this.#write(lines, at));
    }
    return this.#written;
  }

  async #write(lines: readonly string[], at: number): Promise<void> {
    const target = parseS3Uri(this.#config.DestinationS3Uri);
    const key = joinKey(target.key, captureKey(this.#endpoint, this.#variant, at, randomUUID()));
    try {
      await this.#storage.uploadText(`${lines.join('\n')}\n`, { ...target, key }, { kmsKeyId: this.#config.KmsKeyId });
    } catch (error) {
      this.#hub.cloud.log('error', `data capture of endpoint ${this.#endpoint} could not be written`, {
        bucket: target.bucket,
        key,
        error: error instanceof Error ? error.message : String(error),
        lostLines: lines.length,
      });
    }
  }

  async close(): Promise<void> {
    await this.flush();
    this.#storage.close();
  }
}
