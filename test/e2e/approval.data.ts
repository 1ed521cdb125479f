import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DescribeModelPackageCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localSigningSecret } from '#cli/slack-page/signing-secret';
import { modelPackageGroupName } from '#domain/naming';
import { approvalKeys } from '#domain/registry/approval-keys';
import { approvalButtons, writePayload } from '#domain/slack/buttons';
import { signRequest } from '#domain/slack/signature';
import { readSlack } from '../../cli/commands/slack.ts';
import { requestDecision } from '../../cli/decide.ts';
import { listItems } from '../../cli/model-versions.ts';
import { requestRollBack } from '../../cli/roll-back.ts';
import { type BrowserPage, findChromium, openBrowser } from '../support/chromium.ts';
import { writeQuickPipeline } from './fast-project.ts';
import { startProject, type UpProject } from './project.ts';

const pipeline = 'loans-asked';
const runIds = ['20260131-101500-0001', '20260131-101500-0002'] as const;
const folder = mkdtempSync(join(tmpdir(), 'tidegate-approval-'));
const chromium = findChromium();

let project: UpProject;
let browser: BrowserPage | undefined;
const arns: string[] = [];

beforeAll(async () => {
  project = await startProject([
    writeQuickPipeline(folder, pipeline, { registry: { approval: 'manual', approvals: 2 } }),
  ]);
  const { sageMaker } = project.target;
  const ModelPackageGroupName = modelPackageGroupName('local', pipeline);
  await sageMaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName }));
  for (const runId of runIds) await register(runId);
  if (chromium) browser = await openBrowser(chromium);
  // biome-ignore lint/suspicious/noConsole: whoever reads the log should know what was not shown
  else console.log('No Chromium is on this machine: the buttons are pressed by the requests that the page sends.');
});
afterAll(async () => {
  await browser?.close();
  await project?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Registers a version, and has Slack told as a run does. Nothing was trained: the package names no run, so nothing deploys it. */
async function register(runId: string): Promise<void> {
  const { sageMaker, db, outputs, lambda } = project.target;
  const { ModelPackageArn = '' } = await sageMaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: modelPackageGroupName('local', pipeline),
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [
          {
            Image: '492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:1.7-1',
            ModelDataUrl: `s3://${outputs.ArtifactsBucketName}/${pipeline}/runs/${runId}/model/model.tar.gz`,
          },
        ],
        SupportedContentTypes: ['text/csv'],
        SupportedResponseMIMETypes: ['text/csv'],
      },
    }),
  );
  arns.push(ModelPackageArn);
  const record = {
    modelPackageArn: ModelPackageArn,
    modelPackageVersion: arns.length,
    approval: 'PendingManualApproval',
  };
  await db.send(
    new PutCommand({ TableName: outputs.StateTableName, Item: { pk: pipeline, sk: `run#${runId}`, ...record } }),
  );
  const notice = { kind: 'registered', run: { pipeline, runId } };
  const told = await lambda.send(
    new InvokeCommand({ FunctionName: 'tidegate-local-notify', Payload: JSON.stringify(notice) }),
  );
  expect(told.FunctionError).toBeUndefined();
}

const statusOf = async (version: number): Promise<string | undefined> =>
  (await project.target.sageMaker.send(new DescribeModelPackageCommand({ ModelPackageName: arns[version - 1] })))
    .ModelApprovalStatus;
/** As somebody does in the console. */
const setStatus = (version: number, ModelApprovalStatus: 'Rejected' | 'PendingManualApproval') =>
  project.target.sageMaker.send(
    new UpdateModelPackageCommand({ ModelPackageArn: arns[version - 1], ModelApprovalStatus }),
  );
const items = (table: string, prefix: string) => listItems(project.target, table, pipeline, prefix);
const approvals = () => items(project.target.outputs.ApprovalsTableName ?? '', '');

async function eventually<T>(read: () => Promise<T | undefined | false>): Promise<T> {
  for (const deadline = Date.now() + 30_000; ; ) {
    const value = await read();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`never: ${read}`);
    await sleep(200);
  }
}

/** The message that asks about a version. */
async function asking(version: number) {
  const [item] = await items(project.target.outputs.StateTableName, approvalKeys.asks(version));
  return { channel: String(item?.['channel']), ts: String(item?.['ts']) };
}

/** What the page's script sends. */
const post = async (path: string, body: object): Promise<{ ok: boolean; status: number; view?: { id: string } }> =>
  (
    await fetch(`${project.cloud.endpoint}/_slack/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  ).json() as never;

/** A person presses a button of the message about a version, in the browser where there is one, and writes a reason where they are asked. */
async function press(user: string, version: number, action: 'approve' | 'reject', reason?: string): Promise<void> {
  const at = await asking(version);
  if (!browser) {
    const { ok, view } = await post('press', { ...at, user, action });
    expect(ok).toBe(true);
    if (reason !== undefined)
      expect(await post('submit', { user, view: view?.id, reason })).toMatchObject({ ok: true });
    return;
  }
  await browser.goto(`${project.cloud.endpoint}/_slack/?user=${user}`);
  await browser.until(`document.body.dataset.user === '${user}'`);
  await browser.click(`article[data-ts="${at.ts}"] button[data-action="${action}"]`);
  if (reason === undefined) return;
  await browser.until(`document.querySelector('dialog').open && !document.querySelector('dialog label').hidden`);
  await picture(`${user}-${action}`);
  await browser.click('dialog textarea');
  await browser.type(reason);
  await browser.click('dialog [value=yes]');
}

/** What a person sees on the page. */
async function sees(user: string, text: string): Promise<void> {
  if (browser) {
    await browser.goto(`${project.cloud.endpoint}/_slack/?user=${user}`);
    await browser.until(`document.body.innerText.includes(${JSON.stringify(text)})`);
    await picture(`${user}-sees-${text.slice(0, 12).replaceAll(/\W+/g, '-')}`);
    return;
  }
  await eventually(async () =>
    (await (await fetch(`${project.cloud.endpoint}/_slack/?user=${user}`)).text()).includes(text),
  );
}

/** Keeps a picture, for whoever wants to look. */
async function picture(name: string): Promise<void> {
  const wanted = process.env['TIDEGATE_SCREENSHOTS'];
  if (!wanted || !browser) return;
  mkdirSync(wanted, { recursive: true });
  writeFileSync(join(wanted, `${name}.png`), await browser.screenshot());
}

/** A request of Slack from anywhere. */
function request(body: string, time: string, signature: string) {
  return fetch(`${project.cloud.endpoint}/slack/interactions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': time,
      'x-slack-signature': signature,
    },
    body,
  });
}

describe('the buttons of a registered version', () => {
  it('are refused to whoever may not decide, who alone is told', async () => {
    await press('U0CAROL', 1, 'approve');

    await sees('U0CAROL', 'You are not among those who decide on loans-asked');
    expect(await statusOf(1)).toBe('PendingManualApproval');
    expect((await approvals()).at(-1)).toMatchObject({ by: 'slack:U0CAROL', outcome: 'refused', why: 'not-allowed' });
    const others = await (await fetch(`${project.cloud.endpoint}/_slack/?user=U0BOB`)).text();
    expect(others).not.toContain('You are not among');
  });

  it('reject with a reason, and are gone afterwards', async () => {
    await press('U0ALICE', 1, 'reject', 'too many false alarms');

    await eventually(async () => (await statusOf(1)) === 'Rejected');
    await sees('U0ALICE', 'Rejected by @U0ALICE');
    const { ts } = await asking(1);
    const page = await (await fetch(`${project.cloud.endpoint}/_slack/`)).text();
    expect(page.split('<article').find((part) => part.includes(`data-ts="${ts}"`))).not.toContain('data-action');
    expect(await items(project.target.outputs.StateTableName, 'decision#000001#')).toMatchObject([
      { decision: 'rejected', by: 'slack:U0ALICE', reason: 'too many false alarms' },
    ]);
    expect((await readSlack(project.cloud.endpoint)).some(({ text }) => text.includes('too many false alarms'))).toBe(
      true,
    );
    // the reason is with the model alone
    expect(JSON.stringify(await approvals())).not.toContain('false alarms');
  });

  it('are there again for a version that waits again, and gone when it is decided elsewhere', async () => {
    await setStatus(1, 'PendingManualApproval');
    await sees('U0BOB', 'version 1 waits for approval again');
    await setStatus(1, 'Rejected');

    await sees('U0BOB', 'Rejected by admin');
    expect((await approvals()).slice(-2)).toMatchObject([
      { action: 'reopen', version: 1, via: 'registry', outcome: 'decided' },
      { action: 'reject', version: 1, via: 'registry', outcome: 'decided' },
    ]);
  });

  it('approve when two persons pressed them, each once', async () => {
    await press('U0ALICE', 2, 'approve');
    await sees('U0BOB', 'Approved by @U0ALICE (1 of 2)');
    expect(await statusOf(2)).toBe('PendingManualApproval');

    await press('U0ALICE', 2, 'approve');
    await sees('U0ALICE', 'You have approved version 2 already');

    await press('U0BOB', 2, 'approve');
    await eventually(async () => (await statusOf(2)) === 'Approved');
    await sees('U0BOB', 'Approved by @U0BOB');
    expect((await approvals()).filter(({ version }) => version === 2)).toMatchObject([
      { by: 'slack:U0ALICE', action: 'approve', outcome: 'counted', via: 'slack' },
      { by: 'slack:U0ALICE', action: 'approve', outcome: 'refused', why: 'own-approval' },
      { by: 'slack:U0BOB', action: 'approve', outcome: 'decided' },
    ]);
  });

  it('work for Slack alone, and a request of Slack once', async () => {
    const before = (await approvals()).length;
    const { channel } = await asking(2);
    const payload = approvalButtons({ pipeline, version: 2, expires: Date.now() + 60_000 }).payload;
    const body = new URLSearchParams({
      payload: JSON.stringify({
        ...{ type: 'block_actions', user: { id: 'U0ALICE' }, trigger_id: 't', channel: { id: channel } },
        actions: [{ action_id: 'approve', value: writePayload(payload) }],
      }),
    }).toString();
    const secret = localSigningSecret(project.cloud.context.stateDir);
    const time = String(Math.floor(Date.now() / 1000));
    const signature = signRequest(secret, time, body);
    const forged = await request(body, time, signRequest('another secret of the same length', time, body));
    const unsigned = await request(body, time, '');
    const first = await request(body, time, signature);
    const again = await request(body, time, signature);

    expect([forged.status, unsigned.status, first.status, again.status]).toEqual([401, 401, 200, 401]);
    expect(await forged.text()).toBe('');
    // the one that was Slack's is decided: version 2 is approved already
    await eventually(async () => (await approvals()).length === before + 1);
    expect((await approvals()).at(-1)).toMatchObject({ by: 'slack:U0ALICE', outcome: 'refused', why: 'pointless' });
  });

  it('and the command line ask the same function', async () => {
    const wish = { pipeline, version: 2, reason: 'looked again' };

    expect(await requestDecision(project.target, { action: 'approve', ...wish })).toMatchObject({
      ...{ decision: 'refused', reason: expect.stringContaining('is approved already') },
    });
    expect(await requestDecision(project.target, { action: 'reject', ...wish })).toMatchObject({ decision: 'set' });
    await expect(
      requestRollBack(project.target, pipeline, { version: undefined, reason: undefined, now: false }),
    ).rejects.toThrow('Nothing was rolled back: no model of pipeline loans-asked has served yet');
    expect(await statusOf(2)).toBe('Rejected');
    expect((await approvals()).filter(({ via }) => via === 'command')).toMatchObject([
      { action: 'approve', by: expect.stringMatching(/user\/admin$/), outcome: 'refused', why: 'pointless' },
      { action: 'reject', version: 2, outcome: 'decided' },
      { action: 'roll-back', outcome: 'refused', why: 'pointless' },
    ]);
    await sees('U0BOB', 'looked again');
  });

  it('leave nothing in the browser’s console', () => {
    expect(browser?.errors ?? []).toEqual([]);
  });
});
