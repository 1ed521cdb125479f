import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where a Chromium is: named by `CHROMIUM`, or on the path; undefined when there is none. */
export function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  const wanted = process.env['CHROMIUM'];
  return [...(wanted ? [wanted] : []), ...found].find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A page in a Chromium without a window. */
export interface BrowserPage {
  goto(url: string): Promise<void>;
  /** Evaluates an expression in the page until it is truthy. @throws Error after 20 s, with what the page shows */
  until<T>(expression: string): Promise<T>;
  /** Presses the mouse in the middle of the first element of a selector, as a person does. */
  click(selector: string): Promise<void>;
  /** Types into what has the focus. */
  type(text: string): Promise<void>;
  /** Sets the width and height of the view, in CSS pixels, and the colours that the reader prefers. */
  resize(width: number, height: number, scheme?: 'light' | 'dark'): Promise<void>;
  /** A picture of the page as far as its view reaches, PNG; `whole`: from top to bottom. */
  screenshot(whole?: 'whole'): Promise<Buffer>;
  /** The page as it is printed on A4, PDF. */
  print(): Promise<Buffer>;
  /** What the console of the browser reports as errors: refusals of the Content-Security-Policy and exceptions. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

type Reply = { readonly id?: number; readonly result?: never; readonly error?: { readonly message: string } };

/** Starts Chromium and speaks the DevTools protocol to it (chromedevtools.github.io/devtools-protocol): no package is needed for that. */
export async function openBrowser(executable: string): Promise<BrowserPage> {
  const profile = mkdtempSync(join(tmpdir(), 'tidegate-chromium-'));
  const options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-dev-shm-usage'];
  const child = spawn(
    executable,
    [...options, `--user-data-dir=${profile}`, '--remote-debugging-port=0', '--window-size=1180,900', 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', () => reject(new Error(`Chromium ended: ${said}`)));
  });
  const socket = new WebSocket(address);
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  const errors: string[] = [];
  let last = 0;
  let session: string | undefined;
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error, method, params } = JSON.parse(String(data)) as Reply & {
      method?: string;
      params?: never;
    };
    if (method === 'Log.entryAdded') {
      const { level, text } = (params as unknown as { entry: { level: string; text: string } }).entry;
      if (level === 'error') errors.push(text);
    }
    if (method === 'Runtime.exceptionThrown') errors.push(JSON.stringify(params));
    const call = waiting.get(id ?? 0);
    if (!call) return;
    waiting.delete(id ?? 0);
    if (error) call.reject(new Error(error.message));
    else call.resolve(result as never);
  });
  const send = <T>(method: string, params: object = {}): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params, ...(session && { sessionId: session }) }));
    });
  const { targetId } = await send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
  const attached = await send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true });
  session = attached.sessionId;
  for (const domain of ['Page', 'Runtime', 'Log']) await send(`${domain}.enable`);

  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result } = await send<{ result: { value: T } }>('Runtime.evaluate', { expression, returnByValue: true });
    return result.value;
  };
  const until = async <T>(expression: string): Promise<T> => {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const value = await evaluate<T>(expression);
      if (value) return value;
      if (Date.now() > deadline) {
        throw new Error(`The page never shows ${expression}. It shows: ${await evaluate('document.body.innerText')}`);
      }
      await sleep(100);
    }
  };
  return {
    goto: async (url) => void (await send('Page.navigate', { url })),
    until,
    async click(selector) {
      const element = `document.querySelector(${JSON.stringify(selector)})`;
      await until(`!!${element} && !${element}.disabled`);
      const { x, y } = await evaluate<{ x: number; y: number }>(
        `(() => { const e = ${element}; e.scrollIntoView({ block: 'center' }); const b = e.getBoundingClientRect(); return { x: b.x + b.width / 2, y: b.y + b.height / 2 }; })()`,
      );
      const mouse = { x, y, button: 'left', clickCount: 1 };
      await send('Input.dispatchMouseEvent', { ...mouse, type: 'mousePressed' });
      await send('Input.dispatchMouseEvent', { ...mouse, type: 'mouseReleased' });
    },
    type: async (text) => void (await send('Input.insertText', { text })),
    async resize(width, height, scheme = 'light') {
      await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
      await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    },
    screenshot: async (whole) =>
      Buffer.from(
        (await send<{ data: string }>('Page.captureScreenshot', { captureBeyondViewport: whole === 'whole' })).data,
        'base64',
      ),
    print: async () =>
      Buffer.from(
        (
          await send<{ data: string }>('Page.printToPDF', {
            preferCSSPageSize: true,
            paperWidth: 8.27,
            paperHeight: 11.69,
            printBackground: true,
          })
        ).data,
        'base64',
      ),
    errors,
    async close() {
      socket.close();
      child.kill('SIGKILL');
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
