import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCanonicalName, strictest } from '../../../../../src/model/index.ts';
import {
  decide,
  decideCacheImport,
  decideReplacement,
  decideUnresolved,
  policyRemarks,
} from '../../../../../src/policy/index.ts';
import { byKey, image, inputOf } from '../../support/evidence.ts';
import { freshKey, type Layers, policiesOf } from '../../support/policies.ts';

const name = 'registry.example.com/legacy/base:1';
const key = freshKey();
const other = freshKey();
const files = { 'acme.pub': key };
const now = new Date('2026-07-01T00:00:00Z');
const asks = 'version: 1\nrules: [{images: ["**"], signedBy: [{key: acme.pub}]}]\n';

function exceptions(...entries: readonly string[]): string {
  return `exceptions:\n${entries.map((entry) => `  - {${entry}, reason: "vendor signs later, SEC-1", approvedBy: "a@example.com"}`).join('\n')}\n`;
}

async function judge(layers: Layers, evidence: Parameters<typeof inputOf>[1] = []): Promise<ReturnType<typeof decide>> {
  return decide(inputOf(name, evidence, {}), await policiesOf({ files, now, ...layers }));
}

describe('an exception', () => {
  it('makes a refusal of its own layer a warning, and says why, who agreed and how long', async () => {
    const decision = await judge({ project: `${asks}${exceptions(`images: ["${name}"], until: 2026-12-31`)}` });
    expect(decision).toMatchObject({ status: 'warn', basis: 'none', verified: false });
    expect(decision.findings.map(({ code }) => code)).toEqual(['signature.missing', 'policy.exception']);
    expect(decision.findings.map(({ waiver }) => waiver?.codes)).toEqual([undefined, ['signature.missing']]);
    expect(decision.findings[1]).toMatchObject({
      level: 'warning',
      message: 'let through by an exception: vendor signs later, SEC-1 (approved by a@example.com), until 2026-12-31',
      found: 'signature.missing, waived by docker-verify.yaml:4',
    });
  });

  it.each([
    ['a default', 'version: 1\ndefault: deny\n'],
    ['a rule that trusts no signer', 'version: 1\nrules: [{images: ["**"], signedBy: []}]\n'],
    [
      'a rule of its own mode',
      'version: 1\nmode: warn\nrules: [{images: ["**"], mode: enforce, signedBy: [{key: acme.pub}]}]\n',
    ],
  ])('waives %s', async (_, policy) => {
    expect((await judge({ project: policy })).status).toBe('block');
    expect((await judge({ project: `${policy}${exceptions('images: ["**"], until: 2026-12-31')}` })).status).toBe(
      'warn',
    );
  });

  it.each([
    ['another image', 'images: ["registry.example.com/other/**"], until: 2026-12-31'],
    ['another digest', `images: ["**"], digest: "sha256:${'0'.repeat(64)}", until: 2026-12-31`],
    ['another finding', 'images: ["**"], findings: [package.denied], until: 2026-12-31'],
    ['a time that has passed', 'images: ["**"], until: 2026-06-30'],
  ])('about %s waives nothing', async (_, exception) => {
    expect((await judge({ project: `${asks}${exceptions(exception)}` })).status).toBe('block');
  });

  it('for a digest and a finding waives just these', async () => {
    const exception = `images: ["**"], digest: "${image}", findings: [signature.missing], until: 2026-12-31`;
    expect((await judge({ project: `${asks}${exceptions(exception)}` })).status).toBe('warn');
  });

  it('that has ended is shown where it would have counted', async () => {
    const decision = await judge({ project: `${asks}${exceptions('images: ["**"], until: 2026-06-30')}` });
    expect(decision.findings.at(-1)).toMatchObject({
      code: 'policy.exception',
      level: 'note',
      message: 'an exception for it ended on 2026-06-30: vendor signs later, SEC-1',
    });
  });

  it.each([
    ['2026-07-01', 'it ends in 0 days'],
    ['2026-07-02', 'it ends in 1 day:'],
    ['2026-07-14', 'it ends in 13 days'],
    ['2026-07-15', 'before the exception ends'],
  ])('until %s says so in its last 14 days: %s', async (until, hint) => {
    const decision = await judge({ project: `${asks}${exceptions(`images: ["**"], until: ${until}`)}` });
    expect(decision.findings.at(-1)?.hint).toContain(hint);
  });

  it('never loosens another layer', async () => {
    const project = `${asks}${exceptions('images: ["**"], until: 2026-12-31')}`;
    expect((await judge({ machine: { '10.yaml': asks, 'acme.pub': key }, project })).status).toBe('block');
    expect((await judge({ commandLine: ['version: 1\ndefault: deny\n'], project })).status).toBe('block');
  });

  it('never waives evidence that is broken', async () => {
    const broken = byKey(other, { verified: false, problem: { code: 'invalid-signature', message: 'x' } });
    const project = `${asks}${exceptions('images: ["**"], until: 2026-12-31')}`;
    const decision = await judge({ project }, [broken]);
    expect(decision.findings[0]?.code).toBe('signature.invalid');
    expect(decision.status).toBe('block');
  });

  it.each([
    ['without a reason', 'exceptions: [{images: ["**"], until: 2026-12-31}]'],
    ['without an end', 'exceptions: [{images: ["**"], reason: x}]'],
    [
      'of broken evidence',
      'exceptions: [{images: ["**"], reason: x, until: 2026-12-31, findings: [signature.invalid]}]',
    ],
    [
      'of cache imports',
      'exceptions: [{images: ["**"], reason: x, until: 2026-12-31, findings: [cache-import.denied]}]',
    ],
    ['of folders', 'exceptions: [{images: ["**"], reason: x, until: 2026-12-31, findings: [context.replaces-image]}]'],
    ['of more than 400 days', 'exceptions: [{images: ["**"], reason: x, until: 2027-08-06}]'],
    ['until no day', 'exceptions: [{images: ["**"], reason: x, until: 2026-02-30}]'],
    ['with another field', 'exceptions: [{images: ["**"], reason: x, until: 2026-12-31, forever: true}]'],
  ])('%s is no valid policy', async (_, text) => {
    await expect(policiesOf({ project: `version: 1\n${text}\n`, now })).rejects.toMatchObject({
      code: 'policy.invalid',
      place: { line: 2 },
    });
  });

  it('of more than 400 days is told the day that the clock says, which may be what is wrong', async () => {
    const text = 'version: 1\nexceptions: [{images: ["**"], reason: x, until: 2027-08-05}]\n';
    const behind = new Date('2016-07-01T00:00:00Z');
    await expect(policiesOf({ project: text, now: behind })).rejects.toMatchObject({
      hint: "name a day at most 400 days from now: this machine's clock says 2016-07-01",
    });
  });

  it('of 400 days is valid', async () => {
    const text = 'version: 1\nexceptions: [{images: ["**"], reason: x, until: 2027-08-05}]\n';
    await expect(policiesOf({ project: text, now })).resolves.toBeDefined();
  });

  it.each([
    ['2026-07-30', 'an exception ends on 2026-07-30, in 29 days: vendor signs later, SEC-1'],
    ['2026-06-30', 'an exception ended on 2026-06-30: vendor signs later, SEC-1'],
  ])('until %s is listed by policy check', async (until, message) => {
    const policies = await policiesOf({
      project: `${asks}${exceptions(`images: ["**"], until: ${until}`)}`,
      files,
      now,
    });
    expect(policyRemarks(policies, now).map((remark) => remark.message)).toContain(message);
  });

  it('that goes on for longer is not', async () => {
    const policies = await policiesOf({
      project: `${asks}${exceptions('images: ["**"], until: 2026-07-31')}`,
      files,
      now,
    });
    expect(policyRemarks(policies, now)).toEqual([]);
  });
});

describe('break-glass', () => {
  const breakGlass = 'production is down';

  it('makes a refusal a warning where no policy speaks against it, and is reported', async () => {
    const decision = await judge({ project: asks, breakGlass });
    // the strictest of the decisions is the status, as ever
    expect(decision).toMatchObject({ status: 'warn', verified: false, decisions: [{ status: 'warn' }] });
    expect(decision.findings.at(-1)).toMatchObject({
      code: 'policy.break-glass',
      level: 'warning',
      message: 'let through in an emergency: production is down',
      found: 'signature.missing',
    });
  });

  it.each<[string, Layers, string]>([
    ['the project says deny', { project: `${asks}breakGlass: deny\n` }, 'block'],
    ['the project says allow', { project: `${asks}breakGlass: allow\n` }, 'warn'],
    ['a machine policy says nothing', { machine: 'version: 1\n', project: asks }, 'block'],
    ['a machine policy says allow', { machine: 'version: 1\nbreakGlass: allow\n', project: asks }, 'warn'],
    [
      'a machine policy says allow and the user deny',
      { machine: 'version: 1\nbreakGlass: allow\n', user: 'version: 1\nbreakGlass: deny\n', project: asks },
      'block',
    ],
    [
      'a machine policy says nothing and the project allow',
      { machine: 'version: 1\n', project: `${asks}breakGlass: allow\n` },
      'block',
    ],
  ])('where %s', async (_, layers, status) => {
    const decision = await judge({ ...layers, breakGlass });
    expect(decision.status).toBe(status);
    expect(decision.decisions.map((each) => each.status).reduce(strictest)).toBe(status);
    expect(decision.findings.some(({ code }) => code === 'policy.break-glass')).toBe(true);
  });

  it('goes on with what could not be looked up', async () => {
    const reason = { code: 'image.unresolved', message: 'the registry is down' } as const;
    const policies = await policiesOf({ project: asks, files, now, breakGlass });
    expect(decideUnresolved(parseCanonicalName(name), reason, policies).status).toBe('warn');
    const without = await policiesOf({ project: asks, files, now });
    expect(decideUnresolved(parseCanonicalName(name), reason, without).status).toBe('error');
  });

  it('never touches broken evidence', async () => {
    const broken = byKey(other, { verified: false, problem: { code: 'invalid-signature', message: 'x' } });
    expect((await judge({ project: asks, breakGlass }, [broken])).status).toBe('block');
    // nor where another layer refuses the same image for what may be waived
    const missing = 'version: 1\nrules: [{images: ["**"], locked: true}]\n';
    const decision = await judge({ project: asks, user: missing, breakGlass }, [broken]);
    expect(new Set(decision.findings.map(({ code }) => code))).toContain('lock.missing');
    expect(decision.status).toBe('block');
  });

  it('never touches caches and folders, whatever the policies say', async () => {
    const cache = { type: 'registry', ref: 'registry.example.com/cache:1' };
    const replacement = {
      name: 'alpine:3',
      image: parseCanonicalName('alpine:3'),
      value: './x',
      qualified: true,
      certain: true,
      uses: [],
    };
    const mode = fc.constantFrom('', 'breakGlass: allow\n', exceptions('images: ["**"], until: 2026-12-31'));
    await fc.assert(
      fc.asyncProperty(mode, mode, async (machine, project) => {
        const layers = { machine: `version: 1\n${machine}`, project: `version: 1\n${project}`, now };
        const [without, with_] = [await policiesOf(layers), await policiesOf({ ...layers, breakGlass })];
        expect(decideCacheImport(cache, with_)).toEqual(decideCacheImport(cache, without));
        expect(decideReplacement(replacement, with_)).toEqual(decideReplacement(replacement, without));
        expect(decideReplacement(replacement, with_).status).toBe('block');
      }),
      { numRuns: 20 },
    );
  });

  it('leaves what is allowed as it is', async () => {
    const decision = await judge({ project: asks, breakGlass }, [byKey(key)]);
    expect(decision).toMatchObject({ status: 'allow', verified: true, findings: [] });
  });
});
