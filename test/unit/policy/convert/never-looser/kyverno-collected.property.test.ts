import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { collectedText, collectedYaml, hasCollectedPolicies } from '../../support/shared-data.ts';
import type { SeenStatement } from '../sources/kyverno.ts';
import { Comparison } from './comparison.ts';
import { pairs, questionsFor } from './kyverno-questions.ts';

const files = {};

it.skipIf(!hasCollectedPolicies)(
  'becomes nothing looser where it was collected (../shared/data/policies)',
  { timeout: 180_000 },
  async () => {
    const tally = new Comparison(files);
    let converted = 0;
    for (const path of collectedYaml('.')) {
      const text = collectedText(path);
      const documents = parseAllDocuments(text, { logLevel: 'silent' }).map(
        (one) => one.toJS({ maxAliasCount: 50 }) as unknown,
      );
      const policies = documents.filter((one): one is Record<string, unknown> =>
        /^kyverno\.io\/.*(?:Cluster)?Policy$/.test(apiOf(one)),
      );
      if (policies.length === 0 || !text.includes('verifyImages:')) continue;
      const [found, statements] = [namesIn(text), statementsIn(text)];
      try {
        await tally.ask(text, questionsFor(policies, found, [...pairs(statements), statements]));
        converted += 1;
      } catch (error) {
        if (!String(error).includes('x.json')) throw error; // not refused, with its place
      }
    }
    tally.report(`collected Kyverno policies (${converted})`);
    expect(tally.looser.slice(0, 1)).toEqual([]);
    expect(converted).toBeGreaterThan(20);
  },
);

function apiOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  const { apiVersion, kind } = value as Record<string, unknown>;
  return `${String(apiVersion)} ${String(kind)}`.replace(' ', '.');
}

/** Names that the patterns of a policy cover, and some beside them. */
function namesIn(text: string): readonly string[] {
  const patterns = [...text.matchAll(/^\s*- ["']?([a-z0-9*?][\w./*?:@-]*)["']?\s*$/gm)].map(
    ([, pattern]) => pattern ?? '',
  );
  const filled = patterns.flatMap((pattern) =>
    ['x', '1', 'a/b'].map((word) => pattern.replaceAll('*', word).replaceAll('?', 'a')),
  );
  const usable = filled.filter((name) => /^[a-z0-9.-]+(?::\d+)?(?:\/[a-z0-9._-]+)+(?::[\w.-]+)?$/.test(name));
  return [...new Set([...usable, 'nginx:1', 'ghcr.io/kyverno/test-verify-image:signed'])].slice(0, 25);
}

/** Signatures and attestations by everybody whom a policy names. */
function statementsIn(text: string): readonly SeenStatement[] {
  const pems = [...text.matchAll(/-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g)].map(([pem]) =>
    pem.replaceAll(/^[ \t]+/gm, ''),
  );
  const values = (field: string): readonly string[] =>
    [...text.matchAll(new RegExp(`${field}: ["']?([^"'\\n]+)["']?$`, 'gm'))].map(([, value]) => (value ?? '').trim());
  const types = [
    null,
    ...new Set([...values('type'), ...values('predicateType')].filter((type) => type.includes('://'))),
  ];
  const by: SeenStatement['by'][] = [...new Set(pems)].slice(0, 3).map((key) => ({ key }));
  for (const issuer of values('issuer').slice(0, 2))
    for (const subject of [...values('subject'), 'untrusted@example.com'].slice(0, 3))
      by.push({
        issuer: issuer.replaceAll('*', 'x'),
        subject: subject.replaceAll('*', 'x').replaceAll('?', 'a'),
        extensions: {},
      });
  return by.flatMap((signer) =>
    types.slice(0, 3).map((predicateType) => ({ by: signer, logged: true, annotations: {}, predicateType })),
  );
}
