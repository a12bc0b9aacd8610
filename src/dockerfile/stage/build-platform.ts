import { formatPlatform, type Platform, parsePlatform } from '../../model/index.ts';
import { invalidDockerfile } from '../text/invalid-dockerfile.ts';

const systems: ReadonlySet<string> = new Set(
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(
    ' ',
  ),
);
const architectures: ReadonlySet<string> = new Set(
  (
    '386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 ' +
    'mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm'
  ).split(' '),
);

/**
 * A platform as `--platform` gives it. One word is a known system, with the architecture of `machine`, or a known
 * architecture, with its system.
 * @throws VerifyError `dockerfile.invalid`, without a place
 */
export function readPlatform(text: string, machine: Platform): Platform {
  const refuse = (): never => {
    throw invalidDockerfile(`failed to parse platform ${text}: unknown operating system or architecture`);
  };
  const [first = '', ...rest] = text.split('/');
  const system = /^([A-Za-z0-9_-]+)(?:\([A-Za-z0-9_.%+-]*\))?$/.exec(first)?.[1];
  if (system === undefined && rest.length > 0) return refuse();
  if (rest.length > 2 || rest.some((part) => !/^[A-Za-z0-9_.-]+$/.test(part))) return refuse();
  if (rest.length > 0) return parsePlatform(text);
  const word = (system ?? first).toLowerCase();
  if (word === 'macos' || systems.has(word)) {
    return { ...machine, os: word === 'macos' ? 'darwin' : word };
  }
  if (!/^[A-Za-z0-9_.-]+$/.test(first)) return refuse();
  const parsed = parsePlatform(`${machine.os}/${first}`);
  return architectures.has(parsed.architecture) ? parsed : refuse();
}

/** The arguments that are set without being declared, by the platforms of builder and target. */
export function platformArguments(build: Platform, target: Platform, stage: string): ReadonlyMap<string, string> {
  return new Map([
    ['BUILDPLATFORM', formatPlatform(build)],
    ['BUILDOS', build.os],
    ['BUILDOSVERSION', ''],
    ['BUILDARCH', build.architecture],
    ['BUILDVARIANT', build.variant ?? ''],
    ['TARGETPLATFORM', formatPlatform(target)],
    ['TARGETOS', target.os],
    ['TARGETOSVERSION', ''],
    ['TARGETARCH', target.architecture],
    ['TARGETVARIANT', target.variant ?? ''],
    ['TARGETSTAGE', stage === '' ? 'default' : stage],
  ]);
}
