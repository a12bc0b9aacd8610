import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { programDataIn, readEnvironment } from '../../../src/cli/environment.ts';
import { folderNamedBy } from '../../../src/model/index.ts';
import { defaultCacheFolder } from '../../../src/oci/cache/cache-folder.ts';

afterEach(() => void vi.restoreAllMocks());

describe('the home folder', () => {
  const account = userInfo().homedir;

  it.each([
    ['what HOME says', '/home/else', '/home/else'],
    ["the account's where HOME is empty", '', account],
    ["the account's where HOME is relative", 'project', account],
    ["the account's where HOME is unset", undefined, account],
  ])('is %s', (_, HOME, expected) => {
    const environment = readEnvironment({ HOME }, []);
    expect(environment.homeDirectory).toBe(expected);
    expect(environment.variables['HOME']).toBe(expected);
    expect(environment.dockerConfigDirectory).toBe(join(expected, '.docker'));
    expect(defaultCacheFolder(environment)).toBe(join(expected, '.cache', 'docker-verify'));
  });
});

describe('the folder of Docker’s configuration', () => {
  it.each([
    [{ DOCKER_CONFIG: '/a' }, [], '/a'],
    [{ DOCKER_CONFIG: '/a' }, ['--config', '/b'], '/b'],
    [{ DOCKER_CONFIG: '/a' }, ['--config', ''], '/a'],
    [{ DOCKER_CONFIG: '/a' }, ['--config='], '/a'],
    [{ DOCKER_CONFIG: '', HOME: '/h' }, [], '/h/.docker'],
    [{ DOCKER_CONFIG: 'c' }, [], join(process.cwd(), 'c')],
  ] as const)('%j with %j is %s', (variables, flags, expected) => {
    expect(readEnvironment(variables, flags).dockerConfigDirectory).toBe(expected);
  });
});

describe('the current folder', () => {
  it.each([
    ['/was/here', '/was/here (removed)'],
    ['here', '/ (removed)'],
    [undefined, '/ (removed)'],
  ])('that was removed, with PWD=%s, is a path at which nothing is', (PWD, expected) => {
    vi.spyOn(process, 'cwd').mockImplementation(() => {
      throw Object.assign(new Error('ENOENT: no such file or directory, uv_cwd'), { code: 'ENOENT' });
    });
    const environment = readEnvironment({ PWD, HOME: '/h', DOCKER_CONFIG: 'c' }, []);
    expect(environment.workingDirectory).toBe(expected);
    expect(environment.dockerConfigDirectory).toBe(join(expected, 'c'));
  });
});

describe('folderNamedBy', () => {
  const environment = readEnvironment({ HOME: '/h', A: '', B: 'relative', C: '/c', D: '/d', W: 'C:\\w', U: '\\w' }, []);

  it('takes the first absolute one, and nothing that is empty or relative', () => {
    expect(folderNamedBy(environment, 'A', 'B', 'NONE', 'C', 'D')).toBe('/c');
    expect(folderNamedBy(environment, 'A', 'B', 'NONE', 'W')).toBeNull();
    const windows = { ...environment, platform: 'win32' as const };
    expect(folderNamedBy(windows, 'A', 'B', 'W')).toBe('C:\\w');
  });

  it.each(['', 'relative', './relative'])(
    'keeps the cache out of the project where XDG_CACHE_HOME is "%s"',
    (value) => {
      expect(defaultCacheFolder(readEnvironment({ HOME: '/h', XDG_CACHE_HOME: value }, []))).toBe(
        '/h/.cache/docker-verify',
      );
    },
  );
});

describe("Windows' folder for what belongs to the machine", () => {
  it('is no variable’s to name: where the registry cannot be asked it is the usual one', () => {
    const platform = Object.getOwnPropertyDescriptor(process, 'platform') ?? {};
    Object.defineProperty(process, 'platform', { ...platform, value: 'win32' });
    try {
      const environment = readEnvironment({ ProgramData: 'D:\\mine', ALLUSERSPROFILE: 'D:\\mine' }, []);
      expect([environment.platform, environment.programData]).toEqual(['win32', 'C:\\ProgramData']);
    } finally {
      Object.defineProperty(process, 'platform', platform);
    }
    expect(readEnvironment({ ProgramData: '/mine' }, [])).not.toHaveProperty('programData');
  });

  it.each([
    ['    ProgramData    REG_EXPAND_SZ    %SystemDrive%\\ProgramData\r\n', 'C:\\ProgramData'],
    ['\r\nHKLM\\X\r\n    ProgramData    REG_SZ    D:\\Shared Data\r\n\r\n', 'D:\\Shared Data'],
    ['    ProgramData    REG_EXPAND_SZ    %USERPROFILE%\\x\r\n', null],
    ['    ProgramData    REG_SZ    relative\r\n', null],
    ['ERROR: The system was unable to find the specified registry key or value.', null],
  ])('is read from %j', (answer, folder) => expect(programDataIn(answer)).toBe(folder));
});
