import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { messageOf, type Report, type ReportImage } from '../../model/index.ts';
import { tellMetrics, wantsTelemetry } from '../../plugin/index.ts';
import type { PolicySet } from '../../policy/index.ts';
import { auditLine, type LoggedRun, verdictLine } from '../../report/index.ts';
import type { Session } from './session.ts';

type Command = 'build' | 'bake' | 'check';

/** Where a run writes its verdicts, if a machine's policy asks for that. Never throws: a verdict that cannot be written is a warning. */
export interface VerdictLog {
  /** Writes the verdicts that were not written yet: one line for each image and its status. */
  note(command: Command, report: Report): Promise<void>;
  /** Writes that a finished build used what was not verified. */
  noteAudit(command: Command, report: Report, failure: string): Promise<void>;
}

const silent: VerdictLog = { note: async () => undefined, noteAudit: async () => undefined };

/** Who asks: the account, else its number, as in containers that have no account for it. */
function userOf({ environment }: Session): string {
  try {
    return userInfo().username;
  } catch {
    return String(environment.userId ?? 'unknown');
  }
}

/**
 * Adds whole lines to a file in one write: others that write at the same time lose nothing (POSIX write, O_APPEND). No link is
 * followed, so that no user makes root write elsewhere, and a pipe without a reader does not block the build.
 */
async function appendTo(path: string, text: string): Promise<void> {
  const { O_WRONLY, O_APPEND, O_CREAT } = constants;
  // Windows has neither
  const careful = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await open(path, O_WRONLY | O_APPEND | O_CREAT | careful, 0o666);
  try {
    if (!(await file.stat()).isFile()) throw new Error('it is no file');
    const bytes = Buffer.from(text);
    const { bytesWritten } = await file.write(bytes);
    if (bytesWritten < bytes.length) throw new Error('the disk is full');
  } finally {
    await file.close();
  }
}

/** The machine's own `logger`, whatever PATH says (POSIX; util-linux, BSD). */
const loggers = ['/usr/bin/logger', '/bin/logger'];

async function loggerOf(): Promise<string> {
  for (const path of loggers) {
    // the second only where there is no first
    // oxlint-disable-next-line no-await-in-loop
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  throw new Error('there is no logger program');
}

/** Hands lines to the system's log, without waiting for it. */
async function sendToSyslog(text: string, { environment }: Session, failed: (error: Error) => void): Promise<void> {
  // util-linux would cut a line at 1 KiB; others have no such option
  const size = environment.platform === 'linux' ? ['--size', '65536'] : [];
  const args = ['-t', 'docker-verify', '-p', 'auth.notice', ...size];
  const child = spawn(await loggerOf(), args, {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: {},
  });
  child.on('error', failed);
  child.stdin.on('error', failed).end(text);
  child.unref();
}

/** Counts the verdicts for the machine's collector, by what became of the image; no name leaves the machine. */
async function tellVerdicts(
  { environment, version }: Session,
  command: Command,
  images: readonly Pick<ReportImage, 'status'>[],
): Promise<void> {
  if (!wantsTelemetry(environment)) return;
  const points = [...new Set(images.map(({ status }) => status))].map((status) => ({
    value: images.filter((image) => image.status === status).length,
    attributes: { 'command.name': `verify ${command}`, 'docker_verify.verdict': status },
  }));
  const description = 'Counts the images that were judged';
  const verdicts = { name: 'docker_verify.verdicts', description, unit: '{image}', points };
  await tellMetrics(environment, version, points.length === 0 ? [] : [verdicts]);
}

/** The log of one run, by the policies in force. */
export function openVerdictLog(session: Session, { logs }: Pick<PolicySet, 'logs'>): VerdictLog {
  if (logs.length === 0 && !wantsTelemetry(session.environment)) return silent;
  const run: Omit<LoggedRun, 'command'> = {
    run: randomUUID(),
    host: hostname(),
    user: userOf(session),
    folder: session.environment.workingDirectory,
  };
  const written = new Set<string>();
  const warn = (where: string, error: unknown): void => {
    const reason = messageOf(error);
    session.warn(`verdicts could not be written to ${where}, as the machine's policy asks: ${reason}`);
  };
  const write = async (lines: readonly string[]): Promise<void> => {
    if (lines.length === 0) return;
    const text = lines.map((line) => `${line}\n`).join('');
    const files = new Set(logs.flatMap((log) => (log.kind === 'file' ? [log.path] : [])));
    const toSyslog = logs.some(({ kind }) => kind === 'syslog');
    const failed = (error: unknown): void => warn("the system's log", error);
    await Promise.all([
      ...[...files].map((path) => appendTo(path, text).catch((error: unknown) => warn(path, error))),
      ...(toSyslog ? [sendToSyslog(text, session, failed).catch(failed)] : []),
    ]);
  };
  return {
    note: async (command, report) => {
      const fresh = report.images.filter(({ name, digest, status }) => {
        const key = JSON.stringify([name, digest, status]);
        return !written.has(key) && written.add(key);
      });
      await Promise.all([
        write(fresh.map((image) => verdictLine(report, image, { ...run, command }))),
        tellVerdicts(session, command, fresh),
      ]);
    },
    noteAudit: async (command, report, failure) => await write([auditLine(report, failure, { ...run, command })]),
  };
}
