import { describe, expect, it } from 'vitest';
import { adviseOffline } from '../../../src/advice/index.ts';
import { type OfflineAdvice, parseCanonicalName } from '../../../src/model/index.ts';

/** The day that the table was checked on, against what the sources say and what their makers announce. */
const today = '2026-11-28';

function advise(name: string): OfflineAdvice {
  const signersOf = (image: string): readonly string[] => (image.startsWith('dhi.io/') ? ['Docker'] : []);
  return adviseOffline({ name: parseCanonicalName(name), today, preferred: [], signersOf });
}

const short = (images: readonly { readonly image: string }[]): string =>
  images.map(({ image }) => image.replace('docker.io/library/', '')).join(' ');

type Row = readonly [
  image: string,
  listed: 'listed' | 'not listed' | 'unknown',
  support: string,
  update: string,
  slimmer: string,
  hardened: string,
];

const base = 'cgr.dev/chainguard/chainguard-base:latest';

/** Well-known images, with all that is to be said of each. */
const table: readonly Row[] = [
  ['node:18-alpine', 'not listed', 'Node.js 18 ended 2025-04-30', 'node:26-alpine', '', ''],
  ['node:20', 'not listed', 'Node.js 20 ended 2026-04-30', 'node:26', '', ''],
  [
    'node:22',
    'listed',
    'Node.js 22 supported 2027-04-30; Debian 12 extended 2028-06-30',
    'node:26',
    'node:22-slim node:22-alpine',
    'dhi.io/node:22-debian13 dhi.io/node:22-debian13-dev',
  ],
  [
    'node:22-bookworm-slim',
    'listed',
    'Node.js 22 supported 2027-04-30; Debian 12 extended 2028-06-30',
    'node:22-trixie-slim node:26-trixie-slim',
    'node:22-alpine',
    'dhi.io/node:22-debian13 dhi.io/node:22-debian13-dev',
  ],
  [
    'node:24-alpine',
    'listed',
    'Node.js 24 supported 2028-04-30',
    'node:26-alpine',
    '',
    'dhi.io/node:24-alpine3.24 dhi.io/node:24-alpine3.24-dev',
  ],
  [
    'node:26',
    'listed',
    'Node.js 26 supported 2029-04-30; Debian 13 supported 2028-08-09',
    '',
    'node:26-slim node:26-alpine',
    'dhi.io/node:26-debian13 dhi.io/node:26-debian13-dev',
  ],
  ['node:99', 'unknown', '', '', '', ''],
  ['python:3.9', 'not listed', 'Python 3.9 ended 2025-10-31', 'python:3.14', '', ''],
  [
    'python:3.11-bookworm',
    'listed',
    'Python 3.11 supported 2027-10-31; Debian 12 extended 2028-06-30',
    'python:3.11-trixie python:3.14-trixie',
    'python:3.11-slim-bookworm python:3.11-alpine',
    'dhi.io/python:3.11-debian13 dhi.io/python:3.11-debian13-dev',
  ],
  [
    'python:3.12-slim',
    'listed',
    'Python 3.12 supported 2028-10-31; Debian 13 supported 2028-08-09',
    'python:3.14-slim',
    'python:3.12-alpine',
    'dhi.io/python:3.12-debian13 dhi.io/python:3.12-debian13-dev',
  ],
  ['golang:1.22', 'not listed', 'Go 1.22 ended 2025-02-11', 'golang:1.27', '', 'cgr.dev/chainguard/go:latest'],
  [
    'golang:1.26-alpine3.23',
    'listed',
    'Go 1.26 supported; Alpine Linux 3.23 supported 2027-11-01',
    'golang:1.26-alpine3.24 golang:1.27-alpine3.24',
    '',
    'dhi.io/golang:1.26-alpine3.24 dhi.io/golang:1.26-alpine3.24-dev cgr.dev/chainguard/go:latest',
  ],
  ['rust:1.80', 'not listed', 'Rust 1.80 ended 2024-09-05', 'rust:1.98', '', ''],
  ['ruby:3.1-slim', 'not listed', 'Ruby 3.1 ended 2025-03-26', 'ruby:4.0-slim', '', ''],
  ['php:7.4-apache', 'not listed', 'PHP 7.4 ended 2022-11-28', 'php:8.5-apache', '', ''],
  [
    'php:8.4-fpm',
    'listed',
    'PHP 8.4 supported 2028-12-31; Debian 13 supported 2028-08-09',
    'php:8.5-fpm',
    'php:8.4-fpm-alpine',
    '',
  ],
  ['debian:11', 'listed', 'Debian 11 ended 2026-08-31', 'debian:13', 'debian:11-slim', base],
  ['debian:12', 'listed', 'Debian 12 extended 2028-06-30', 'debian:13', 'debian:12-slim', base],
  ['debian:bookworm-slim', 'listed', 'Debian 12 extended 2028-06-30', 'debian:trixie-slim', '', base],
  ['debian:trixie', 'listed', 'Debian 13 supported 2028-08-09', '', 'debian:trixie-slim', base],
  ['ubuntu:20.04', 'not listed', 'Ubuntu 20.04 extended 2030-04-02', 'ubuntu:26.04', '', base],
  ['ubuntu:focal', 'not listed', 'Ubuntu 20.04 extended 2030-04-02', 'ubuntu:resolute', '', base],
  ['ubuntu:24.04', 'listed', 'Ubuntu 24.04 supported 2029-05-31', 'ubuntu:26.04', '', base],
  ['alpine:3.18', 'not listed', 'Alpine Linux 3.18 ended 2025-05-09', 'alpine:3.24', '', base],
  ['alpine:3.21', 'listed', 'Alpine Linux 3.21 ended 2026-11-01', 'alpine:3.24', '', base],
  ['alpine', 'listed', 'Alpine Linux 3.24 supported 2028-06-01', '', '', base],
  ['fedora:38', 'not listed', 'Fedora Linux 38 ended 2024-05-21', 'fedora:44', '', base],
  ['nginx:1.25', 'not listed', 'nginx 1.25 ended 2024-05-29', 'nginx:1.31', '', ''],
  [
    'nginx',
    'listed',
    'nginx 1.31 supported; Debian 13 supported 2028-08-09',
    '',
    'nginx:alpine',
    'dhi.io/nginx:1.31-debian13 dhi.io/nginx:1.31-debian13-dev',
  ],
  [
    'httpd:2.4',
    'listed',
    'Apache HTTP Server 2.4 supported; Debian 13 supported 2028-08-09',
    '',
    'httpd:2.4-alpine',
    'dhi.io/httpd:2.4-debian13 dhi.io/httpd:2.4-debian13-dev',
  ],
  [
    'haproxy:2.8',
    'listed',
    'HAProxy 2.8 supported 2028-04-01; Debian 13 supported 2028-08-09',
    'haproxy:3.4',
    'haproxy:2.8-alpine',
    'dhi.io/haproxy:2.8-debian13 dhi.io/haproxy:2.8-debian13-dev',
  ],
  ['postgres:12', 'not listed', 'PostgreSQL 12 ended 2024-11-21', 'postgres:18', '', ''],
  [
    'postgres:16-alpine',
    'listed',
    'PostgreSQL 16 supported 2028-11-09',
    'postgres:18-alpine',
    '',
    'dhi.io/postgres:16-alpine3.24 dhi.io/postgres:16-alpine3.24-dev',
  ],
  ['mysql:5.7', 'not listed', 'MySQL 5.7 ended 2023-10-31', 'mysql:9.7', '', ''],
  [
    'mysql:8.4',
    'listed',
    'MySQL 8.4 supported 2032-04-30',
    'mysql:9.7',
    '',
    'dhi.io/mysql:8.4-debian13 dhi.io/mysql:8.4-debian13-dev',
  ],
  [
    'mariadb:11.4',
    'listed',
    'MariaDB 11.4 supported 2029-05-29; Ubuntu 24.04 supported 2029-05-31',
    'mariadb:12.3',
    '',
    'dhi.io/mariadb:11.4-debian13 dhi.io/mariadb:11.4-debian13-dev',
  ],
  [
    'redis:6',
    'listed',
    'Redis 6.2 supported 2027-04-01; Debian 12 extended 2028-06-30',
    'redis:8',
    'redis:6-alpine',
    'cgr.dev/chainguard/redis-sentinel:latest',
  ],
  [
    'memcached:1.6',
    'listed',
    'Memcached 1.6 supported; Debian 13 supported 2028-08-09',
    '',
    'memcached:1.6-alpine',
    'dhi.io/memcached:1.6-debian13 dhi.io/memcached:1.6-debian13-dev',
  ],
  [
    'eclipse-temurin:17-jre',
    'listed',
    'Eclipse Temurin 17 supported 2027-10-31; Ubuntu 26.04 supported 2031-04-30',
    'eclipse-temurin:25-jre',
    'eclipse-temurin:17-jre-alpine',
    '',
  ],
  ['openjdk:17', 'not listed', '', '', '', 'cgr.dev/chainguard/jdk:latest'],
];

describe('forty well-known images', () => {
  it('are forty', () => {
    expect(new Set(table.map(([name]) => name)).size).toBe(40);
  });

  it.each(table)('%s', (name, listed, support, update, slimmer, hardened) => {
    const found = advise(name);
    const states: Readonly<Record<string, boolean | null>> = { listed: true, 'not listed': false, unknown: null };
    expect({
      listed: found.listed,
      support: found.support.map(({ what, state, date }) => [what, state, date ?? ''].join(' ').trim()).join('; '),
      update: short(found.update),
      slimmer: short(found.slimmer),
      hardened: short(found.hardened),
    }).toEqual({ listed: states[listed], support, update, slimmer, hardened });
  });
});

describe('advice', () => {
  it('says nothing of an image that is no official one, but what the policy wants', () => {
    const name = parseCanonicalName('registry.example.com/acme/node:18');
    const found = adviseOffline({
      name,
      today,
      preferred: ['registry.example.com/golden/node:22'],
      signersOf: () => [],
    });
    const nothing = { listed: null, aliases: [], support: [], update: [], slimmer: [], hardened: [], sources: [] };
    expect(found).toEqual({ ...nothing, preferred: ['registry.example.com/golden/node:22'] });
  });

  it('says nothing of what a digest alone stands for', () => {
    expect(advise(`node@sha256:${'a'.repeat(64)}`)).toMatchObject({ listed: null, update: [], hardened: [] });
  });

  it('names who signs, and where each fact comes from', () => {
    const { hardened, sources, aliases } = advise('node:22-alpine');
    expect(hardened[0]).toMatchObject({
      image: 'dhi.io/node:22-alpine3.24',
      signedBy: ['Docker'],
      until: '2027-04-30',
    });
    expect(aliases).toContain('22-alpine3.24');
    expect(sources).toHaveLength(4);
    for (const { url, licence, commit, date } of sources) {
      expect(url).toMatch(/^https:\/\/github\.com\//);
      expect(['Apache-2.0', 'MIT']).toContain(licence);
      expect(commit).toMatch(/^[0-9a-f]{40}$/);
      expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
  });

  it('never suggests what is at its end, and ends with the day', () => {
    const on = (day: string): OfflineAdvice =>
      adviseOffline({ name: parseCanonicalName('node:22'), today: day, preferred: [], signersOf: () => [] });
    expect(on('2027-05-01').support[0]).toMatchObject({ state: 'ended', date: '2027-04-30' });
    expect(on('2027-04-29').support[0]).toMatchObject({ state: 'supported' });
    expect(short(on('2040-01-01').update)).toBe('');
    expect(on('2040-01-01').hardened.every(({ until }) => until === null)).toBe(true);
  });
});
