/**
 * Writes a hundred Dockerfiles that use flags of the labs channel, as public ones do, into test/fixtures/oracle (701 to 800), with no
 * answers yet: `record.ts` asks BuildKit for those. The same hundred each time.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { Random } from './seeded-random.ts';

const folder = new URL('../../test/fixtures/oracle/', import.meta.url);
const first = 701;
const count = 100;

const images: readonly [string, ...string[]] = [
  'alpine:3.20',
  'golang:1.22',
  'node:20-slim',
  'debian:bookworm',
  'ghcr.io/acme/tools:1',
  'quay.io/acme/base',
];
const flagged: readonly string[] = [
  'COPY --parents folder/file /out/',
  'COPY --parents=true ./**/file /out/',
  'COPY --parents=false folder /out',
  'COPY --link --parents folder/./file /out/',
  'COPY --parents --chown=1000:1000 folder /out',
  'COPY --parents --from=IMAGE /etc/passwd /out/',
  'COPY --from=IMAGE --exclude=*.md / /out',
  'COPY --exclude=*.md --exclude=node_modules folder /out',
  'COPY --exclude=*.md --parents folder /out',
  'COPY --PARENTS folder /out',
  'COPY --parent folder /out',
  'COPY --parents=maybe folder /out',
  'COPY --parents= folder /out',
  'COPY --parents --parents folder /out',
  'ADD --parents folder /out',
  'ADD --exclude=*.md folder /out',
  'ADD --exclude folder /out',
  'ADD --unpack=false folder /out/',
  'ADD --keep-git-dir=true folder /out/',
  'RUN --security=insecure /bin/busybox true',
  'RUN --security=sandbox /bin/busybox true',
  'RUN --security=open /bin/busybox true',
  'RUN --security /bin/busybox true',
  'RUN --mount=type=bind,from=IMAGE,target=/in --security=insecure /bin/busybox true',
  'RUN --network=none --security=sandbox /bin/busybox true',
  'RUN --device=vendor.com/class=name /bin/busybox true',
  'RUN --device=vendor.com/class=name,required=false /bin/busybox true',
  'RUN --device /bin/busybox true',
  'RUN --device=a --device=b /bin/busybox true',
  'RUN --mount=type=bind,from=IMAGE,target=/in --device=a /bin/busybox true',
  'RUN --device=a --mount=type=cache,target=/c ["/bin/busybox", "true"]',
  'RUN --mount=type=bind,from=IMAGE,target=/in /bin/busybox true # --security=insecure',
  'RUN /bin/busybox echo --security=insecure --device=a',
  'COPY --from=IMAGE --chmod=u=rwX,go=rX /etc/passwd /out/',
  'COPY --from=IMAGE --link /etc/passwd --parents /out/',
];
// those that know the flag: this one cannot run here, so that its name alone is the answer
const syntaxes: readonly [string, ...string[]] = ['1', '1-labs', '1.7-labs', '1.20', 'labs', 'master-labs'];

/** One stage: a base, something ordinary, and the line. */
function stage(random: Random, name: string, line: string): string {
  const ordinary = random.pick(['WORKDIR /app', 'ENV A=b', 'ARG V=1', 'LABEL a=b', 'USER root']);
  return `FROM ${random.pick(images)} AS ${name}\n${ordinary}\n${line.replace('IMAGE', random.pick(images))}\n`;
}

/** The line where it is built, where it is not, where another stage needs it, where a base puts it off, or broken by an escape. */
type Shape = (random: Random, line: string) => string;
const shapes: readonly [Shape, ...Shape[]] = [
  (random, line) => stage(random, 'last', line),
  (random, line) => `${stage(random, 'unused', line)}FROM ${random.pick(images)}\nCOPY folder /out\n`,
  (random, line) => `${stage(random, 'needed', line)}FROM ${random.pick(images)}\nCOPY --from=needed / /out\n`,
  (random, line) => `${stage(random, 'base', `ONBUILD ${line}`)}FROM base\nLABEL a=b\n`,
  (random, line) => `${stage(random, 'base', `ONBUILD ${line}`)}FROM ${random.pick(images)}\nLABEL a=b\n`,
  (random, line) => stage(random, 'last', line.replace(' --', ' \\\n  --')),
];

function dockerfile(random: Random, number: number): string {
  const shape = random.pick(shapes);
  if (number % 12 !== 11) return shape(random, flagged[number % flagged.length] ?? '');
  return `# syntax=docker/dockerfile:${random.pick(syntaxes)}\n${shape(random, flagged[0] ?? '')}`;
}

for (let number = 0; number < count; number++) {
  const random = new Random(number + 1);
  const text = dockerfile(random, number);
  const word = /--([a-z-]+)/i.exec(text)?.[1]?.toLowerCase() ?? 'plain';
  const place = new URL(`${first + number}-labs-${word}/`, folder);
  await mkdir(place, { recursive: true });
  await writeFile(new URL('Dockerfile', place), text);
  await writeFile(new URL('expected.json', place), `${JSON.stringify({ args: [], images: [] }, null, 1)}\n`);
}
