import { execFileSync } from 'node:child_process';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, resolve, win32 } from 'node:path';
import type { Environment } from '../gate/index.ts';
import { dockerFlagValue } from '../plugin/index.ts';

/**
 * The person's home folder, where Docker looks for it (docker/cli, cli/config: getHomeDir): an empty `HOME` means what the account
 * says, and so does a relative one, under which a file of the project would count as the person's. An account that says nothing has `/`.
 */
function homeFolder(variables: NodeJS.ProcessEnv): string {
  const named = process.platform === 'win32' ? homedir() : (variables['HOME'] ?? '');
  if (isAbsolute(named)) return named;
  try {
    const { homedir: own } = userInfo();
    return isAbsolute(own) ? own : '/';
  } catch {
    return '/'; // a number without an account, as in many containers
  }
}

/** The current folder; where it was removed, a path that says so and at which nothing is. */
function currentFolder(variables: NodeJS.ProcessEnv): string {
  try {
    return process.cwd();
  } catch {
    const { PWD: written = '' } = variables;
    return `${isAbsolute(written) ? written : '/'} (removed)`;
  }
}

/** What `reg query` prints of one value; null where it is none. Exported for its test. */
export function programDataIn(answer: string): string | null {
  const [, value] = /^\s*ProgramData\s+REG_(?:EXPAND_)?SZ\s+(\S.*?)\s*$/m.exec(answer) ?? [];
  const path = value?.replace(/^%SystemDrive%/i, 'C:') ?? '';
  return win32.isAbsolute(path) && !path.includes('%') ? path : null;
}

/**
 * Windows' folder for what belongs to the machine, as its registry says (the ProgramData value that SHGetKnownFolderPath reads), since
 * a variable could name any other. Where it cannot be asked, the one that Windows has unless it was installed otherwise.
 */
function programDataFolder(): string {
  const list = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList';
  try {
    const answer = execFileSync('C:\\Windows\\System32\\reg.exe', ['query', list, '/v', 'ProgramData'], {
      encoding: 'utf8',
      timeout: 5_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return programDataIn(answer) ?? 'C:\\ProgramData';
  } catch {
    return 'C:\\ProgramData';
  }
}

/** What this run knows of the machine and the person. Read once; nothing else in the program looks at the process. */
export function readEnvironment(variables: NodeJS.ProcessEnv, dockerFlags: readonly string[]): Environment {
  const homeDirectory = homeFolder(variables);
  const workingDirectory = currentFolder(variables);
  const hasHome = process.platform === 'win32' || isAbsolute(variables['HOME'] ?? '');
  // each counts only if it is not empty (docker/cli, cli/command: Initialize; cli/config: Dir)
  const configured = dockerFlagValue(dockerFlags, 'config') || variables['DOCKER_CONFIG'];
  return {
    // what we start must not look for its own in the project either
    variables: hasHome ? variables : { ...variables, HOME: homeDirectory },
    workingDirectory,
    homeDirectory,
    platform: process.platform,
    architecture: process.arch,
    userId: process.getuid?.() ?? null,
    ...(process.platform === 'win32' ? { programData: programDataFolder() } : {}),
    dockerFlags,
    dockerConfigDirectory: configured ? resolve(workingDirectory, configured) : join(homeDirectory, '.docker'),
  };
}
