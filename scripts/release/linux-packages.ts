import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, lutimes, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../build/folders.ts';
import type { Target } from '../build/target.ts';
import { packageName, version } from './names.ts';
import { layOutShared } from './shared-files.ts';

const run = promisify(execFile);

/** Where Docker looks for plugins that packages bring, and Docker's own packages put theirs (docker/cli, cli-plugins/manager). */
const pluginFolder = 'usr/libexec/docker/cli-plugins';
const documents = 'usr/share/doc/docker-verify';
const summary = 'Docker CLI plugin that proves who made every image a build pulls';
const description =
  'docker verify build checks the signatures of every image that a build uses against a policy, then builds from exactly those bytes.';

type Kind = 'deb' | 'rpm';

/**
 * Lays a package out as it lies on the machine afterwards.
 * @returns the paths of what is no document, below `tree`
 */
async function layOut(tree: string, executable: string, kind: Kind, time: Date): Promise<readonly string[]> {
  await rm(tree, { recursive: true, force: true });
  for (const folder of [pluginFolder, documents]) await mkdir(join(tree, folder), { recursive: true });
  await copyFile(executable, join(tree, pluginFolder, 'docker-verify'));
  await chmod(join(tree, pluginFolder, 'docker-verify'), 0o755);
  await cp(join(root, 'LICENSE'), join(tree, documents, 'copyright'));
  await chmod(join(tree, documents, 'copyright'), 0o644);
  const plugin = `${pluginFolder}/docker-verify`;
  return [plugin, ...(await layOutShared(tree, { kind, plugin, time }))];
}

/** Sets every time below a folder, since packages keep them. */
async function setTimes(folder: string, time: Date): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    await lutimes(path, time, time);
  }
  await chmod(folder, 0o755);
  await utimes(folder, time, time);
}

/** The environment of both tools: no time, zone or language of the machine at hand. */
function variablesFor(time: Date): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], SOURCE_DATE_EPOCH: String(time.getTime() / 1000), TZ: 'UTC', LC_ALL: 'C.UTF-8' };
}

interface Laid {
  readonly tree: string;
  readonly paths: readonly string[];
}

async function buildDeb(target: Target, { tree }: Laid, file: string, time: Date): Promise<void> {
  await mkdir(join(tree, 'DEBIAN'));
  const control = [
    'Package: docker-verify',
    `Version: ${version}`,
    `Architecture: ${target.arch === 'x64' ? 'amd64' : 'arm64'}`,
    'Maintainer: docker-verify <maintainers@docker-verify.invalid>',
    'Section: admin',
    'Priority: optional',
    'Depends: libc6 (>= 2.28), libstdc++6',
    'Recommends: docker-ce-cli | docker.io',
    `Description: ${summary}`,
    ` ${description}`,
    '',
  ];
  await writeFile(join(tree, 'DEBIAN', 'control'), control.join('\n'), { mode: 0o644 });
  await setTimes(tree, time);
  // gzip: readers before Debian 12 do not know zstd, and xz takes minutes
  const words = ['--root-owner-group', '-Zgzip', '-z6', '--build', tree, file];
  await run('dpkg-deb', words, { env: variablesFor(time) });
}

function specOf(tree: string, paths: readonly string[]): string {
  return [
    '%global debug_package %{nil}',
    '%global __os_install_post %{nil}',
    '%global _build_id_links none',
    'Name: docker-verify',
    `Version: ${version.replaceAll('-', '~')}`,
    'Release: 1',
    `Summary: ${summary}`,
    'License: Apache-2.0',
    'AutoReqProv: no',
    'Requires: glibc >= 2.28, libstdc++',
    '%description',
    description,
    '%install',
    'mkdir -p %{buildroot}',
    `cp -a ${tree}/. %{buildroot}/`,
    '%files',
    ...paths.map((path) => `/${path}`),
    `%doc /${documents}/copyright`,
    '',
  ].join('\n');
}

async function buildRpm(target: Target, { tree, paths }: Laid, file: string, time: Date): Promise<void> {
  const top = `${tree}.rpmbuild`;
  await rm(top, { recursive: true, force: true });
  await mkdir(top);
  await setTimes(tree, time);
  const spec = join(top, 'docker-verify.spec');
  await writeFile(spec, specOf(tree, paths));
  const arch = target.arch === 'x64' ? 'x86_64' : 'aarch64';
  const settings = {
    _topdir: top,
    _rpmdir: join(top, 'out'),
    _rpmfilename: 'made.rpm',
    _buildhost: 'docker-verify.invalid',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    _binary_payload: 'w6.gzdio',
    _smp_mflags: '-j1',
  };
  const defines = Object.entries(settings).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  const words = ['-bb', '--quiet', '--nodeps', '--target', `${arch}-linux`, ...defines, spec];
  await run('rpmbuild', words, { env: { ...variablesFor(time), HOME: top }, maxBuffer: 16 * 1024 * 1024 });
  await copyFile(join(top, 'out', 'made.rpm'), file);
  await rm(top, { recursive: true });
}

/**
 * Builds the deb and the rpm of an executable for Linux.
 * @param work where to work
 * @returns the names of the files in `out`
 * @throws Error where dpkg-deb or rpmbuild is missing: Debian's packages dpkg and rpm have them
 */
export async function buildPackages(
  target: Target,
  executable: string,
  { work, out, time }: { readonly work: string; readonly out: string; readonly time: Date },
): Promise<readonly string[]> {
  const tree = join(work, `${target.name}.tree`);
  const kinds = { rpm: buildRpm, deb: buildDeb } as const;
  const names: string[] = [];
  for (const kind of ['rpm', 'deb'] as const) {
    const paths = await layOut(tree, executable, kind, time);
    names.push(packageName(target, kind));
    await kinds[kind](target, { tree, paths }, join(out, packageName(target, kind)), time);
  }
  await rm(tree, { recursive: true });
  return names;
}
