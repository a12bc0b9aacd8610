import { describe, expect, it } from 'vitest';
import { nameRemarks } from '../../../../../src/policy/index.ts';
import { image } from '../../support/evidence.ts';

const codes = (name: string, trusted: readonly string[] = []) =>
  nameRemarks(name, new Set(trusted)).map(({ code }) => code);

describe('a name', () => {
  it.each([
    ['alpine', ['image.latest']],
    ['alpine:latest', ['image.latest']],
    ['alpine:3.20', ['image.mutable-tag']],
    [`alpine:3.20@${image}`, []],
    [`alpine@${image}`, []],
  ])('without a digest is worth a note: %s', (name, expected) => {
    expect(codes(name)).toEqual(expected);
  });

  it.each([
    'ngnix',
    'ngimx',
    'pyhton',
    'alpne',
    'alpin',
    'ubunut',
    'debain',
    'acme/ubunut',
    'acme/n0de',
    'acme/noode',
    'acme/mysq1',
    'acme/redi5',
    'acme/bahs',
    'acme/postgers',
    'postgress',
    'acme/ngnix',
    'n0de',
    'noed',
    'nodde',
    'eclipsetemurin',
    'ubuntuu',
    'elastic-search',
    'eclipse_temurin',
    'ghcr.lo/acme/app',
    'd0cker.io/library/alpine',
    'guay.io/x/y',
    'acme/nginx1',
    'acme/nginx0',
    'nginx2',
    'redis1',
    'acme/python5',
    'acme/ubuntu1',
    'vault7',
    'ng-inx',
    'acme/n.ginx',
    'libraryy/nginx',
    '1ibrary/nginx',
    'libary/postgres',
    'docker.io.evil/library/nginx',
    'docker.io.example.com/library/nginx',
    'registry-1.docker.io.example.com/library/nginx',
    'docker.io-mirror.example.com/library/nginx',
    'ghcr.io.example.com:5000/acme/app',
    'gcr.io.example.com/x',
    'd0cker.io:5000/library/nginx',
    'public.ecr.aws.example.com/x',
  ])('that looks like a well-known one is worth a warning: %s', (name) => {
    expect(codes(`${name}@${image}`)).toEqual(['image.imitates']);
  });

  it.each([
    'nginx',
    'acme/nginx',
    'bitnami/nginx',
    'go',
    'acme/app',
    'cgr.dev/chainguard/node',
    'gcr.io/distroless/nodejs',
    'ghcr.io/acme/alpine',
    'localhost:5000/a',
    'moby/buildkit',
    'acme/base',
    'acme/code',
    'acme/rest',
    'icr.io/acme/app',
    'eu.gcr.io/acme/app',
    'us-docker.pkg.dev/acme/app/nginx',
    'docker.example.com/library/nginx',
    'registry.example.com/docker.io/library/nginx',
    'mydocker.example.com/app',
    'quay.io:443/acme/app',
    'ghcr.example.com/acme/app',
    'librarian/nginx',
    'libraries/nginx',
    ...['nginx-1', 'nginx1.27', 'nginx-v1', 'node1', 'node2', 'php8', 'php83', 'ubuntu2204', 'redis7', 'debian12'].map(
      (word) => `acme/${word}`,
    ),
    ...['api1', 'web2', 'worker1', 's3', 'k3s', 'h2', 'log4j', 'web-1', 'app-v2', 'db1', 'k8s', 'base64'].map(
      (word) => `acme/${word}`,
    ),
    ...['app', 'web', 'api', 'core', 'base', 'nodes', 'code', 'http', 'trust', 'mssql', 'mongod'].map(
      (word) => `acme/${word}`,
    ),
    ...['postgresql', 'postgis', 'jruby', 'ipython', 'telegram', 'compose', 'bookkeeper'].map((word) => `acme/${word}`),
    ...['python3', 'mysql8', 'node-20', 'postgres15', 'ruby3.3', 'openjdk_17', 'alpine-v3'].map(
      (word) => `acme/${word}`,
    ),
  ])('that looks like itself or another word is not: %s', (name) => {
    expect(codes(`${name}@${image}`)).toEqual([]);
  });

  it('that a policy names imitates no name', () => {
    expect(codes(`acme/nodee@${image}`)).toEqual(['image.imitates']);
    expect(codes(`acme/nodee@${image}`, ['docker.io/acme/nodee'])).toEqual([]);
  });
});

describe('a well-known image', () => {
  const images = (
    'alpine amazoncorretto busybox bash caddy centos composer debian docker eclipse-temurin elasticsearch fedora golang gradle haproxy httpd ' +
    'influxdb jenkins kibana logstash mariadb maven memcached mongo mysql nextcloud nginx node openjdk perl php postgres python rabbitmq ' +
    'redis registry ruby rust sonarqube telegraf tomcat traefik ubuntu vault wordpress zookeeper'
  ).split(' ');

  it.each(images)('%s imitates no name, and is imitated by what looks like it', (known) => {
    expect(codes(`${known}@${image}`)).toEqual([]);
    const lookalike = known.replace(/[lo]|$/, (letter) => ({ l: '1', o: '0', '': '-' })[letter] ?? letter);
    const [finding] = nameRemarks(
      `${lookalike === `${known}-` ? `${known.slice(0, 1)}.${known.slice(1)}` : lookalike}@${image}`,
    );
    expect(finding).toMatchObject({ code: 'image.imitates', expected: `docker.io/library/${known}`, level: 'warning' });
  });

  it.each([
    'docker.io',
    'ghcr.io',
    'quay.io',
    'gcr.io',
    'registry.k8s.io',
    'mcr.microsoft.com',
    'cgr.dev',
    'public.ecr.aws',
    'registry.access.redhat.com',
  ])('host %s imitates no name, and is imitated by what looks like it', (host) => {
    expect(codes(`${host}/acme/app@${image}`)).toEqual([]);
    const lookalike = host.replace(/[lios]/, (letter) => ({ l: '1', i: '1', o: '0', s: '5' })[letter] ?? letter);
    const changed = lookalike === host ? host.replace('d', 'dd') : lookalike;
    expect(nameRemarks(`${changed}/acme/app@${image}`)).toMatchObject([{ expected: expect.stringContaining(host) }]);
  });

  it.each<[string, string | null]>([
    ['nod', 'node'],
    ['nodee', 'node'],
    ['ndoe', 'node'],
    ['noxxe', null],
    ['phpp', null],
    ['ph', null],
    ['pyhton', 'python'],
    ['pyhtno', null],
    ['mariadbxx', null],
    ['memcachedxx', 'memcached'],
    ['memcachedxxx', null],
    ['eclipse_temurin', 'eclipse-temurin'],
    ['eclipse.temurin', 'eclipse-temurin'],
    ['rnaven', 'maven'],
    ['vvordpress', 'wordpress'],
    ['m0ngo', 'mongo'],
    ['m0ng0', 'mongo'],
    ['vvordpre55', 'wordpress'],
    ['redi5', 'redis'],
  ])('is meant by %s: %j', (written, meant) => {
    const found = nameRemarks(`${written}@${image}`).map(({ expected }) => expected);
    expect(found).toEqual(meant === null ? [] : [`docker.io/library/${meant}`]);
  });
});
