import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import * as esbuild from 'esbuild';
import { metadata } from '../../src/plugin/index.ts';
import { root } from './folders.ts';
import { lazyModules } from './lazy-modules.ts';

interface LeftOut {
  readonly module: RegExp;
  /** Only where a file below this path asks for it; null: everywhere. */
  readonly askedBy: string | null;
  /** Optional native addons are asked for inside try and catch: absence is what they expect. */
  readonly absent: boolean;
}

// What the plugin never uses: native addons, all of dockerode but its questions (containers to start, archives and gRPC sessions to
// send, streams to attach to, ssh2 in place of Docker's own `dial-stdio`), signing.
const leftOut: readonly LeftOut[] = [
  { module: /\.node$|^cpu-features$/, askedBy: null, absent: true },
  {
    module: /^\.\/(buildkit|config|container|exec|image|network|node|plugin|secret|service|session|task|util|volume)$/,
    askedBy: '/dockerode/lib/',
    absent: false,
  },
  { module: /^\.\/http_duplex$/, askedBy: '/docker-modem/lib/', absent: false },
  { module: /^\.\/ssh$/, askedBy: '/docker-modem/lib/', absent: false },
  { module: /^@sigstore\/sign$/, askedBy: null, absent: false },
];

const leaveOut: esbuild.Plugin = {
  name: 'leave-out',
  setup(build) {
    for (const { module, askedBy, absent } of leftOut) {
      build.onResolve({ filter: module }, ({ path, importer }) => {
        const asked = askedBy === null || importer.replaceAll('\\', '/').includes(askedBy);
        return asked ? { path, namespace: 'left-out', pluginData: absent } : null;
      });
    }
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path, pluginData }) => {
      const refuse = `throw new Error("left out of this build: ${path}")`;
      const proxy = `const f=()=>{${refuse}};module.exports=new Proxy(f,{get:(t,k)=>k==="__esModule"?true:f});`;
      return { loader: 'js', contents: pluginData === true ? refuse : proxy };
    });
  },
};

/** The line that Docker's handshake is answered with. */
async function handshakeAnswer(): Promise<string> {
  // npm refuses a package.json without a version
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return `${metadata(version, null)}\n`;
}

/** Large modules that few commands need: each becomes an asset of its own (`main.ts`), so that no other run reads it. */
export const separateParts: readonly string[] = ['@viz-js/viz', '#advice-data'];

/** What a bundle stands in when it is run as a script (`main.ts`): the parameters of a CommonJS module. */
export function wrapped(bundled: string): string {
  return `(function(exports,require,module,__filename,__dirname){${bundled}\n})`;
}

/** The files that left something in the output. What a plugin made has a namespace in front of its path, or no file. */
function modulesIn({ outputs }: esbuild.Metafile): readonly string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const paths = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  return paths.flatMap((path) => {
    const file = path.replace(/^own-modules:/, '');
    return /^<|^[a-z-]+:/.test(file) ? [] : [relative(root, resolve(root, file)).replaceAll('\\', '/')];
  });
}

/** How a bundle differs from others. */
interface BundleOptions {
  readonly plugins?: readonly esbuild.Plugin[];
  readonly minify?: boolean;
  readonly define?: Readonly<Record<string, string>>;
}

/**
 * Bundles one entry point, or one of `separateParts`, into one CommonJS file of ASCII characters, so that it can be kept as Latin-1.
 * @param more plugins that come first, whether to keep it readable, and what the sources are to find defined
 * @returns the files of which something went in, from the project's folder on
 * @throws when esbuild warns: in a bundle without a file system around it a warning is a defect
 */
export async function bundle(entry: string, outfile: string, more: BundleOptions = {}): Promise<readonly string[]> {
  const { plugins = [], minify = true, define = {} } = more;
  const result = await esbuild.build({
    entryPoints: [separateParts.includes(entry) ? entry : join(root, entry)],
    absWorkingDir: root,
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    minify,
    charset: 'ascii',
    legalComments: 'none',
    define: {
      handshakeAnswer: JSON.stringify(await handshakeAnswer()),
      separateParts: JSON.stringify(separateParts),
      ...define,
    },
    external: separateParts.filter((part) => part !== entry),
    // Code in a script of its own can only be given `require`.
    supported: { 'dynamic-import': false },
    // Its main entry is UMD, which asks for its parts in a way that a bundler cannot see.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    plugins: [leaveOut, ...plugins, lazyModules],
    logLevel: 'warning',
    metafile: true,
  });
  if (result.warnings.length > 0) throw new Error(`${result.warnings.length} warnings while bundling ${entry}`);
  return modulesIn(result.metafile);
}
