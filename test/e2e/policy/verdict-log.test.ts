import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { lab, mustRun, projectFolder, runDocker, temporaryFolder } from '../support/lab.ts';
import { project } from '../support/paths.ts';
import { BareMachine } from './bare-machine.ts';

const { registry } = lab();
const schema = JSON.parse(readFileSync(join(project, 'src/report/verdict-log.schema.json'), 'utf8')) as object;
const isLine = new Ajv({ strict: false, validateFormats: false }).compile(schema);

async function linesOf(path: string): Promise<readonly Record<string, unknown>[]> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const policyOf = (log: object): string => JSON.stringify({ version: 1, mode: 'warn', default: 'deny', log });
const images = ['signed/base:1', 'unsigned/base:1'].map((name) => `${registry}/${name}`);
const dockerfile = `FROM ${images[0]} AS first
FROM ${images[1]}
COPY --from=first /bin/busybox /first
`;

describe.skipIf(process.getuid?.() !== 0)("a machine's log of verdicts", () => {
  it('has a line for each image of a check, a build and a survey', async () => {
    // the namespace shares everything but /etc/docker and /usr/local/lib with this test
    const log = join(await temporaryFolder(), 'verdicts.jsonl');
    const machine = await BareMachine.create();
    await machine.writePolicy(policyOf({ file: log }));
    const folder = await projectFolder({ Dockerfile: dockerfile });
    await mkdir(join(machine.lib, 'docker/cli-plugins'), { recursive: true });
    await symlink(lab().buildx, join(machine.lib, 'docker/cli-plugins/docker-buildx'));
    expect(await machine.verify(['check', ...images])).toMatchObject({ status: 0 });
    expect(await machine.verify(['build', '-q', '.'], folder)).toMatchObject({ status: 0 });
    expect(await machine.verify(['check', '--recursive', '.'], folder)).toMatchObject({ status: 0 });
    const lines = await linesOf(log);
    expect(lines.filter((line) => !isLine(line))).toEqual([]);
    const logged = lines.map(({ command, image }) => `${String(command)} ${(image as { name: string }).name}`);
    const expected = ['check', 'build', 'check'].flatMap((command) => images.map((image) => `${command} ${image}`));
    expect(logged.toSorted()).toEqual(expected.toSorted());
    expect(new Set(lines.map(({ run }) => run)).size).toBe(3);
    expect(lines).toContainEqual(
      expect.objectContaining({
        verdict: 'warn',
        user: 'root',
        image: expect.objectContaining({ name: images[1], status: 'warn', verified: false, signers: [] }),
        findings: expect.arrayContaining([expect.objectContaining({ code: 'policy.default' })]),
      }),
    );
  });

  it('has them of a build without buildx too', async () => {
    const log = join(await temporaryFolder(), 'verdicts.jsonl');
    const machine = await BareMachine.create();
    await machine.writePolicy(policyOf({ file: log }));
    const folder = await projectFolder({ Dockerfile: dockerfile });
    try {
      expect(await machine.verify(['build', '.'], folder)).toMatchObject({ status: 0 });
      const logged = (await linesOf(log)).map((line) => (line['image'] as { name: string }).name);
      expect(logged.toSorted()).toEqual(images.toSorted());
    } finally {
      // the old builder pulls what it builds on
      await runDocker(['image', 'rm', '-f', ...images]);
    }
  });

  it('is only warned of where it cannot be written, and a refusal is a refusal', async () => {
    const machine = await BareMachine.create();
    await machine.writePolicy(policyOf({ file: '/nowhere/verdicts.jsonl' }));
    const allowed = await machine.verify(['check', ...images]);
    expect(allowed).toMatchObject({ status: 0 });
    expect(allowed.stderr).toContain('verdicts could not be written to /nowhere/verdicts.jsonl');
    expect(await machine.verify(['check', '--mode', 'enforce', ...images])).toMatchObject({ status: 10 });
  });

  it('costs a check nothing that shows', async () => {
    const quick = await BareMachine.create();
    const logging = await BareMachine.create();
    await quick.writePolicy(JSON.stringify({ version: 1, mode: 'warn', default: 'deny' }));
    await logging.writePolicy(policyOf({ file: join(await temporaryFolder(), 'verdicts.jsonl') }));
    const timed = async (machine: BareMachine): Promise<number> => {
      const begun = performance.now();
      await machine.verify(['check', ...images]);
      return performance.now() - begun;
    };
    const differences: number[] = [];
    for (let round = 0; round < 7; round += 1) differences.push(-(await timed(quick)) + (await timed(logging)));
    const [median = 0] = differences.toSorted((left, right) => left - right).slice(3);
    process.stdout.write(`a log of verdicts costs a check ${median.toFixed(1)} ms (median of 7 pairs)\n`);
    expect(median).toBeLessThan(100);
  });
});

/** Stands in for a syslog daemon: writes down what comes to /dev/log. */
const daemon = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('/dev/log')
out = open(sys.argv[1], 'a')
print('ready', flush=True)
while True:
    out.write(s.recv(1 << 20).decode() + '\\n'); out.flush()
`;

const canListen = process.getuid?.() === 0 && !existsSync('/dev/log') && existsSync('/usr/bin/logger');

describe.skipIf(!canListen)("the system's log", () => {
  it('gets each line whole', async () => {
    const received = join(await temporaryFolder(), 'syslog');
    const python = await mustRun(lab(), 'sh', ['-c', 'command -v python3']);
    const server: ChildProcess = spawn(python, ['-c', daemon, received], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await new Promise((resolve) => server.stdout?.once('data', resolve));
      const machine = await BareMachine.create();
      await machine.writePolicy(policyOf({ syslog: true }));
      expect(await machine.verify(['check', ...images])).toMatchObject({ status: 0 });
      await expect
        .poll(async () => (await readFile(received, 'utf8')).trimEnd().split('\n').length, { timeout: 10_000 })
        .toBe(2);
      for (const line of (await readFile(received, 'utf8')).trimEnd().split('\n')) {
        expect(line).toContain('docker-verify');
        expect(isLine(JSON.parse(line.slice(line.indexOf('{'))))).toBe(true);
      }
    } finally {
      server.kill();
      await rm('/dev/log', { force: true });
    }
  });
});
