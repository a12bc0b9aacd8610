import { describe, expect, it } from 'vitest';
import type { DecideInput } from '../../../../src/policy/index.ts';
import { byKey, inputOf } from '../support/evidence.ts';
import { acme, name, signed, verdict } from '../support/verdict.ts';

const policy = signed('');
type Problem = DecideInput['collectProblems'][number];

const offline: Problem = { message: 'no network', offline: true };
const busy: Problem = { message: '429', hint: 'wait, or run "docker login"' };
const silent: Problem = { message: 'reset' };
const forbidden: Problem = { message: '403', lasting: true, hint: 'run "docker login r"' };
const unreadable: Problem = { message: 'a Link header', lasting: true };

describe('what is advised where not all that is attached could be seen', () => {
  it.each<[string, readonly Problem[], RegExp]>([
    ['is to use the network, without one', [offline, offline], /without --offline/],
    ['is what the registry said, where that helps', [busy], /^wait, or run "docker login"; /],
    ['is to try again where nothing is known but that it may pass', [silent], /^try again when/],
    ['is what may pass first', [forbidden, silent, busy], /^wait, or run "docker login"; /],
    ['is what mends it, where it stays', [unreadable, forbidden], /^run "docker login r"; it stays so until/],
    ['is to look, where nothing better is known', [unreadable], /^docker verify inspect shows/],
  ])('%s', async (_what, collectProblems, advice) => {
    const { status, codes, decision } = await verdict(policy, inputOf(name, [], { collectProblems }));
    expect(status).toBe('error');
    expect(codes).toEqual([collectProblems.includes(offline) ? 'image.offline' : 'image.unverifiable']);
    expect(decision.findings[0]?.hint).toMatch(advice);
  });

  it('is never to try again where that changes nothing', async () => {
    const { decision } = await verdict(policy, inputOf(name, [], { collectProblems: [forbidden, unreadable] }));
    expect(decision.findings[0]?.hint).not.toMatch(/again/);
  });
});

describe('what says nothing about an image', () => {
  const ignored = ['b is about another image', 'a is not there', 'b is about another image'];

  it('leaves an unsigned image unsigned, with a note', async () => {
    const { status, codes, decision } = await verdict(policy, inputOf(name, [], { ignored }));
    expect([status, codes]).toEqual(['block', ['signature.missing', 'attachment.ignored']]);
    expect(decision.findings[1]).toMatchObject({ level: 'note', found: 'a is not there; b is about another image' });
  });

  it('takes nothing from a good signature', async () => {
    const { status, codes } = await verdict(policy, inputOf(name, [byKey(acme)], { ignored }));
    expect([status, codes]).toEqual(['allow', ['attachment.ignored']]);
  });

  it('makes no certainty of what could not be seen', async () => {
    const collectProblems = [{ message: '503' }];
    expect((await verdict(policy, inputOf(name, [], { ignored, collectProblems }))).status).toBe('error');
  });
});
