import { Random } from './seeded-random.ts';

/** A Dockerfile made at random, with the options to build it. */
export interface RandomCase {
  readonly dockerfile: string;
  readonly args: readonly string[];
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly contexts: Readonly<Record<string, string>>;
  readonly stage: string | null;
}

const variables = ['V', 'W', 'TAG', 'TARGETARCH'] as const;
const stageNames = ['a', 'b', 'base', 'Build', 'scratch', 'alpine'] as const;
const images = ['alpine', 'nginx:1', 'quay.io/x/y', 'r/z:1', 'localhost:5000/q', 'scratch', 'golang'] as const;

/** The case of a seed. Most are valid, many only just, some are not. */
export function randomCase(seed: number): RandomCase {
  const random = new Random(seed);
  const escapeToken = random.chance(15) ? '`' : '\\';
  const writer = new Writer(random, escapeToken);
  const body = writer.file();
  const directive = escapeToken === '`' ? '# escape=`\n' : '';
  const text = (random.chance(5) ? '\ufeff' : '') + directive + body;
  const dockerfile = random.chance(10) ? text.replaceAll('\n', '\r\n') : text;
  const buildArguments: Record<string, string> = {};
  for (const name of variables) if (random.chance(15)) buildArguments[name] = random.pick(['1', '', 'x', '2.0-b']);
  const contexts: Record<string, string> = {};
  if (random.chance(15))
    contexts[random.pick([...stageNames, 'nginx:1', 'golang:latest']).toLowerCase()] = 'docker-image://busybox';
  const stage = random.chance(15) ? writer.anyStage() : null;
  const args = [
    ...Object.entries(buildArguments).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...Object.entries(contexts).flatMap(([name, value]) => ['--build-context', `${name}=${value}`]),
    ...(stage === null ? [] : ['--target', stage]),
  ];
  return { dockerfile, args, buildArguments, contexts, stage };
}

class Writer {
  readonly #random: Random;
  readonly #escape: string;
  /** Names of the stages written so far. */
  readonly #stages: string[] = [];

  constructor(random: Random, escapeToken: string) {
    this.#random = random;
    this.#escape = escapeToken;
  }

  file(): string {
    const random = this.#random;
    const globals = random.some(3, () => this.#arg(this.#value()));
    const stages = 1 + random.number(4);
    const body = Array.from({ length: stages }, () => this.#from() + random.some(4, () => this.#instruction()));
    return globals + body.join('');
  }

  #line(text: string): string {
    const random = this.#random;
    const words = text.split(' ');
    const joined = words.map((word, index) => (index === 0 ? word : this.#gap() + word)).join('');
    const comment = random.chance(5) ? '# FROM comment\n' : '';
    const indent = random.chance(5) ? '  ' : '';
    return `${comment}${indent}${joined}${random.chance(5) ? '  ' : ''}\n${random.chance(5) ? '\n' : ''}`;
  }

  /** What may stand between two words. */
  #gap(): string {
    const random = this.#random;
    if (random.chance(93)) return random.chance(95) ? ' ' : '\t ';
    const between = random.pick(['', '', '# a comment\n', '\n', '  # FROM x\n\n']);
    return ` ${this.#escape}${random.chance(20) ? ' ' : ''}\n${between} `;
  }

  #keyword(word: string): string {
    return this.#random.chance(10) ? word.toLowerCase() : word;
  }

  #arg(value: string): string {
    const random = this.#random;
    const name = random.pick(variables);
    return this.#line(`${this.#keyword('ARG')} ${name}${random.chance(75) ? `=${value}` : ''}`);
  }

  #value(): string {
    const random = this.#random;
    const text = random.chance(25) ? this.#expansion(1) : random.pick(['1', 'x-2.0', '', 'alpine']);
    const quote = random.chance(20) ? random.pick(["'", '"']) : '';
    return quote + text + quote;
  }

  #expansion(depth: number): string {
    const random = this.#random;
    const name = random.pick(variables);
    const word = (): string =>
      depth > 0 && random.chance(40) ? this.#expansion(depth - 1) : random.pick(['d', '1', '', 'x.']);
    const forms: readonly [() => string, ...(() => string)[]] = [
      () => `$${name}`,
      () => `\${${name}}`,
      () => `\${${name}:-${word()}}`,
      () => `\${${name}-${word()}}`,
      () => `\${${name}:+${word()}}`,
      () => `\${${name}+${word()}}`,
      () => `\${${name}${random.pick(['#', '##', '%', '%%'])}${random.pick(['*', '?', '*.', '.*', 'x', '-*', ''])}}`,
      () => `\${${name}${random.pick(['/', '//'])}${random.pick(['.', '*', '?', 'x', '-'])}/${word()}}`,
      () => (random.chance(25) ? `\${${name}${random.pick([':?', '?'])}${word()}}` : `\${${name}:-}`),
    ];
    return random.pick(forms)();
  }

  #image(): string {
    const random = this.#random;
    if (random.chance(35)) return this.#stage().toLowerCase();
    const image = random.pick(images);
    if (!random.chance(40)) return image;
    const expansion = this.#expansion(2);
    if (expansion.includes(' ')) return image;
    return random.pick([
      `r/x${expansion}`,
      `r/t:v${expansion}`,
      expansion,
      `"r/q${expansion}"`,
      `alpine:3${expansion}`,
    ]);
  }

  #from(): string {
    const random = this.#random;
    const platform = random.chance(12)
      ? ` --platform=${random.pick(['$BUILDPLATFORM', 'linux/amd64', '$TARGETPLATFORM'])}`
      : '';
    const image = this.#image();
    const stage = random.pick(stageNames);
    const isNamed = random.chance(60);
    if (isNamed) this.#stages.push(stage);
    const name = isNamed ? ` ${this.#keyword('AS')} ${stage}` : '';
    return this.#line(`${this.#keyword('FROM')}${platform} ${image}${name}`);
  }

  /** The name of any stage of the file. */
  anyStage(): string {
    const [first = 'a', ...others] = this.#stages;
    return this.#random.pick([first, ...others]);
  }

  /** Mostly the name of a stage that is there already. */
  #stage(): string {
    const random = this.#random;
    const [first, ...others] = this.#stages.slice(0, -1);
    return first === undefined || random.chance(10) ? random.pick(stageNames) : random.pick([first, ...others]);
  }

  #source(): string {
    const random = this.#random;
    if (random.chance(1)) return this.#expansion(0);
    if (random.chance(10)) return String(random.number(3));
    if (random.chance(50)) return random.pick(images);
    const stage = this.#stage();
    return random.chance(20) && stage !== 'scratch' ? stage.toUpperCase() : stage;
  }

  #instruction(): string {
    const random = this.#random;
    return random.pick([
      () => this.#copy(''),
      () => this.#copy(''),
      () => this.#run(''),
      () => this.#heredoc(),
      // Nothing that must be set: a stage also sees the variables of its base, which the scan does not read.
      () => this.#arg(random.pick(['1', 'x', '"a b"', '$V', '${W:-d}'])),
      () => this.#line(`${this.#keyword('ENV')} V=${random.pick(['1', 'x', '"a b"', '$W'])}`),
      () => this.#line('RUN echo FROM evil'),
      () => this.#onbuild(),
      () =>
        random.chance(10) ? this.#line(random.pick(['FOO bar', 'COPY x', 'RUN --mount=type=foo true', 'LABEL a'])) : '',
    ])();
  }

  #copy(prefix: string): string {
    const random = this.#random;
    const link = random.chance(15) ? ' --link' : '';
    const from = this.#source();
    const quoted = random.chance(10) ? `"${from}"` : from;
    return this.#line(`${prefix}${this.#keyword('COPY')}${link} --from=${quoted} / /x/`);
  }

  #run(prefix: string): string {
    const random = this.#random;
    const mount = (): string => {
      const type = random.pick(['', 'type=bind,', 'type=cache,', 'type=tmpfs,']);
      const from = random.chance(70) ? `from=${this.#source()},` : '';
      return ` --mount=${type}${from}target=/m`;
    };
    return this.#line(`${prefix}${this.#keyword('RUN')}${mount()}${random.chance(30) ? mount() : ''} true`);
  }

  #onbuild(): string {
    const prefix = `${this.#keyword('ONBUILD')} `;
    return this.#random.chance(50) ? this.#copy(prefix) : this.#run(prefix);
  }

  #heredoc(): string {
    const random = this.#random;
    if (random.chance(15)) return `RUN cat ${random.pick(['"<<EOF"', "it's <<EOF", '"a <<EOF', '$((1<<2))', '<<'])}\n`;
    const mark = random.pick(['<<EOF', '<<-EOF', '<<"EOF"', "<<'EOF'", '3<<EOF', '<< EOF', '\\<<EOF', 'a<<EOF']);
    const head = random.pick([`RUN cat ${mark}`, `COPY ${mark} /x`, `RUN ${mark}`, `ADD ${mark} /y`]);
    const isHeredoc = !/^[\\a]/.test(mark);
    if (!isHeredoc && random.chance(90)) return `${head}\n`;
    const indent = mark.startsWith('<<-') && random.chance(50) ? '\t' : '';
    const body = random.some(2, () => random.pick(['FROM evil\n', 'echo a \\\n', '# EOF\n', 'COPY --from=evil / /\n']));
    return `${head}\n${body}${indent}EOF\n`;
  }
}
