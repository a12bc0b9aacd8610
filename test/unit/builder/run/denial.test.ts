import { describe, expect, it } from 'vitest';
import { deniedSource } from '../../../../src/builder/run/denial.ts';

const real =
  '127.0.0.1:5750/a:1: failed to resolve source metadata for 127.0.0.1:5750/a:1: could not resolve image due to policy: source "docker-image://127.0.0.1:5750/a:1" denied by policy: source denied by policy';

describe('deniedSource', () => {
  it.each([
    [real, 'docker-image://127.0.0.1:5750/a:1'],
    [`ERROR: failed to build: failed to solve: ${real}`, 'docker-image://127.0.0.1:5750/a:1'],
    [
      'source "oci-layout://docker.io/library/x@sha256:1" denied by policy',
      'oci-layout://docker.io/library/x@sha256:1',
    ],
  ])('reads %s', (message, source) => {
    expect(deniedSource(message)).toBe(source);
  });

  it.each([
    [
      'a command that prints the words',
      `process "/bin/sh -c echo ${JSON.stringify(real)}" did not complete successfully: exit code: 3`,
    ],
    ['a file that is named so', 'failed to compute cache key: "/source \\"x\\" denied by policy": not found'],
    ['words within words', 'resource "docker-image://x" denied by policy'],
    ['nothing', ''],
  ])('is not taken in by %s', (_title, message) => {
    expect(deniedSource(message)).toBeNull();
  });
});
